"""All figures of one process together, those of its run among them."""

from __future__ import annotations

import platform
import threading
import time
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Sequence

from loguru import logger

from .events import EventTally
from .exposition import Exposed
from .families import BUILD, COMMIT_BOUNDS, COMMIT_SECONDS, COMMITTED, TOLD
from .requests import RequestTally
from .samples import Durations, Sample, Source
from .together import Other, together
from .warnings import Warnings

if TYPE_CHECKING:
    from prometheus_client.registry import CollectorRegistry


class Metrics:
    """Keeps what is counted here, and asks sources for the rest whenever somebody wants to know.

    A source that fails is logged and left out: figures are no reason to stop what they are of.
    """

    def __init__(self, version: str, wanted: bool = True) -> None:
        """``wanted``: somebody reads them here, so that the ledger is to be asked for what it has, too."""
        self.wanted = wanted
        self.events = EventTally()
        self.warnings = Warnings()
        self.commits = Durations(COMMIT_BOUNDS)
        #: gives what other processes of the run have told
        self.others: Callable[[], Sequence[Other]] = tuple
        self._version = version
        self._changes = 0
        self._tallies: dict[str, RequestTally] = {}
        self._sources: list[Source] = [self._own, self.events.samples, self.warnings.samples]
        self._of_the_ledger: list[Source] = []
        self._guard = threading.Lock()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event of the run."""
        self.events(event)
        self.warnings(event)

    def add(self, source: Source) -> None:
        """Ask ``source``, too: of what this process alone knows."""
        with self._guard:
            self._sources.append(source)

    def add_ledger(self, source: Source) -> None:
        """Ask ``source``, too: of what the ledger has, so that everybody could ask it."""
        with self._guard:
            self._of_the_ledger.append(source)

    def requests(self, connection: str) -> RequestTally:
        """Counts the requests of a connection."""
        with self._guard:
            tally = self._tallies.get(connection)
            if tally is None:
                tally = self._tallies[connection] = RequestTally(connection)
                self._sources.append(tally.samples)
            return tally

    def committed(self, seconds: float, changes: int) -> None:
        """The ledger's writer has committed so many changes. One thread calls it."""
        self.commits.add(seconds)
        self._changes += changes

    def samples(self) -> list[Sample]:
        """All that is known now of the run."""
        return [*self.of_processes(), *_asked(self._of_the_ledger)]

    def of_processes(self) -> list[Sample]:
        """What the processes of the run know beside the ledger."""
        try:
            others = self.others()
        except Exception as error:  # noqa: BLE001 - see above
            logger.opt(exception=error).warning("the figures of other processes are not known at present: {}", error)
            others = ()
        return together(self.own(), others)

    def own(self) -> list[Sample]:
        """What this process knows."""
        return _asked(self._sources)

    def registry(self) -> CollectorRegistry:
        """A registry with nothing else in it."""
        return Exposed(self.samples).registry()

    def text(self) -> bytes:
        """The text that is served under ``/metrics``."""
        return Exposed(self.samples).text()

    def _own(self) -> Iterable[Sample]:
        yield Sample(BUILD, (self._version, platform.python_version()), 1)
        yield Sample(TOLD, (), time.time())
        yield Sample(COMMIT_SECONDS, (), self.commits.spread())
        yield Sample(COMMITTED, (), self._changes)


def _asked(sources: Sequence[Source]) -> list[Sample]:
    found: list[Sample] = []
    for source in list(sources):
        try:
            found.extend(source())
        except Exception as error:  # noqa: BLE001 - figures are no reason to stop what they are of
            logger.opt(exception=error).warning("some figures are not known at present: {}", error)
    return found
