"""Hours by the clock on the wall, over the nights on which it jumps."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from j2o_core.model.schedule import Schedule, Window

BERLIN = "Europe/Berlin"
NIGHT = Schedule((Window(20 * 60, 6 * 60),), BERLIN)


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def shown(schedule: Schedule, moment: float) -> str:
    return schedule.wall_clock(moment).strftime("%d. %H:%M")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-15T18:59:59", False),  # 19:59:59 in Berlin
        ("2026-01-15T19:00:00", True),
        ("2026-01-16T04:59:59", True),
        ("2026-01-16T05:00:00", False),
        ("2026-07-15T17:59:59", False),  # summer: two hours ahead
        ("2026-07-15T18:00:00", True),
        ("2026-07-16T04:00:00", False),
    ],
)
def test_it_opens_and_closes_by_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    assert NIGHT.is_open(utc(moment)) is is_open


def test_the_next_change_is_told_from_within_and_from_without() -> None:
    assert shown(NIGHT, NIGHT.next_change(utc("2026-01-15T12:34:56")) or 0) == "15. 20:00"
    assert shown(NIGHT, NIGHT.next_change(utc("2026-01-15T23:00:00")) or 0) == "16. 06:00"


def test_hours_within_a_day_and_several_of_them() -> None:
    schedule = Schedule((Window(12 * 60, 13 * 60), Window(22 * 60, 23 * 60 + 30)), "UTC")
    hours = [hour for hour in range(24) if schedule.is_open(utc(f"2026-05-05T{hour:02d}:15:00"))]
    assert hours == [12, 22, 23]
    assert not schedule.is_open(utc("2026-05-05T23:30:00"))


def test_the_night_of_spring_is_an_hour_shorter_and_that_of_autumn_an_hour_longer() -> None:
    def length(evening: str) -> timedelta:
        opens = NIGHT.next_change(utc(evening)) or 0
        closes = NIGHT.next_change(opens) or 0
        assert shown(NIGHT, opens)[4:] == "20:00"
        assert shown(NIGHT, closes)[4:] == "06:00"
        return timedelta(seconds=closes - opens)

    assert length("2026-03-28T12:00:00") == timedelta(hours=9)
    assert length("2026-10-24T12:00:00") == timedelta(hours=11)
    assert length("2026-06-20T12:00:00") == timedelta(hours=10)


def test_an_hour_that_the_clock_never_shows_opens_when_it_would_have_begun() -> None:
    schedule = Schedule((Window(2 * 60 + 30, 5 * 60),), BERLIN)  # on 29 March the clock goes from 2:00 to 3:00
    opens = schedule.next_change(utc("2026-03-29T00:30:00")) or 0
    assert shown(schedule, opens) == "29. 03:00"


def test_an_hour_that_the_clock_shows_twice_counts_both_times() -> None:
    schedule = Schedule((Window(2 * 60, 3 * 60),), BERLIN)  # on 25 October 2:00 to 3:00 comes twice
    opens = schedule.next_change(utc("2026-10-24T22:30:00")) or 0
    closes = schedule.next_change(opens) or 0
    assert closes - opens == 2 * 3600


def test_no_zone_means_the_zone_of_this_machine() -> None:
    now = datetime(2026, 5, 5, 12, 0)
    minute = now.hour * 60
    assert Schedule((Window(minute, minute + 1),)).is_open(now.timestamp())


def test_a_schedule_that_never_closes_has_no_next_change() -> None:
    always = Schedule((Window(0, 12 * 60), Window(12 * 60, 0)), "UTC")
    assert always.is_open(0.0)
    assert always.next_change(0.0) is None
