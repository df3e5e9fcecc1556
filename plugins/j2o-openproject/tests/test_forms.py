"""Durations, times and texts have one form each."""

from __future__ import annotations

import pytest

from j2o_openproject.durations import normal_duration, seconds_of, stored_work
from j2o_openproject.texts import folded, normal_text, one_line
from j2o_openproject.times import day_of, normal_time, readable_time, sent_time


@pytest.mark.parametrize(
    ("duration", "normal"),
    [
        ("PT90M", "PT1H30M"),
        ("PT1.5H", "PT1H30M"),
        ("P1D", "PT24H"),
        ("P1W", "PT168H"),
        ("P1DT2H3M4S", "PT26H3M4S"),
        ("PT0S", "PT0S"),
        ("PT3600S", "PT1H"),
        (None, None),
        ("", None),
    ],
)
def test_a_duration_has_one_form(duration: str, normal: str) -> None:
    assert normal_duration(duration) == normal


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("PT1H56M", "PT1H55M48S"), ("PT14M", "PT13M48S"), ("PT1H", "PT1H"), ("PT18S", "PT36S"), ("PT17S", "PT0S")],
)
def test_work_is_kept_in_hundredths_of_hours(sent: str, stored: str) -> None:
    assert stored_work(sent) == stored_work(stored) == stored


@pytest.mark.parametrize("text", ["P", "PT", "1h", "PT1", "P1M", "x PT1H"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no ISO 8601 duration"):
        seconds_of(text)


@pytest.mark.parametrize(
    "text", ["2019-01-02T03:04:05.678+0100", "2019-01-02T02:04:05.678Z", "2019-01-02T03:04:05.678901+01:00"]
)
def test_times_of_both_systems_are_read(text: str) -> None:
    assert sent_time(text) == "2019-01-02T02:04:05.678Z"
    assert normal_time(text) == "2019-01-02T02:04:05Z"


def test_a_readable_time_keeps_the_clock_of_its_writer() -> None:
    assert readable_time("2019-01-02T03:04:05.678+0130") == "2019-01-02 03:04:05 +01:30"
    assert readable_time("2019-01-02T03:04:05Z") == "2019-01-02 03:04:05 UTC"
    assert readable_time("yesterday") == "yesterday"


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        sent_time("2019-01-02T03:04:05")


def test_a_day_is_taken_from_a_time_and_checked() -> None:
    assert day_of("2024-02-29T23:59:00+0000") == "2024-02-29"
    assert day_of(None) is None
    with pytest.raises(ValueError, match="day"):
        day_of("2023-02-29")


def test_texts_have_lf_and_nothing_that_cannot_be_stored() -> None:
    assert normal_text("\r\n  a\r\nb\rc\x00\ud800 \n\n") == "  a\nb\nc\ufffd\ufffd"
    assert normal_text(None) == ""


def test_one_line_stays_one_line() -> None:
    assert one_line(" a\r\n\tb\x0bc\u2028d ") == "a b c d"


def test_names_are_found_whatever_their_case_and_blanks() -> None:
    assert folded("  In   PROGRESS ") == folded("in progress")
