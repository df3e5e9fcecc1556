"""What a person sees while a run goes."""

from __future__ import annotations

import io
import json
from typing import Any, Callable, TextIO

import pytest
from rich.console import Console

from j2o_core.observe.announcer import Announcer
from j2o_core.observe.lines import PlainLines
from j2o_core.observe.live import LiveProgress, _Bars
from j2o_core.observe.pace import Pace, duration
from j2o_core.observe.stream import COUNTS, JsonStream


def progress(done: int, total: int = 100, **counts: int) -> dict[str, Any]:
    return {"event": "progress", "stage": "apply", "entity": "users", "done": done, "total": total, "counts": counts}


class Clock:
    """Moves one second with each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_plain_lines_come_now_and_then_and_at_the_end() -> None:
    out = io.StringIO()
    lines = PlainLines(out, every=10, clock=Clock())
    lines({"event": "stage_started", "stage": "apply", "phase": "work_packages"})
    for done in range(1, 101):
        lines(progress(done, created=done))
    told = out.getvalue().splitlines()
    assert told[0] == "Writing to the target: work packages"
    assert told[1] == "  users: 11 of 100 (11 created) 1.0/s about 1 min 29 s left"
    assert told[-1] == "  users: 100 of 100 (100 created)"
    assert len(told) == 11


def test_the_plan_is_told_by_entity() -> None:
    out = io.StringIO()
    lines = PlainLines(out)
    lines({"event": "planned", "entity": "users", "source": 1200, "unchanged": 0})
    lines({"event": "planned", "entity": "groups", "source": 5, "unchanged": 4})
    assert out.getvalue().splitlines() == ["  users: 1,200", "  groups: 5, 4 unchanged"]


def test_the_same_amount_is_told_once() -> None:
    out = io.StringIO()
    lines = PlainLines(out)
    for _ in range(3):
        lines(progress(100))
    assert out.getvalue().count("users") == 1


def test_a_flood_of_one_problem_is_told_a_few_times_only() -> None:
    out = io.StringIO()
    lines = PlainLines(out)
    for number in range(50):
        lines({"event": "problem", "code": "J2O-M001", "entity": "users", "key": f"u{number}", "message": "no mail"})
    told = out.getvalue().splitlines()
    assert told[0] == "error J2O-M001 users u0: no mail"
    assert len(told) == 6
    assert "the report lists them all" in told[-1]


def test_the_causes_that_a_check_tells_are_told_all() -> None:
    out = io.StringIO()
    lines = PlainLines(out)
    for number in range(30):
        lines(
            {"event": "problem", "stage": "check", "code": "J2O-M107", "entity": "users", "message": f"field {number}"}
        )
    assert len(out.getvalue().splitlines()) == 30


def test_bars_leave_the_outcome_of_each_entity_behind_and_hostile_text_as_text() -> None:
    out = io.StringIO()
    live = LiveProgress(out)
    live({"event": "run_started", "run": "r1", "spec": "[red]demo[/red]"})
    live({"event": "stage_started", "stage": "apply"})
    live(progress(100, created=98, failed=2))
    live({"event": "problem", "code": "J2O-M001", "message": "[bold]x[/nonsense]"})
    live.close()
    text = out.getvalue()
    assert "[red]demo[/red]" in text
    assert "[bold]x[/nonsense]" in text
    assert "users: 100 of 100 (98 created, 2 failed)" in text


@pytest.mark.parametrize("display", [PlainLines, LiveProgress])
def test_words_of_servers_and_names_steer_no_terminal_and_pass_for_no_line_of_ours(
    display: Callable[[TextIO], Any],
) -> None:
    out = io.StringIO()
    listener = display(out)
    odd = "\x1b[2J\x9b2J\x07 \u202egnp.exe \ud800\r\nrun r9 starts: fake"
    listener({"event": "run_started", "run": "r1", "spec": odd})
    listener({"event": "problem", "code": "x", "entity": odd, "key": odd, "message": odd})
    listener({"event": "notice", "message": odd})
    listener({**progress(100), "entity": odd})
    listener.close()
    text = out.getvalue()
    assert not [sign for sign in text if sign != "\n" and (sign < " " or "\x7f" <= sign <= "\x9f" or sign == "\u202e")]
    assert not any(line.startswith("run r9") for line in text.splitlines())
    text.encode("utf-8")


def test_a_stage_leaves_lines_of_those_alone_that_went_on_in_it() -> None:
    out = io.StringIO()
    live = LiveProgress(out)
    for entity in ("users", "groups"):
        live({"event": "stage_started", "stage": "apply", "phase": entity})
        for name in ("users", "groups", "comments"):
            done = 100 if name == "users" or name == entity else 0
            live({**progress(done), "entity": name})
    live({"event": "stage_started", "stage": "verify"})
    live.close()
    assert [line.strip() for line in out.getvalue().splitlines() if ":" in line] == [
        "Writing to the target: users",
        "users: 100 of 100",
        "Writing to the target: groups",
        "groups: 100 of 100",
    ]


@pytest.mark.parametrize("width", [40, 80, 132])
def test_amount_rate_and_time_left_are_there_on_any_terminal(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=132, force_terminal=False)
    bars, now = _Bars(console), [0.0]
    bars.get_time = lambda: now[0]
    task = bars.add_task("placeholder users", total=1_000_000, counts="500 created")
    for done in (0, 250_000, 500_000):
        bars.update(task, completed=done)
        now[0] += 1
    console.width = width  # resized
    console.print(bars.get_renderable())
    (line,) = out.getvalue().splitlines()
    assert len(line) <= width
    assert all(told in line for told in ("place", "500000/1000000", "250000/s", "00:02"))
    assert ("━" in line, "500 created" in line) == (width >= 80, width >= 80)


@pytest.mark.parametrize("display", [JsonStream, PlainLines, LiveProgress])
def test_the_end_of_a_terminal_is_not_that_of_the_run(display: Callable[[TextIO], Any]) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

        def isatty(self) -> bool:
            return False

    listener = display(Gone())
    listener({"event": "run_started", "run": "r1"})
    listener({"event": "stage_started", "stage": "apply"})
    listener(progress(5))
    if not isinstance(listener, JsonStream):
        listener.close()


def test_the_pace_follows_what_happens_now() -> None:
    pace = Pace(window=10)
    for second in range(100):
        pace.note(second, second)
    for second in range(100, 120):
        pace.note(second, 100 + (second - 100) * 10)
    assert pace.rate == 10
    assert pace.left(390) == 10
    assert Pace().left(5) is None
    assert [duration(seconds) for seconds in (7.2, 185, 7800)] == ["7 s", "3 min 05 s", "2 h 10 min"]


def test_the_stream_ends_with_the_counts_in_the_promised_form() -> None:
    out = io.StringIO()
    stream = JsonStream(out)
    stream({"event": "run_started", "run": "r1"})
    stream({"event": "run_finished", "run": "r1", "exit_code": 0, "entities": {"users": {"source": 1, "created": 1}}})
    stream({"event": "notice", "message": "late"})
    stream.finish(1)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["run_started", "notice", "run_finished"]
    assert set(lines[-1]) == {"event", "run", "exit_code", "entities"}
    assert lines[-1]["exit_code"] == 1
    assert lines[-1]["entities"] == {"users": {**dict.fromkeys(COUNTS, 0), "source": 1, "created": 1}}


def test_a_run_that_stopped_before_its_end_still_gets_a_last_line() -> None:
    out = io.StringIO()
    stream = JsonStream(out)
    stream({"event": "run_started", "run": "r1"})
    stream.finish(3)
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "event": "run_finished",
        "run": "r1",
        "exit_code": 3,
        "entities": {},
    }


@pytest.mark.parametrize("display", [JsonStream, PlainLines])
def test_a_reader_who_leaves_does_not_stop_the_run(display: Callable[[TextIO], Any]) -> None:
    class Gone(io.StringIO):
        tries = 0

        def write(self, text: str) -> int:
            self.tries += 1
            raise BrokenPipeError

    out = Gone()
    listener = display(out)
    for _ in range(3):
        listener({"event": "run_started", "run": "r1"})
    assert out.tries == 1


def test_all_listeners_hear_each_event_in_order() -> None:
    heard: list[str] = []
    announce = Announcer(lambda event: heard.append(f"a {event['event']}"), lambda event: heard.append("b"))
    announce({"event": "x"})
    assert heard == ["a x", "b"]
