"""Rate limits: headers on every answer where the edition has them, and 429 above the burst or beyond the quota."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, Hashable, Tuple

from j2o_sandbox.jira.behaviour import Behaviour
from j2o_sandbox.jira.wire import Answer

Headers = Tuple[Tuple[str, str], ...]
_UNLIMITED: Headers = (
    ("X-RateLimit-Limit", "-1"),
    ("X-RateLimit-Remaining", "9223372036854775807"),
    ("X-RateLimit-Interval-Seconds", "-1"),
    ("X-RateLimit-FillRate", "-1"),
    ("Retry-After", "0"),
)
_HOUR = 3600.0
_WRITES = "jira-per-issue-on-write"
_TOMCAT = (
    b'<!doctype html><html lang="en"><head><title>HTTP Status 429 \xe2\x80\x93 Too Many Requests</title></head><body>'
    b"<h1>HTTP Status 429 \xe2\x80\x93 Too Many Requests</h1><hr class='line' /><p><b>Type</b> Status Report</p>"
    b"<p><b>Message</b> Rate limit exceeded.</p><p><b>Description</b> The user has sent too many requests in a given "
    b"amount of time (&quot;rate limiting&quot;).</p><hr class='line' /><h3>Apache Tomcat/9.0.95</h3></body></html>"
)


class Bucket:
    """So many tokens at most, as many again each second."""

    def __init__(self, size: int, now: float) -> None:
        self.size = size
        self.tokens = float(size)
        self._last = now

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        self.tokens = min(float(self.size), self.tokens + (now - self._last) * self.size)
        self._last = now
        admitted = self.tokens >= 1
        self.tokens -= admitted
        return admitted


class Limiter:
    """Buckets by what an edition counts apart: user and node on Data Center, method and resource on Cloud."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: Dict[Hashable, Bucket] = {}
        self._hour = clock()
        self._points = 0

    def admit(self, behaviour: Behaviour, counted: Hashable) -> Tuple[bool, Headers]:
        """Whether the request may pass, and the headers its answer carries."""
        if behaviour.burst is None:
            return True, _UNLIMITED if behaviour.limits_rates else self._cloud(350, 349, behaviour)
        bucket = self._bucket(counted, behaviour.burst)
        admitted = bucket.take(self._clock())
        if behaviour.cloud:
            headers = self._cloud(bucket.size, int(bucket.tokens), behaviour)
        else:
            headers = (
                ("X-RateLimit-Limit", str(bucket.size)),
                ("X-RateLimit-Remaining", str(int(bucket.tokens))),
                ("X-RateLimit-Interval-Seconds", "1"),
                ("X-RateLimit-FillRate", str(bucket.size)),
            )
        if admitted:
            return True, headers if behaviour.cloud else (*headers, ("Retry-After", "0"))
        return False, (*headers, *_refusal(behaviour, behaviour.retry_after, behaviour.limit_reason))

    def admit_write(self, behaviour: Behaviour, issue: int) -> Tuple[bool, Headers]:
        """Whether one more write to an issue may pass, on Cloud."""
        if behaviour.issue_writes is None or not behaviour.cloud:
            return True, ()
        if self._bucket(("write", issue), behaviour.issue_writes).take(self._clock()):
            return True, ()
        return False, _refusal(behaviour, behaviour.retry_after, _WRITES)

    def admit_points(self, behaviour: Behaviour) -> Tuple[bool, Headers]:
        """Whether an application has points left in this hour."""
        if behaviour.quota_points is None or self._left(behaviour) > 0:
            return True, ()
        seconds = max(1, int(self._hour + _HOUR - self._clock()))
        return False, _refusal(behaviour, seconds, "jira-quota-tenant-based")

    def charge(self, content: Any) -> None:
        """One point for the request, and one for each object that it read."""
        read = 1
        if isinstance(content, list):
            read = len(content)
        elif isinstance(content, dict):
            lists = [content[name] for name in ("issues", "values", "comments", "worklogs") if name in content]
            read = len(lists[0]) if lists else 1
        self._points += 1 + read

    def _left(self, behaviour: Behaviour) -> int:
        if self._clock() >= self._hour + _HOUR:
            self._hour, self._points = self._clock(), 0
        return max(0, (behaviour.quota_points or 100_100) - self._points)

    def _bucket(self, counted: Hashable, size: int) -> Bucket:
        bucket = self._buckets.get(counted)
        if bucket is None or bucket.size != size:
            bucket = self._buckets[counted] = Bucket(size, self._clock())
        return bucket

    def _cloud(self, limit: int, remaining: int, behaviour: Behaviour) -> Headers:
        if not behaviour.cloud:
            return ()
        near = "true" if remaining < limit / 5 else "false"
        seconds = max(1, int(self._hour + _HOUR - self._clock()))
        return (
            ("X-RateLimit-Limit", str(limit)),
            ("X-RateLimit-Remaining", str(remaining)),
            ("X-RateLimit-NearLimit", near),
            ("Beta-RateLimit-Policy", f'"tenant-app-quota";q={behaviour.quota_points or 100_100};w=3600'),
            ("Beta-RateLimit", f'"tenant-app-quota";r={self._left(behaviour)};t={seconds}'),
        )


def too_many(cloud: bool) -> Answer:
    """The answer to a request that was not admitted: on Data Center a page, of what stands before Jira."""
    if cloud:
        return Answer(
            {"errorMessages": ["The request has been rate-limited. Please try again later."], "errors": {}}, 429
        )
    return Answer(_TOMCAT, 429, (), "text/html;charset=utf-8")


def _refusal(behaviour: Behaviour, seconds: int, reason: str) -> Headers:
    refusal: Headers = (("Retry-After", str(seconds)),)
    if behaviour.cloud:
        reset = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() + seconds))
        refusal += (("X-RateLimit-Reset", reset), ("RateLimit-Reason", reason))
    return refusal
