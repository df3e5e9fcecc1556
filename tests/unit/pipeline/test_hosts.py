"""Connections to one host share a gate: what one of them is told holds for the others."""

from __future__ import annotations

import pytest

from j2o_core.http import Http
from j2o_core.http.breaker import OPEN
from j2o_core.model.limits import BreakerBounds, Limit
from j2o_core.model.outcome import Held, NotSent, Retriable
from j2o_core.pipeline.hosts import gates
from j2o_core.spec.model import RuntimeSpec
from j2o_core.testing.scripted_server import ScriptedServer, say_json

HERE = {"jira": "https://host.example/jira", "openproject": "https://HOST.example:443/openproject"}


def test_a_host_is_scheme_name_and_port():
    made = gates({**HERE, "plain": "http://host.example", "port": "https://host.example:8443"}, RuntimeSpec())
    assert made["jira"] is made["openproject"]
    assert made["jira"].name == "jira and openproject"
    assert len(set(map(id, made.values()))) == 3


def test_of_each_limit_that_is_stated_the_stricter_one_holds():
    limits = {"jira": Limit(rate=20.0, parallel=4), "openproject": Limit(parallel=2, adaptive=True, courtesy=0.7)}
    assert limits["jira"].along_with(limits["openproject"]) == Limit(20.0, 2, True, 0.7)
    made = gates(HERE, RuntimeSpec(rate_limit={"jira": Limit(parallel=4), "openproject": Limit(parallel=2)}))
    assert made["jira"].figures().allowed == 2
    assert gates(HERE, RuntimeSpec(rate_limit={"jira": Limit(parallel=4)}))["openproject"].figures().allowed == 4
    assert gates(HERE, RuntimeSpec())["jira"].figures().allowed is None


def test_requests_under_way_count_together():
    made = gates(HERE, RuntimeSpec(rate_limit={"jira": Limit(parallel=1)}))
    made["jira"].enter(writing=False)
    made["openproject"].stopping = lambda: True
    with pytest.raises(Held, match="no request more may be under way"):
        made["openproject"].enter(writing=True)


def test_a_breaker_that_one_connection_has_opened_keeps_the_other_away():
    made = gates(HERE, RuntimeSpec(circuit_breaker=BreakerBounds(failures=2, reset_after=60.0)))
    for _ in range(2):
        made["jira"].leave(made["jira"].enter(writing=False), "GET issue", 0)
    assert made["openproject"].figures().breaker == OPEN
    with pytest.raises(NotSent):
        made["openproject"].enter(writing=True)


def test_a_pause_that_a_server_asks_of_one_connection_holds_for_the_other():
    server = ScriptedServer()
    server.answers = [say_json({"message": "slow down"}, 429, Retry_After="300")]
    addresses = {"jira": f"{server.url}/jira", "openproject": f"{server.url}/openproject"}
    shared = gates(addresses, RuntimeSpec())
    jira, openproject = (Http(url, gate=shared[name]) for name, url in addresses.items())
    with pytest.raises(Retriable):
        jira.send("POST", "issues", json={})
    openproject.gate.stopping = lambda: True
    with pytest.raises(Held, match="jira and openproject: pause"):
        openproject.send("POST", "work_packages", json={})
    assert len(server.asked) == 1
    openproject.close()
    jira.close()
    server.stop()
