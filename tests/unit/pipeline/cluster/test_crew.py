"""What comes back from Dask: answers of workers, or news of who is gone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Optional

import pytest
from distributed.comm import CommClosedError
from distributed.utils import CancelledError

from j2o_core.model.outcome import Fatal
from j2o_core.pipeline.cluster import crew
from j2o_core.pipeline.cluster.crew import Errand, SchedulerGone, open_crew
from j2o_core.pipeline.cluster.orders import DONE, STOPPED, Part
from j2o_core.spec.model import DaskSpec


class Future:
    """Of Dask, as it stands; ``error`` comes up when its result is fetched."""

    def __init__(self, status: str, error: Optional[Exception] = None) -> None:
        self.status, self._error = status, error

    def done(self) -> bool:
        return True

    def result(self, timeout: float) -> Any:
        if self._error is not None:
            raise self._error
        return Part(DONE).plain()


def errand(status: str, error: Optional[Exception] = None) -> Errand:
    return Errand(Future(status, error))  # type: ignore[arg-type]


def test_how_a_part_ended_is_what_the_worker_says():
    assert errand("finished").result() == Part(DONE)


def test_a_worker_that_died_before_its_answer_was_fetched_has_stopped_and_the_run_goes_on():
    assert errand("finished", TimeoutError()).result() == Part(STOPPED)


@pytest.mark.parametrize("error", [CommClosedError("closed"), OSError("refused"), CancelledError("lost")])
def test_a_scheduler_that_dies_while_an_answer_is_fetched_is_gone(error: Exception):
    with pytest.raises(SchedulerGone):
        errand("finished", error).result()


@pytest.mark.parametrize("status", ["cancelled", "lost"])
def test_an_errand_whose_connection_broke_tells_that_the_scheduler_is_gone(status: str):
    with pytest.raises(SchedulerGone):
        errand(status).result()


@pytest.mark.parametrize("error", [MemoryError(), OverflowError("cannot fit 'int'"), ValueError("unpack failed")])
def test_a_server_of_something_else_at_the_address_is_told_as_no_scheduler(
    error: Exception, monkeypatch: pytest.MonkeyPatch
):
    def client(*_: Any, **__: Any) -> None:
        raise error  # as Dask does of the words of a web server

    monkeypatch.setattr(crew, "Client", client)
    wiring: Any = SimpleNamespace(spec=SimpleNamespace(system=None))
    address = "tcp://127.0.0.1:8787"
    with pytest.raises(Fatal, match=f"{address}.* no Dask scheduler") as told, open_crew(DaskSpec(address), wiring):
        pass
    assert told.value.exit_code == 3
