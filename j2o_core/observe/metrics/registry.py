"""All figures of one process together, as Prometheus reads them."""

from __future__ import annotations

import platform
import threading
import time
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping

from loguru import logger

from .events import EventTally
from .families import BUILD, COMMIT_BOUNDS, COMMIT_SECONDS, COMMITTED, COUNTER, FAMILIES, GAUGE, TOLD, Family
from .requests import RequestTally
from .samples import Durations, Sample, Source, Spread

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from prometheus_client.registry import CollectorRegistry

#: the type of the text that is served
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Keeps what is counted here, and asks sources for the rest whenever somebody wants to know.

    A source that fails is logged and left out: figures are no reason to stop what they are of.
    """

    def __init__(self, version: str) -> None:
        self.events = EventTally()
        self.commits = Durations(COMMIT_BOUNDS)
        self._version = version
        self._changes = 0
        self._tallies: dict[str, RequestTally] = {}
        self._sources: list[Source] = [self._own, self.events.samples]
        self._guard = threading.Lock()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event of the run."""
        self.events(event)

    def add(self, source: Source) -> None:
        """Ask ``source``, too."""
        with self._guard:
            self._sources.append(source)

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
        """All that is known now."""
        with self._guard:
            sources = list(self._sources)
        found: list[Sample] = []
        for source in sources:
            try:
                found.extend(source())
            except Exception as error:  # noqa: BLE001 - see above
                logger.opt(exception=error).warning("some figures are not known at present: {}", error)
        return found

    def collect(self) -> Iterator[Metric]:
        """As a collector of ``prometheus_client``: every family, in the order in which they are declared."""
        samples: dict[str, list[Sample]] = {}
        for sample in self.samples():
            samples.setdefault(sample.family.name, []).append(sample)
        for family in FAMILIES:
            yield _metric(family, samples.get(family.name, ()))

    def registry(self) -> CollectorRegistry:
        """A registry with nothing else in it."""
        from prometheus_client.registry import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return registry

    def text(self) -> bytes:
        """The text that is served under ``/metrics``; its type is ``CONTENT_TYPE``."""
        from prometheus_client.exposition import generate_latest

        return generate_latest(self.registry())

    def _own(self) -> Iterable[Sample]:
        yield Sample(BUILD, (self._version, platform.python_version()), 1)
        yield Sample(TOLD, (), time.time())
        yield Sample(COMMIT_SECONDS, (), self.commits.spread())
        yield Sample(COMMITTED, (), self._changes)


def _metric(family: Family, samples: Iterable[Sample]) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    labels = list(family.labels)
    known = list(samples)
    if family.kind not in (COUNTER, GAUGE):
        histogram = HistogramMetricFamily(family.name, family.tells, labels=labels)
        for sample in known:
            assert isinstance(sample.value, Spread)
            histogram.add_metric(list(sample.labels), _buckets(sample.value), sample.value.total)
        return histogram
    if not labels and not known and family.starts is not None:
        known = [Sample(family, (), family.starts)]
    make = CounterMetricFamily if family.kind == COUNTER else GaugeMetricFamily
    metric = make(family.name, family.tells, labels=labels)
    for sample in known:
        assert not isinstance(sample.value, Spread)
        metric.add_metric(list(sample.labels), float(sample.value))
    return metric


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    """Counts of all that is not above each bound, the last of them infinite."""
    so_far, buckets = 0, []
    for bound, count in zip((*spread.bounds, float("inf")), spread.counts):
        so_far += count
        buckets.append(("+Inf" if bound == float("inf") else str(bound), float(so_far)))
    return buckets
