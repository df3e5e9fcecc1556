"""The processes of a Dask cluster: found or started, given their orders, and listened to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import time
from typing import Any, Callable, Iterator, Mapping

from distributed import Client, Future, LocalCluster, Security
from distributed.utils import CancelledError
from loguru import logger

from ...model.outcome import Fatal
from ...spec.model import DaskSpec
from ..wiring import Wiring
from . import worker
from .executor import certificates, knock
from .orders import FATAL, STOPPED, Part, RunOrder, TurnOrder

#: seconds within which the scheduler has to answer
_ANSWER = 20.0
#: seconds in which workers let go of a run: as long as a lease, within bounds, and these
_LONGEST_LEAVE, _LEAVE = 60.0, 5.0
#: seconds between two attempts to find one that is gone, and to end one
_KNOCK, _AGAIN = 1.0, 0.2
#: what Dask raises where nobody answers, or something could not be started
_SILENT = (OSError, TimeoutError, asyncio.TimeoutError, RuntimeError)
#: ... and where the first bytes that something else sends are taken for the length of a message
_NOT_DASK = (MemoryError, OverflowError, ValueError)
#: what workers send goes by this name, and the id of the run
TOPIC = "j2o-"
Listener = Callable[[str, Mapping[str, Any]], None]


class SchedulerGone(Fatal):
    """The scheduler does not answer any more (exit 4, where nobody waits for it)."""

    def __init__(self, error: object, waited: float = 0.0) -> None:
        reason = " ".join(str(error).split()) or type(error).__name__
        tried = f", and was waited for {waited:.0f} s" if waited else ""
        message = (
            f"the Dask scheduler is gone ({reason}){tried}; start it and its workers, then the same command goes on"
        )
        super().__init__(message, exit_code=4)


class Crew:
    """The workers that a scheduler has at the moment, by their addresses."""

    def __init__(self, dask: DaskSpec, wiring: Wiring) -> None:
        self._dask, self._wiring = dask, wiring
        self._open = contextlib.ExitStack()
        self._topics: list[tuple[str, Any]] = []

    def connect(self) -> None:
        """Find or start the scheduler. Raises ``OSError`` or ``TimeoutError`` where it does not answer."""
        dask = self._dask
        self._open.close()
        with contextlib.ExitStack() as stack:
            if dask.scheduler:
                where: Any = dask.scheduler
                security = _security(dask, self._wiring)
            else:
                where, security = stack.enter_context(_embedded(dask, self._wiring)), None
            try:
                self._client = Client(where, security=security, timeout=_ANSWER, set_as_default=False)
            except _NOT_DASK as error:
                raise OSError("what listens there is no Dask scheduler") from error
            stack.callback(self._client.close, timeout=5)
            for topic, heard in self._topics:
                self._client.subscribe_topic(topic, heard)
            self._open = stack.pop_all()

    def close(self) -> None:
        """Let go of the scheduler; end it where it was started for the run."""
        self._open.close()

    def outlast(self, lost: SchedulerGone, check: Callable[[], None], tell: Callable[[str], None]) -> None:
        """Wait for a scheduler that is gone, or start a new one; ``check`` is called meanwhile, and may raise.

        Raises ``SchedulerGone`` where that takes longer than ``reconnect`` seconds.
        """
        began = time.monotonic()
        known = self._dask.scheduler
        tell(
            f"{lost.message.partition(';')[0]}; "
            + (f"the run waits up to {self._dask.reconnect:.0f} s for it" if known else "the run starts another one")
        )
        self._open.close()
        reason: object = lost
        while True:
            check()
            try:
                if known:
                    knock(known, _KNOCK)
                self.connect()
                tell("the Dask scheduler is back; the run goes on" if known else "another Dask scheduler is there")
                return
            except _SILENT as error:
                reason = error
            waited = time.monotonic() - began
            if waited >= self._dask.reconnect:
                raise SchedulerGone(reason, waited)
            time.sleep(_KNOCK)

    def addresses(self) -> list[str]:
        """Who is there. Raises ``SchedulerGone``."""
        self._check()
        try:
            found: Mapping[str, int] = self._client.sync(self._client.scheduler.ncores, callback_timeout=_ANSWER)
        except (*_SILENT, AttributeError) as error:  # it has no scheduler while it looks for one
            raise SchedulerGone(error) from None
        return sorted(found)

    def send(self, address: str, run: RunOrder, turn: TurnOrder) -> Errand:
        """Give one worker its part in a turn. Raises ``SchedulerGone``."""
        self._check()
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

    def _check(self) -> None:
        if self._client.status != "running":
            raise SchedulerGone(f"the connection is {self._client.status}")

    def listen(self, run: str, listener: Listener) -> None:
        """Call ``listener`` (worker, what it sent) from now on, on a thread of Dask's."""

        def heard(event: tuple[float, Any]) -> None:
            message = event[1]
            with contextlib.suppress(ValueError, KeyError, TypeError):
                listener(message["worker"], json.loads(message["text"]))

        self._topics.append((TOPIC + run, heard))
        self._client.subscribe_topic(TOPIC + run, heard)

    def retire(self, address: str) -> None:
        """End one worker's process; it stays where that cannot be done."""
        until = time.monotonic() + _LEAVE
        try:
            # The last worker keeps its place while Dask still counts its answer as asked for.
            while not self._client.retire_workers([address], callback_timeout=_ANSWER):
                if time.monotonic() > until:
                    logger.warning("worker {} has something that no other can take over: it stays", address)
                    return
                time.sleep(_AGAIN)
        except Exception as error:  # noqa: BLE001 - it has nothing of the run any more
            logger.warning("worker {} could not be ended: {}", address, str(error) or type(error).__name__)

    def dismiss(self, run: str) -> None:
        """All workers let go of a run. Those that do not answer as long as a lease lasts are not waited for any longer:
        they stop by themselves when they hear of nobody who leads it."""
        limit = min(self._dask.lease, _LONGEST_LEAVE) + _LEAVE
        try:
            self._client.run(worker.let_go, run, callback_timeout=limit)
        except (TimeoutError, asyncio.TimeoutError):
            logger.warning("some workers have not let go of the run within {:.0f} s; they stop by themselves", limit)
        except Exception as error:  # noqa: BLE001 - the run is at its end, and they stop by themselves
            logger.warning("some workers were not told that the run has ended: {}", str(error) or type(error).__name__)


class Errand:
    """A worker's part in a turn, under way."""

    def __init__(self, future: Future) -> None:
        self._future = future

    def ended(self) -> bool:
        """Whether it has ended, in whatever way."""
        return bool(self._future.done())

    def result(self) -> Part:
        """How it ended. Raises ``SchedulerGone``."""
        try:
            if self._future.status == "finished":
                return Part(**self._future.result(timeout=_ANSWER))
            if self._future.status == "error":
                broken = self._future.exception(timeout=_ANSWER)
                return Part(FATAL, f"a worker broke: {type(broken).__name__}: {broken}", 4)
        except (TimeoutError, asyncio.TimeoutError):
            return Part(STOPPED)  # it died with its answer; what it did stands in the ledger
        except (OSError, RuntimeError, CancelledError) as error:
            raise SchedulerGone(error) from None
        raise SchedulerGone("the connection to it broke")

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
    crew = Crew(dask, wiring)
    try:
        try:
            crew.connect()
        except _SILENT as error:
            reason = " ".join(str(error).split())
            what = (
                f"scheduler {dask.scheduler} does not answer"
                if dask.scheduler
                else "cluster of this run does not start"
            )
            raise Fatal(f"the Dask {what}: {reason}", exit_code=3) from None
        yield crew
    finally:
        crew.close()


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
    paths = certificates(wiring.spec)
    return Security(
        tls_ca_file=paths["ca"],
        tls_client_cert=paths["cert"],
        tls_client_key=paths.get("key", paths["cert"]),
        require_encryption=True,
    )
