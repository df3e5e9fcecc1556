"""What a person is warned of at present."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
from loguru import logger

from j2o_core.observe.metrics.registry import Metrics
from j2o_core.observe.metrics.warnings import LASTS, LONGEST, MOST, Warnings
from j2o_core.observe.redaction import Redactor, redact_with
from tests.unit.observe.test_metrics import value


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warnings(clock: Clock) -> Iterator[Warnings]:
    made = Warnings(clock)
    hearing = logger.add(made.heard, level="WARNING", format="{message}")
    yield made
    logger.remove(hearing)
    redact_with(Redactor())


def texts(warnings: Warnings) -> list[str]:
    return [one["text"] for one in warnings.current()]


def test_what_slows_a_run_down_is_told_until_it_does_no_more(warnings: Warnings, clock: Clock) -> None:
    near: dict[str, Any] = {"event": "guard", "message": "near the limit", "parallel": 2}
    warnings(near)
    warnings({**near, "message": "worker w is near its limit", "worker": "w"})
    warnings({"event": "schedule", "message": "outside of its hours", "open": False})
    clock.now += 10 * LASTS
    assert sorted(texts(warnings)) == ["near the limit", "outside of its hours", "worker w is near its limit"]
    warnings({**near, "parallel": None})
    warnings({"event": "schedule", "message": "within its hours", "open": True})
    assert texts(warnings) == ["worker w is near its limit"]
    warnings({**near, "worker": "w", "message": "no room: it stops", "stopped": True})
    assert texts(warnings) == ["no room: it stops"]


def test_what_the_log_warns_of_is_told_once_for_a_while_and_without_secrets(warnings: Warnings, clock: Clock) -> None:
    redact_with(Redactor(["canary-4f9b0c"]))
    for _ in range(3):
        logger.warning("the database was away: {}", "canary-4f9b0c")
    logger.bind(worker="tcp://h:1").error("it broke")
    logger.info("all is well")
    logger.bind(event="problem").warning("of an item: the ledger has it")
    logger.bind(logger="urllib3").warning("the pool is full")
    away, broke = warnings.current()
    assert (away["times"], away["at"]) == (3, 1000.0)
    assert "canary" not in away["text"]
    assert away["text"].startswith("the database was away: ")
    assert broke["text"] == "tcp://h:1: it broke"
    clock.now += LASTS + 1
    assert texts(warnings) == []


def test_however_much_is_said_little_is_kept(warnings: Warnings) -> None:
    for number in range(3 * MOST):
        logger.warning("{} {}", number, "x" * 10 * LONGEST)
    assert len(texts(warnings)) == MOST
    assert all(len(text) == LONGEST for text in texts(warnings))
    assert texts(warnings)[-1].startswith(f"{3 * MOST - 1} ")


def test_their_number_is_among_the_metrics() -> None:
    metrics = Metrics("1")
    assert value(metrics, "j2o_warnings") == 0
    metrics({"event": "guard", "message": "near the limit", "parallel": 2})
    assert value(metrics, "j2o_warnings") == 1
