from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from j2o_core.model.outcome import Fatal
from j2o_core.pipeline.cluster.executor import check_executor
from j2o_core.spec.model import DaskSpec, RuntimeSpec, Spec
from j2o_core.spec.runtime import build_runtime

SERVER = "postgresql+psycopg://j2o@db.example/j2o"
TLS = {"ca": "ca.pem", "cert": "j2o.pem"}


def refusal(dask: DaskSpec, ledger: str = SERVER) -> str:
    """Why a run with this executor is refused before anything is opened."""
    spec = replace(Spec("acme", {}, "", {}, {}, {}, RuntimeSpec()), runtime=RuntimeSpec(dask=dask))
    with pytest.raises(Fatal) as told:
        check_executor(spec, ledger, Path("/nowhere"))
    assert told.value.exit_code == 2
    return str(told.value)


def accepted(dask: Any, ledger: str = SERVER) -> None:
    check_executor(replace(Spec("acme", {}, "", {}, {}, {}, RuntimeSpec(dask=dask))), ledger, Path("/nowhere"))


def test_several_processes_need_a_ledger_on_a_server():
    assert "PostgreSQL" in refusal(DaskSpec(), "sqlite:///acme.db")
    accepted(DaskSpec())
    accepted(None, "sqlite:///acme.db")


def test_where_dask_is_not_installed_it_is_said_how_to(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'j2o[dask]'" in refusal(DaskSpec())
    accepted(None)


@pytest.mark.parametrize("host", ["10.0.0.7", "scheduler.example.com", "0.0.0.0"])
def test_a_scheduler_that_others_can_reach_needs_certificates(host: str):
    assert "tls://" in refusal(DaskSpec(scheduler=f"tcp://{host}:8786"))
    assert "certificates" in refusal(DaskSpec(scheduler=f"tls://{host}:8786"))
    assert "not encrypted" in refusal(DaskSpec(scheduler=f"tcp://{host}:8786", tls=TLS))
    accepted(DaskSpec(scheduler=f"tls://{host}:8786", tls=TLS))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_scheduler_of_this_machine_alone_needs_none(host: str):
    accepted(DaskSpec(scheduler=f"tcp://{host}:8786"))


def test_the_spec_names_threads_a_cluster_or_its_parts():
    assert build_runtime({}).dask is None
    assert build_runtime({"executor": "threads"}).dask is None
    assert build_runtime({"executor": "dask"}).dask == DaskSpec()
    assert build_runtime({"executor": {"dask": {"workers": 4, "threads": 4}}}).dask == DaskSpec(workers=4, threads=4)
