"""What 429 and 503 ask for, in every form in which servers say it."""

from __future__ import annotations

import email.utils
from typing import Mapping, Optional

import pytest

from j2o_core.http.asked_wait import asked_wait

NOW = 1_790_000_000.0


def date(after: float) -> str:
    return email.utils.formatdate(NOW + after, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "5, 10"}, 10.0),  # of the server and of a proxy before it: a line each
        ({"Retry-After": date(20)}, 20.0),
        ({"Retry-After": date(-20)}, 0.0),
        ({"Retry-After": "Thu, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"Retry-After": "r=0;t=30 Nov , r=0"}, None),
        ({"Retry-After": "9" * 400}, 3600.0),
        ({"Retry-After": "3", "RateLimit-Reset": "60"}, 3.0),
        ({"RateLimit-Reset": "12"}, 12.0),
        ({"X-RateLimit-Reset": "12"}, 12.0),
        ({"X-RateLimit-Reset": str(int(NOW) + 45)}, 45.0),
        ({"X-RateLimit-Reset": "2026-09-21T14:13:40Z"}, 20.0),
        ({"X-RateLimit-Reset": "2026-09-21T16:13:40+02:00"}, 20.0),
        ({"X-RateLimit-Reset": "2026-09-21T14:14Z"}, 40.0),
        ({"RateLimit": '"default";r=0;t=30'}, 30.0),
        ({"RateLimit": "limit=100, remaining=0, reset=9"}, 9.0),
        ({"Beta-RateLimit": '"tenant-app-quota";r=0;t=600'}, 600.0),
        ({"X-RateLimit-Interval-Seconds": "10", "X-RateLimit-FillRate": "5"}, 2.0),
        ({"X-RateLimit-Interval-Seconds": "-1", "X-RateLimit-FillRate": "-1"}, None),
    ],
)
def test_the_wait_that_a_server_asks_for(headers: Mapping[str, str], seconds: Optional[float]) -> None:
    assert asked_wait(headers, lambda: NOW) == seconds


@pytest.mark.parametrize("skew", [-86_400.0, -90.0, 90.0, 86_400.0])
@pytest.mark.parametrize("header", ["Retry-After", "X-RateLimit-Reset"])
def test_moments_are_told_by_the_clock_of_the_server(header: str, skew: float) -> None:
    assert asked_wait({header: date(20), "Date": date(0)}, lambda: NOW + skew) == 20.0
