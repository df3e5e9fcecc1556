"""Figures on their way between processes, and those of several as one."""

from __future__ import annotations

import itertools
import json

from j2o_core.observe.metrics.families import (
    BREAKER,
    EACH,
    FAMILIES,
    HELD,
    HISTOGRAM,
    LEADS,
    MEMORY,
    PAUSE,
    REQUEST_SECONDS,
    REQUESTS,
    RETRIES,
)
from j2o_core.observe.metrics.plain import plain, samples_of
from j2o_core.observe.metrics.requests import MOST_OPERATIONS, RequestTally
from j2o_core.observe.metrics.samples import Sample, Spread
from j2o_core.observe.metrics.together import Other, together
from tests.unit.observe.test_metrics import exchange


def values(samples: list[Sample]) -> dict[tuple[str, ...], object]:
    found = {(sample.family.name, *sample.labels): sample.value for sample in samples}
    assert len(found) == len(samples), "one series twice"
    return found


def test_every_family_arrives_as_it_was_told() -> None:
    samples = [
        Sample(
            family,
            tuple(f"{label} é" for label in family.labels),
            Spread(family.bounds, tuple(range(len(family.bounds) + 1)), 2.5) if family.kind == HISTOGRAM else number,
        )
        for family in FAMILIES
        for number in (float("inf"),)
    ]
    arrived = list(samples_of(json.loads(json.dumps(plain(samples)))))
    assert plain(arrived) == plain(samples)
    assert [sample.family for sample in arrived] == [sample.family for sample in samples]


def test_what_another_version_tells_otherwise_is_left_out() -> None:
    told = plain([Sample(MEMORY, ("lead",), 7)])
    told["j2o_of_tomorrow"] = [[["x"], 1]]
    told[REQUESTS.name] = [[["jira"], 1]]
    told[REQUEST_SECONDS.name] = [[["jira", "GET", "/x"], [1, 2], 0.5]]
    assert list(samples_of(told)) == [Sample(MEMORY, ("lead",), 7)]


def test_what_a_process_tells_stays_small_however_many_paths_there_are() -> None:
    tally = RequestTally("openproject")
    letters = "abcdefghijklmnopqrstuvwxyz"
    for one, other in itertools.product(letters, letters):
        tally(exchange(f"/api/v3/a_rather_long_kind_of_thing_{one}{other}"))
    told = plain(tally.samples())
    assert len(told[REQUEST_SECONDS.name]) == MOST_OPERATIONS + 1
    assert len(json.dumps(told)) < 20_000


def test_the_first_label_of_what_each_tells_for_itself_is_the_process() -> None:
    assert {family.labels[0] for family in FAMILIES if family.joins == EACH} == {"process"}


def test_who_tells_alone_has_its_figures_unchanged() -> None:
    samples = [Sample(MEMORY, ("lead",), 1), Sample(PAUSE, ("jira",), 3)]
    assert together(samples, []) == samples


def test_each_family_joins_in_its_way() -> None:
    lead = [
        Sample(RETRIES, ("jira", "network"), 5),  # of all, as events come to who leads
        Sample(HELD, ("jira",), False),
        Sample(BREAKER, ("jira", "closed"), True),
        Sample(BREAKER, ("jira", "open"), False),
        Sample(REQUEST_SECONDS, ("jira", "GET", "/x"), Spread((1.0, 2.0), (1, 0, 0), 0.5)),
    ]
    worker = [
        Sample(RETRIES, ("jira", "network"), 5),
        Sample(HELD, ("jira",), True),
        Sample(BREAKER, ("jira", "open"), True),
        Sample(PAUSE, ("jira",), 9),
        Sample(REQUEST_SECONDS, ("jira", "GET", "/x"), Spread((1.0, 2.0), (0, 2, 3), 20.0)),
    ]
    found = values(together(lead, [Other("worker-1", True, worker), Other("worker-2", False, worker)]))
    assert RETRIES.joins == LEADS
    assert found[RETRIES.name, "jira", "network"] == 5
    assert found[HELD.name, "jira"] is True  # all that send are held
    assert found[BREAKER.name, "jira", "open"] is True
    assert found[PAUSE.name, "jira"] == 9
    spread = found[REQUEST_SECONDS.name, "jira", "GET", "/x"]
    assert isinstance(spread, Spread)
    assert (list(spread.counts), spread.total) == ([1, 4, 6], 40.5)
