"""Rate limits: headers on every answer where the edition has them, and 429 above the burst."""

from __future__ import annotations

import time
from typing import Callable, Tuple

from j2o_sandbox.jira.behaviour import DATACENTER, Behaviour
from j2o_sandbox.jira.wire import Answer

Headers = Tuple[Tuple[str, str], ...]
_UNLIMITED: Headers = (
    ("X-RateLimit-Limit", "-1"),
    ("X-RateLimit-Remaining", "9223372036854775807"),
    ("X-RateLimit-Interval-Seconds", "-1"),
    ("X-RateLimit-FillRate", "-1"),
    ("Retry-After", "0"),
)


class Limiter:
    """A token bucket of ``behaviour.burst`` requests a second; unlimited without it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens = 0.0
        self._burst = 0
        self._last = clock()

    def admit(self, behaviour: Behaviour) -> Tuple[bool, Headers]:
        """Whether the request may pass, and the headers its answer carries."""
        if behaviour.burst is None:
            return True, _UNLIMITED if behaviour.edition == DATACENTER else _cloud_headers(350, 349, behaviour)
        if behaviour.burst != self._burst:
            self._burst, self._tokens = behaviour.burst, float(behaviour.burst)
        now = self._clock()
        self._tokens = min(float(self._burst), self._tokens + (now - self._last) * self._burst)
        self._last = now
        admitted = self._tokens >= 1
        self._tokens -= admitted
        if behaviour.cloud:
            headers = _cloud_headers(self._burst, int(self._tokens), behaviour)
        else:
            headers = (
                ("X-RateLimit-Limit", str(self._burst)),
                ("X-RateLimit-Remaining", str(int(self._tokens))),
                ("X-RateLimit-Interval-Seconds", "1"),
                ("X-RateLimit-FillRate", str(self._burst)),
            )
        if admitted:
            return True, headers if behaviour.cloud else (*headers, ("Retry-After", "0"))
        refusal: Headers = (("Retry-After", str(behaviour.retry_after)),)
        if behaviour.cloud:
            reset = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() + behaviour.retry_after))
            refusal += (("X-RateLimit-Reset", reset), ("RateLimit-Reason", behaviour.limit_reason))
        return False, (*headers, *refusal)


def too_many(cloud: bool) -> Answer:
    """The answer to a request that was not admitted."""
    if cloud:
        return Answer({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429)
    return Answer({"message": "Rate limit exceeded.", "status-code": 429}, 429)


def _cloud_headers(limit: int, remaining: int, behaviour: Behaviour) -> Headers:
    if not behaviour.cloud:
        return ()
    near = "true" if remaining < limit / 5 else "false"
    return (
        ("X-RateLimit-Limit", str(limit)),
        ("X-RateLimit-Remaining", str(remaining)),
        ("X-RateLimit-NearLimit", near),
        ("Beta-RateLimit-Policy", '"tenant-app-quota";q=100100;w=3600'),
        ("Beta-RateLimit", '"tenant-app-quota";r=100000;t=1800'),
    )
