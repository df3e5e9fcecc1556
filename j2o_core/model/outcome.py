"""Errors named after what the engine must do, and nothing else decides.

A write ends in one of three ways: it was *not sent*, it *ended* (a complete answer of the target itself), or it
*may be running* still. Everything that talks to a server raises one of these.
"""

from __future__ import annotations

from typing import Any, Optional


class Outcome(Exception):
    """An outcome that is not a plain success. ``detail`` holds the server's own words; never a secret."""

    def __init__(self, message: str, *, code: str = "", detail: Optional[dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail or {}


class NotSent(Outcome):
    """The request never reached the server (refused, DNS, TLS, breaker open): send it again later."""

    def __init__(
        self,
        message: str,
        *,
        not_before: Optional[float] = None,
        code: str = "",
        detail: Optional[dict[str, Any]] = None,
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        #: seconds from now before which sending is of no use
        self.not_before = not_before


class Held(NotSent):
    """Nothing is sent at present, by our own will (paused, outside the schedule, no place free): no attempt."""


class Retriable(Outcome):
    """The server answered that it did not apply the request and may be asked again (429, its own 503)."""

    def __init__(
        self,
        message: str,
        *,
        not_before: Optional[float] = None,
        code: str = "",
        detail: Optional[dict[str, Any]] = None,
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        #: seconds from now before which the server asks not to be called again
        self.not_before = not_before


class Undecided(Outcome):
    """The server ended with an error of its own (500): one look-up decides whether it was applied."""


class InDoubt(Outcome):
    """The request may still be running (timeout, reset, truncated answer, a proxy's page)."""


class Conflict(Outcome):
    """The item changed since it was read (409): not applied; read again."""


class Taken(Outcome):
    """The server refused a second one of a natural kind: find the first and adopt it."""


class ItemFailed(Outcome):
    """This item cannot be written or read as it is; the others go on."""


class ItemSkipped(Outcome):
    """This item is left out for a stated reason that is no failure."""


class Fatal(Outcome):
    """Stop the run, resumable. ``exit_code`` follows the contract (3: connection, 4: stopped, 5: refused)."""

    def __init__(
        self, message: str, *, exit_code: int = 3, code: str = "", detail: Optional[dict[str, Any]] = None
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        self.exit_code = exit_code
