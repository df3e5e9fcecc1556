"""The address of a ledger: a file of SQLite, or a database of PostgreSQL. Its password is never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..model.outcome import Fatal

SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: what is expected where an address is none
EXPECTED = "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
#: ``postgresql://`` alone means another driver from one release of SQLAlchemy to the next
_DRIVERS = {"sqlite": "sqlite", "sqlite+pysqlite": "sqlite", POSTGRESQL: "postgresql+psycopg"}
#: up to the last @: what a reference stood for may hold any character
_PASSWORD = re.compile(r"([\w+]+://[^:/@]*:)(.*)(@[^@]*)", re.DOTALL)
_SECRET_OPTIONS = ("password", "passfile", "sslpassword")


@dataclass(frozen=True)
class Address:
    """Where a ledger lies. ``path`` is set for a file alone."""

    url: URL
    path: Optional[Path] = None

    @property
    def shown(self) -> str:
        """The address as people may see it: a file's path, or the URL without its password and options."""
        return str(self.path) if self.path else without_password(self.url)

    def redact(self, text: str) -> str:
        """What a driver said, without the password."""
        password = self.url.password
        return text.replace(str(password), "***") if password else text


def parse(url: str, home: Path) -> Address:
    """Read an address; a relative file lies in ``home``. Raises ``Fatal`` (exit 2) for what is none."""
    try:
        parsed = make_url(_quoted(url))
    except (ArgumentError, ValueError):
        raise Fatal(f"runtime.ledger is no database address; expected {EXPECTED}", exit_code=2) from None
    driver = parsed.drivername.lower()
    driver = _DRIVERS.get(driver, driver)
    shown = without_password(parsed)
    if driver == SQLITE and parsed.database:
        path = Path(parsed.database)
        path = path if path.is_absolute() else home / path
        return Address(parsed.set(drivername=driver, database=str(path)), path)
    if driver == "postgresql+psycopg":
        if not parsed.database:
            raise Fatal(f"runtime.ledger: '{shown}' names no database; expected {EXPECTED}", exit_code=2)
        hidden = [name for name in _SECRET_OPTIONS if name in parsed.query]
        if hidden:
            raise Fatal(
                f"runtime.ledger: {hidden[0]} stands in the options of '{shown}', where logs could show it; "
                f"expected {EXPECTED}",
                exit_code=2,
            )
        return Address(parsed.set(drivername=driver))
    raise Fatal(f"runtime.ledger: '{shown}' is not supported; expected {EXPECTED}", exit_code=2)


def shown(url: str) -> str:
    """An address as people may see it, also where it is none."""
    try:
        return without_password(make_url(_quoted(url)))
    except (ArgumentError, ValueError):
        return "the ledger that was named"


def secrets_in(url: str) -> list[str]:
    """What of an address must not be written down: its password, as it is and as it stands there."""
    match = _PASSWORD.fullmatch(url)
    return [] if match is None else [match.group(2), str(make_url(_quoted(url)).password)]


def without_password(url: URL) -> str:
    """The URL with neither password nor options (which may hold one too)."""
    return url.set(query={}).render_as_string(hide_password=True)


def _quoted(url: str) -> str:
    """The URL with a password that needs no more quoting."""
    match = _PASSWORD.fullmatch(url)
    if match is None:
        return url
    before, password, after = match.groups()
    return before + quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", password), safe="%") + after
