"""Every failure has one of ten classes, whatever its code."""

from __future__ import annotations

import pytest
import requests
from urllib3.exceptions import ReadTimeoutError

from j2o_core.http.outcomes import Refused, judge_failure
from j2o_core.model.error_class import CLASSES, error_class, named


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("connect", "network"),
        ("no_answer", "network"),
        ("http_502", "network"),
        ("http_504", "timeout"),
        ("http_429", "rate limit"),
        ("http_401", "authentication"),
        ("captcha", "authentication"),
        ("http_403", "permission"),
        ("J2O-X004", "permission"),
        ("http_422", "validation"),
        ("J2O-M102", "validation"),
        ("a_code_of_a_plugin", "validation"),
        ("http_409", "conflict"),
        ("J2O-E021", "conflict"),
        ("J2O-E010", "missing reference"),
        ("http_404", "missing reference"),
        ("J2O-E099", "plugin"),
        ("http_500", "internal"),
        ("disk", "internal"),
    ],
)
def test_a_code_has_a_class(code: str, expected: str) -> None:
    assert error_class(code) == expected
    assert expected in CLASSES


def test_what_was_given_up_is_classed_by_the_last_answer() -> None:
    assert error_class("J2O-E005", {"status": 409}) == "conflict"
    assert error_class("J2O-E005", {"status": 500}) == "internal"


def test_a_time_that_was_up_is_no_cut_line() -> None:
    slow = judge_failure(requests.exceptions.ReadTimeout("slow"), "POST x", writing=True)
    buried = requests.exceptions.ConnectionError(ReadTimeoutError(None, "", "slow"))  # type: ignore[arg-type]
    cut = judge_failure(requests.exceptions.ConnectionError("reset"), "POST x", writing=True)
    assert error_class(slow.code, slow.detail) == "timeout"
    assert error_class("no_answer", judge_failure(buried, "POST x", writing=True).detail) == "timeout"
    assert error_class(cut.code, cut.detail) == "network"


def test_a_refusal_keeps_the_servers_number_of_the_request_and_its_words() -> None:
    refusal = Refused("POST x: 422", 422, {"message": "Subject can't be blank."}, {"X-Request-Id": "4711-a"})
    assert refusal.detail["request"] == "4711-a"
    assert refusal.detail["words"] == "Subject can't be blank."


@pytest.mark.parametrize("text", ["rate limit", "rate-limit", "RATE_LIMIT"])
def test_a_class_may_be_written_in_any_way(text: str) -> None:
    assert named(text) == "rate limit"
    assert named("weather") is None
