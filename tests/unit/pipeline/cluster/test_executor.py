from __future__ import annotations

import importlib.util
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from j2o_core.model.outcome import Fatal
from j2o_core.pipeline.cluster import executor
from j2o_core.pipeline.cluster.executor import check_executor
from j2o_core.spec.model import DaskSpec, RuntimeSpec, Spec, SystemSpec
from j2o_core.spec.runtime import build_runtime

SERVER = "postgresql+psycopg://j2o@db.example/j2o"
TLS = {"ca": "ca.pem", "cert": "j2o.pem"}


def spec(dask: Any) -> Spec:
    return Spec("acme", {}, "", {}, {}, {}, RuntimeSpec(dask=dask))


def refusal(dask: DaskSpec, ledger: str = SERVER, code: int = 2, **parts: Any) -> str:
    """Why a run with this executor is refused before anything is opened."""
    with pytest.raises(Fatal) as told:
        check_executor(replace(spec(dask), **parts), ledger, Path("/nowhere"))
    assert told.value.exit_code == code
    return str(told.value)


def accepted(dask: Any, ledger: str = SERVER) -> None:
    check_executor(spec(dask), ledger, Path("/nowhere"))


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scheduler answers."""
    monkeypatch.setattr(executor, "knock", lambda address, timeout: None)


def test_several_processes_need_a_ledger_on_a_server():
    assert "PostgreSQL" in refusal(DaskSpec(), "sqlite:///acme.db")
    accepted(DaskSpec())
    accepted(None, "sqlite:///acme.db")


def test_where_dask_is_not_installed_it_is_said_how_to(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'j2o[dask]'" in refusal(DaskSpec())
    accepted(None)


@pytest.mark.parametrize("host", ["10.0.0.7", "scheduler.example.com", "0.0.0.0"])
def test_a_scheduler_that_others_can_reach_needs_certificates(host: str, answering: None, tmp_path: Path):
    assert "tls://" in refusal(DaskSpec(scheduler=f"tcp://{host}:8786"))
    assert "certificates" in refusal(DaskSpec(scheduler=f"tls://{host}:8786"))
    assert "not encrypted" in refusal(DaskSpec(scheduler=f"tcp://{host}:8786", tls=TLS))
    stated = DaskSpec(scheduler=f"tls://{host}:8786", tls={name: str(tmp_path / file) for name, file in TLS.items()})
    assert f"tls.ca: {tmp_path / 'ca.pem'} cannot be read" in refusal(stated)
    for file in TLS.values():
        (tmp_path / file).write_text("-")
    accepted(stated)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_scheduler_of_this_machine_alone_needs_none(host: str, answering: None):
    accepted(DaskSpec(scheduler=f"tcp://{host}:8786"))


def test_a_scheduler_that_does_not_answer_is_told_before_anything_is_read():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        accepted(DaskSpec(scheduler=address))
    told = refusal(DaskSpec(scheduler=address), code=3)
    assert f"the Dask scheduler {address} does not answer" in told
    assert "refused" in told


def test_what_the_spec_starts_for_itself_is_nothing_that_workers_elsewhere_could_find(
    answering: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("JIRA_URL", raising=False)
    dask = DaskSpec(scheduler="tcp://127.0.0.1:8786")
    assert "set JIRA_URL" in refusal(dask, system=SystemSpec("sandbox", ("JIRA_URL",), {}))


def test_the_spec_names_threads_a_cluster_or_its_parts():
    assert build_runtime({}).dask is None
    assert build_runtime({"executor": "threads"}).dask is None
    assert build_runtime({"executor": "dask"}).dask == DaskSpec()
    assert build_runtime({"executor": {"dask": {"workers": 4, "threads": 4}}}).dask == DaskSpec(workers=4, threads=4)
