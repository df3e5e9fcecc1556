"""The server's clock, which tests can move forward."""

from __future__ import annotations

import datetime as dt


class Clock:
    """Real time plus an offset in seconds, plus the ``skew`` of the machine that works on the present request."""

    def __init__(self, milliseconds: bool = True) -> None:
        self.offset = 0.0
        self.skew = 0.0
        self._milliseconds = milliseconds

    def now(self) -> dt.datetime:
        """The time, with zone UTC."""
        return dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=self.offset + self.skew)

    def stamp(self) -> str:
        """The time as the API writes it."""
        return self.format(self.now())

    def today(self) -> dt.date:
        """The date in UTC."""
        return self.now().date()

    def format(self, moment: dt.datetime) -> str:
        """A moment as the API writes it: milliseconds since 14.0, whole seconds before."""
        utc = moment.astimezone(dt.timezone.utc)
        if self._milliseconds:
            return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: str) -> dt.datetime:
    """Read a time with zone; one without is UTC.

    Raises:
        ValueError: not an ISO 8601 time.
    """
    value = text.strip()
    if value.endswith(("Z", "z")):
        value = value[:-1] + "+00:00"
    moment = dt.datetime.fromisoformat(_pad_fraction(value))
    try:
        return moment.astimezone(dt.timezone.utc) if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error


def _pad_fraction(value: str) -> str:
    # Before Python 3.11 fromisoformat reads fractions of 3 or 6 digits only.
    head, dot, tail = value.partition(".")
    if not dot:
        return value
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{(digits + '000000')[:6]}{tail[len(digits) :]}"
