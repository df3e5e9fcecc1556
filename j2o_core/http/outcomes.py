"""What an HTTP answer, or its absence, means for the engine. Statuses are judged here and nowhere else."""

from __future__ import annotations

from typing import Any, Collection, Iterator, Mapping, Optional

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

from ..model.outcome import Conflict, Fatal, InDoubt, ItemFailed, NotSent, Outcome, Retriable, Undecided
from .asked_wait import asked_wait
from .response import Response, request_id

#: an answer above this length is cut in messages
_LONGEST_WORDS = 500
_TOO_LARGE = (413, 414, 431)
#: 4xx that a server or proxy also sends about a request it is still working on, or asks to repeat
_SLOW = (408, 425, 499)

#: in which Jira tells, also with a success, that a login was turned away
_DENIALS = ("X-Seraph-LoginReason", "X-Authentication-Denied-Reason")


class Refused(ItemFailed):
    """The server ended the request with a 4xx: it was not applied. ``body`` is its parsed JSON, or ``None``."""

    def __init__(
        self, message: str, status: int, body: Any = None, headers: Optional[Mapping[str, str]] = None
    ) -> None:
        super().__init__(message, code=f"http_{status}", detail=_detail_of(status, body, headers or {}))
        self.status = status
        self.body = body
        self.headers = headers or {}


def is_success(response: Response, own: bool, also: Collection[int] = ()) -> bool:
    """Whether there is nothing to judge. ``own``: a complete answer of the system itself; ``also``: other statuses."""
    good = 200 <= response.status < 300 or response.status in also
    return own and good and not any(name in response.headers for name in _DENIALS)


def judge_write(response: Response, own: bool, what: str) -> Optional[Outcome]:
    """The outcome of a write, ``None`` for success. ``own``: a complete answer of the target itself."""
    status = response.status
    message = _message(response, what)
    denied = _denied(response, what)
    if denied is not None:
        return denied
    if status == 429:
        return Retriable(message, not_before=_wait(response), code="http_429", detail=_detail(response))
    if 400 <= status < 500 and status not in _SLOW:
        if own and status == 409:
            return Conflict(message, code="http_409", detail=_detail(response))
        if own or status in _TOO_LARGE:
            return Refused(message, status, response.json_or_none(), response.headers)
        # A page in front of the target: the request was turned away there, and may pass later.
        return Retriable(message, not_before=_wait(response), code="page", detail=_detail(response))
    if own:
        if 200 <= status < 300:
            return None
        if status == 503:
            return Retriable(message, not_before=_wait(response), code="http_503", detail=_detail(response))
        if status >= 500 and status not in (502, 504):
            return Undecided(message, code=f"http_{status}", detail=_detail(response))
    return InDoubt(message, code=f"http_{status}", detail=_detail(response))


def judge_read(response: Response, own: bool, what: str) -> Optional[Outcome]:
    """The outcome of a read, ``None`` for success; ``Retriable`` for all that may pass."""
    status = response.status
    message = _message(response, what)
    denied = _denied(response, what)
    if denied is not None:
        return denied
    if own and 200 <= status < 300:
        return None
    if status in (429, 503):
        return Retriable(message, not_before=_wait(response), code=f"http_{status}", detail=_detail(response))
    if status in _SLOW or status >= 500:
        return Retriable(message, code=f"http_{status}", detail=_detail(response))
    if own and 400 <= status < 500:
        return Refused(message, status, response.json_or_none(), response.headers)
    if response.is_html:
        return Retriable(f"{message}: a web page instead of data", code="page", detail=_detail(response))
    if 200 <= status < 300:
        return Retriable(f"{message}: the answer is not complete JSON", code="truncated", detail=_detail(response))
    if 300 <= status < 400:
        target = response.headers.get("Location", "")
        return Retriable(f"{message}: sent on to {target}", code="redirect", detail=_detail(response))
    return Refused(message, status, None, response.headers)


def judge_failure(error: Exception, what: str, writing: bool) -> Outcome:
    """What a request without a complete answer means."""
    reason = _words_of_error(error)
    if isinstance(error, ValueError):  # requests' word for a malformed URL or header
        return Fatal(f"{what}: the request cannot be made: {reason}", code="request")
    detail = {"timeout": True} if _timed_out(error) else None
    if not_sent(error):
        return NotSent(f"{what}: no connection: {reason}", code="connect", detail=detail)
    if writing:
        return InDoubt(f"{what}: no complete answer: {reason}", code="no_answer", detail=detail)
    return Retriable(f"{what}: no complete answer: {reason}", code="no_answer", detail=detail)


def not_sent(error: BaseException) -> bool:
    """Whether not a byte of the request can have reached the server."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, NewConnectionError, ConnectTimeoutError)):
        return True
    if isinstance(error, ProxyError):
        return True  # urllib3 names it so only before the proxy was reached
    inner = error.reason if isinstance(error, MaxRetryError) else error.args[0] if error.args else None
    return isinstance(inner, Exception) and not_sent(inner)


def words_of(body: Any) -> str:
    """The server's own words in an error answer, whatever form it has."""
    seen = dict.fromkeys(text.strip() for text in _texts(body) if text.strip())
    return "; ".join(seen)[:_LONGEST_WORDS]


def _wait(response: Response) -> Optional[float]:
    return asked_wait(response.headers)


def _denied(response: Response, what: str) -> Optional[Fatal]:
    seraph, reason = (response.headers.get(name, "").upper() for name in _DENIALS)
    if "AUTHENTICATION_DENIED" in seraph or "CAPTCHA" in reason:
        return Fatal(
            f"{what}: the server asks this user for a CAPTCHA after failed logins. Log in once with a browser, "
            "correct the credentials, then run again; trying on would prolong the lock.",
            code="captcha",
        )
    if response.status == 401:
        return Fatal(
            f"{_message(response, what)}: the credentials are missing, wrong or expired. Check `auth` of this "
            "connection.",
            code="http_401",
        )
    return None


def _message(response: Response, what: str) -> str:
    words = "" if response.is_html else words_of(response.json_or_none())
    if 200 <= response.status < 300:
        words = ""
    return f"{what}: {response.status}" + (f" {words}" if words else "")


def _detail(response: Response) -> dict[str, Any]:
    return _detail_of(response.status, response.json_or_none(), response.headers)


def _detail_of(status: int, body: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """``words`` and ``request`` are what the server's administrator can look for in its log."""
    detail: dict[str, Any] = {"status": status, "body": body}
    request = request_id(headers)
    words = words_of(body)
    return {**detail, **({"words": words} if words else {}), **({"request": request} if request else {})}


def _timed_out(error: BaseException) -> bool:
    """Whether the time was up, rather than the line cut."""
    seen: Any = error
    while isinstance(seen, BaseException):
        if isinstance(seen, (requests.exceptions.Timeout, TimeoutError, Urllib3Timeout)):
            return True
        seen = seen.reason if isinstance(seen, MaxRetryError) else seen.args[0] if seen.args else None
    return False


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        named = [key for key in ("message", "errorMessages", "error", "error_description", "title") if value.get(key)]
        for key in named:
            yield from _texts(value[key], depth + 1)
        errors = value.get("errors")
        if isinstance(errors, dict):
            for name, text in errors.items():
                for line in _texts(text, depth + 1):
                    yield f"{name}: {line}"
        elif errors:
            yield from _texts(errors, depth + 1)
        embedded = value.get("_embedded")
        if isinstance(embedded, dict) and isinstance(embedded.get("errors"), list):
            yield from _texts(embedded["errors"], depth + 1)


def _words_of_error(error: BaseException) -> str:
    while True:
        inner: Any = error.reason if isinstance(error, MaxRetryError) else None
        if inner is None and error.args and isinstance(error.args[0], Exception):
            inner = error.args[0]
        if inner is None:
            break
        error = inner
    text = str(error)
    for prefix in ("object at 0x", "HTTPConnection", "HTTPSConnection"):
        if prefix in text.partition(": ")[0]:
            text = text.partition(": ")[2] or text
    return text or type(error).__name__
