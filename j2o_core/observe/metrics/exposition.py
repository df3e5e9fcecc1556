"""Samples in the words of Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterable, Iterator

from .families import COUNTER, FAMILIES, GAUGE, Family
from .samples import Sample, Spread

if TYPE_CHECKING:
    from prometheus_client.core import Metric
    from prometheus_client.registry import CollectorRegistry

#: the type of the text that is served
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Exposed:
    """A collector of ``prometheus_client``: every family, in the order in which they are declared."""

    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        """``samples`` gives them as they stand."""
        self._samples = samples

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        samples: dict[str, list[Sample]] = {}
        for sample in self._samples():
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
