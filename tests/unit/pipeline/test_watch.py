"""The watch over a run: its hours in virtual time, its operator, its machine."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import Any, Optional

import pytest

from j2o_core.http import Gate
from j2o_core.ledger.control import Request
from j2o_core.model.limits import Guard
from j2o_core.model.outcome import Held
from j2o_core.model.schedule import Schedule, Window
from j2o_core.pipeline.guard import Usage
from j2o_core.pipeline.watch import Watch
from j2o_core.spec.model import RuntimeSpec

GB = 1000**3


class Asked:
    """Requests as a test asks them; ``before``: what an earlier process was told."""

    run = "R-1"

    def __init__(self) -> None:
        self.next: list[Request] = []
        self.before: list[Request] = []

    def standing(self) -> list[Request]:
        return self.before

    def take(self) -> list[Request]:
        taken, self.next = self.next, []
        return taken


class World:
    """A watch over two gates whose clock and machine the test sets."""

    def __init__(self, schedule: Optional[Schedule] = None) -> None:
        self.gates = {name: Gate(name) for name in ("jira", "openproject")}
        self.stop = threading.Event()
        self.events: list[Any] = []
        self.asked = Asked()
        self.now = datetime(2026, 3, 28, 21, 0, tzinfo=timezone.utc).timestamp()
        self.usage = Usage(0, 100 * GB, 100 * GB, 0.0)
        self.watch = Watch(
            self.gates,
            RuntimeSpec(schedule=schedule, guard=Guard(memory=GB)),
            self.stop,
            self.events.append,
            self.asked,  # type: ignore[arg-type]
            lambda guard: self.usage,
            lambda: self.now,
        )

    def ask(self, command: str, argument: str = "") -> None:
        self.asked.next.append(Request(1, command, argument, "mia@here"))
        self.watch.look()

    @property
    def held(self) -> list[tuple[str, ...]]:
        return [gate.figures().held for gate in self.gates.values()]

    @property
    def told(self) -> list[str]:
        return [event["message"] for event in self.events]


def test_the_run_sends_nothing_outside_of_its_hours_and_goes_on_by_itself() -> None:
    # The night in which the clocks go forward: 20:00 to 06:00 in Berlin lasts nine hours.
    world = World(Schedule((Window(20 * 60, 6 * 60),), "Europe/Berlin"))
    open_hours = []
    for quarter in range(4 * 30):
        world.watch.look()
        if world.held == [(), ()]:
            open_hours.append(quarter / 4)
        world.now += 15 * 60
    # It begins at 22:00 in Berlin; seven hours are left of that night, and the next evening comes after 14 more.
    assert open_hours[0] == 0.0
    assert [hour for hour in open_hours if hour < 12][-1] == 6.75
    assert next(hour for hour in open_hours if hour > 12) == 21.0
    assert world.told == [
        "outside of its hours: the run sends nothing until 2026-03-29 20:00",
        "within its hours again: the run goes on",
    ]


def test_a_run_that_begins_outside_of_its_hours_says_until_when_it_waits() -> None:
    world = World(Schedule((Window(2 * 60, 4 * 60),), "UTC"))
    world.watch.look()
    assert world.told == ["outside of its hours: the run sends nothing until 2026-03-29 02:00"]
    with pytest.raises(Held, match="openproject: outside of the hours"):
        world.gates["openproject"].enter(writing=True)


def test_the_operator_pauses_and_continues() -> None:
    world = World()
    world.ask("pause")
    assert world.held == [("paused by mia@here",)] * 2
    world.ask("continue")
    assert world.held == [(), ()]
    assert world.told == ["paused by mia@here", "goes on at its full speed by mia@here"]


def test_the_operator_throttles_until_it_continues() -> None:
    world = World()
    world.ask("throttle", "3")
    assert [gate.figures().allowed for gate in world.gates.values()] == [3, 3]
    world.ask("continue")
    assert [gate.figures().allowed for gate in world.gates.values()] == [None, None]


def test_what_the_operator_told_an_earlier_process_holds_until_he_says_continue() -> None:
    world = World()
    world.asked.before = [Request(1, "pause", "", "mia@here"), Request(2, "throttle", "3", "mia@here")]
    with world.watch:
        assert world.held == [("paused by mia@here",)] * 2
        assert [gate.figures().allowed for gate in world.gates.values()] == [3, 3]
        assert world.told[0] == "still paused by mia@here, until `j2o control R-1 continue`"
        assert world.told[1].endswith("to each system, until `j2o control R-1 continue`")
        world.ask("continue")
        assert world.held == [(), ()]


def test_connections_to_one_host_are_told_of_once() -> None:
    world = World()
    world.gates["openproject"] = world.gates["jira"]
    watch = Watch(world.gates, RuntimeSpec(), world.stop, world.events.append, world.asked, lambda guard: world.usage)
    with watch:
        world.gates["jira"].pause(5)
    assert [event["event"] for event in world.events] == ["pause"]


def test_a_pause_of_the_operator_outlasts_the_hours_and_the_other_way_round() -> None:
    world = World(Schedule((Window(20 * 60, 6 * 60),), "UTC"))
    world.ask("pause")
    world.now += 12 * 3600
    world.ask("continue")
    assert world.held == [("outside of the hours of runtime.schedule",)] * 2


def test_the_operator_stops_it() -> None:
    world = World()
    world.ask("stop")
    assert world.stop.is_set()
    assert world.watch.reason == "stopped by mia@here; run the same command again to go on"


def test_a_look_at_the_machine_that_breaks_keeps_no_operator_from_stopping_the_run() -> None:
    world = World(Schedule((Window(0, 12 * 60), Window(12 * 60, 0)), "UTC"))
    world.usage = None  # type: ignore[assignment]
    world.ask("pause")
    assert world.held == [("paused by mia@here",)] * 2
    world.ask("stop")
    assert world.stop.is_set()


def test_memory_first_slows_it_down_and_then_stops_it() -> None:
    world = World()
    world.usage = Usage(int(0.93 * GB), 100 * GB, 100 * GB, 0.0)
    world.watch.look()
    assert [gate.figures().allowed for gate in world.gates.values()] == [3, 3]
    world.usage = Usage(2 * GB, 100 * GB, 100 * GB, 0.0)
    for _ in range(5):
        world.watch.look()
    assert world.stop.is_set()
    assert "may use 1.0 GB (runtime.guard.memory); make room, then run the same command again" in world.watch.reason
    assert [event.get("stopped", False) for event in world.events] == [False, True]


def test_who_waits_is_let_go_when_the_run_is_stopped() -> None:
    world = World()
    with world.watch:
        world.ask("pause")
        world.ask("stop")
        with pytest.raises(Held):
            world.gates["jira"].enter(writing=False)
