"""The processes of a Dask cluster: found or started, given their orders, and listened to."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

import distributed
from distributed import Client, Future, LocalCluster, Security

from ...model.outcome import Fatal
from ...spec.model import DaskSpec
from ..wiring import Wiring
from . import worker
from .orders import FATAL, Part, RunOrder, TurnOrder

#: seconds within which the scheduler has to answer
_ANSWER = 20.0
#: what workers send goes by this name, and the id of the run
TOPIC = "j2o-"
Listener = Callable[[str, Mapping[str, Any]], None]


class Crew:
    """The workers that a scheduler has at the moment, by their addresses."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def addresses(self) -> list[str]:
        """Who is there. Raises ``Fatal`` (exit 4) where the scheduler is gone."""
        try:
            if self._client.status != "running":
                raise OSError(f"the connection is {self._client.status}")
            found: Mapping[str, int] = self._client.sync(self._client.scheduler.ncores)
        except (OSError, TimeoutError, AttributeError, distributed.CommClosedError) as error:
            raise gone(error) from None
        return sorted(found)

    def send(self, address: str, run: RunOrder, turn: TurnOrder) -> Errand:
        """Give one worker its part in a turn."""
        future = self._client.submit(
            worker.take_part,
            run,
            turn,
            address,
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
            key=f"j2o-{run.run}-{turn.number}-{address}-{os.urandom(4).hex()}",
        )
        return Errand(future)

    def listen(self, run: str, listener: Listener) -> None:
        """Call ``listener`` (worker, what it sent) from now on, on a thread of Dask's."""

        def heard(event: tuple[float, Any]) -> None:
            message = event[1]
            with contextlib.suppress(ValueError, KeyError, TypeError):
                listener(message["worker"], json.loads(message["text"]))

        self._client.subscribe_topic(TOPIC + run, heard)

    def dismiss(self, run: str) -> None:
        """All workers let go of a run; harmless where they cannot be reached."""
        with contextlib.suppress(Exception):
            self._client.run(worker.let_go, run)


class Errand:
    """A worker's part in a turn, under way."""

    def __init__(self, future: Future) -> None:
        self._future = future

    def ended(self) -> bool:
        """Whether it has ended, in whatever way."""
        return bool(self._future.done())

    def result(self) -> Part:
        """How it ended."""
        if self._future.status == "finished":
            return Part(**self._future.result(timeout=_ANSWER))
        if self._future.status == "error":
            error = self._future.exception(timeout=_ANSWER)
            return Part(FATAL, f"a worker broke: {type(error).__name__}: {error}", 4)
        return Part(FATAL, "Dask lost the connection to its scheduler; run the same command again to go on", 4)

    def drop(self) -> None:
        """Nobody is there who would carry it out."""
        with contextlib.suppress(Exception):
            self._future.cancel(force=True)


@contextlib.contextmanager
def open_crew(dask: DaskSpec, wiring: Wiring) -> Iterator[Crew]:
    """Within the block, the workers of the scheduler that is named, or of a cluster started for the run.

    Raises ``Fatal``: 2 where certificates cannot be read, 3 where there is no such scheduler.
    """
    for name in ("distributed", "distributed.worker", "distributed.nanny", "distributed.scheduler", "distributed.core"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with contextlib.ExitStack() as stack:
        if dask.scheduler:
            where: Any = dask.scheduler
            security = _security(dask, wiring)
            if wiring.spec.system is not None and _was_started(wiring):
                raise Fatal(
                    f"the {wiring.spec.system.plugin} that the spec starts is known to this process alone: set "
                    f"{', '.join(wiring.spec.system.unless)}, here and for the workers",
                    exit_code=2,
                )
        else:
            where, security = stack.enter_context(_embedded(dask, wiring)), None
        try:
            client = Client(where, security=security, timeout=_ANSWER, set_as_default=False)
        except (OSError, TimeoutError) as error:
            reason = " ".join(str(error).split())
            raise Fatal(f"the Dask scheduler {dask.scheduler} does not answer: {reason}", exit_code=3) from None
        stack.callback(client.close, timeout=5)
        yield Crew(client)


def gone(error: object) -> Fatal:
    """What is said when the scheduler does not answer any more."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return Fatal(f"the Dask scheduler is gone ({reason}); when it is back, the same command goes on", exit_code=4)


@contextlib.contextmanager
def _embedded(dask: DaskSpec, wiring: Wiring) -> Iterator[LocalCluster]:
    """A cluster of this machine alone: it ends with this process, whatever happens to it."""
    added = {name: value for name, value in wiring.variables.items() if os.environ.get(name) != value}
    folder = wiring.home / "dask"
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LocalCluster(
        n_workers=dask.workers,
        threads_per_worker=1,
        processes=True,
        protocol="tcp://",
        dashboard_address=None,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        local_directory=str(folder),
        silence_logs=logging.ERROR,
        env={**added, "J2O_HOME": str(wiring.home)},
        preload=["j2o_core.pipeline.cluster.preload"],
    )
    try:
        yield cluster
    finally:
        with contextlib.suppress(Exception):
            cluster.close(timeout=10)


def _security(dask: DaskSpec, wiring: Wiring) -> Any:
    if not dask.tls:
        return None
    files = wiring.spec.files
    folder = Path(files[0]).absolute().parent if files else Path.cwd()
    paths = {name: str(folder / path) for name, path in dask.tls.items()}
    for name, path in paths.items():
        if not os.access(path, os.R_OK):
            raise Fatal(f"runtime.executor.dask.tls.{name}: {path} cannot be read", exit_code=2)
    return Security(
        tls_ca_file=paths["ca"],
        tls_client_cert=paths["cert"],
        tls_client_key=paths.get("key", paths["cert"]),
        require_encryption=True,
    )


def _was_started(wiring: Wiring) -> bool:
    system = wiring.spec.system
    return system is not None and not all(os.environ.get(name) for name in system.unless)
