"""Finds the ledgers of a home folder, and the run that a command names."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional

from ..report.causes import Fixes
from ..report.writing import write_file
from .failure import USAGE, Refusal

if TYPE_CHECKING:
    from ..hooks.manager import Plugins
    from ..ledger.queries import Queries
    from ..ledger.store import Ledger

#: stands for the newest run
LAST = "last"


@contextlib.contextmanager
def queries(home: Path, url: str) -> Iterator[Queries]:
    """Questions to one ledger, open within the block."""
    from ..ledger.queries import Queries

    with opened(home, url) as ledger:
        yield Queries(ledger.engine)


def ledger_urls(home: Path, given: Optional[str]) -> list[str]:
    """The ledger that was named, if there is one, else every ledger that lies in the home folder."""
    if given:
        return [given] if _may_be_asked(home, given) else []
    return [f"sqlite:///{path.name}" for path in sorted(home.glob("*.db")) if _is_ledger(path)]


def there(home: Path, url: str) -> list[str]:
    """This ledger, as soon as there is one: a file that is not yet whole is not opened."""
    from ..ledger.address import parse

    path = parse(url, home).path
    return [url] if path is None or _is_ledger(path) else []


def where(home: Path, given: Optional[str]) -> str:
    """The place that is searched for runs, as people may see it: never with a password."""
    if not given:
        return str(home)
    from ..ledger.address import shown

    return shown(given)


def all_runs(home: Path, given: Optional[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each run with the URL of its ledger, newest first."""
    from ..ledger.queries import Queries, as_it_is

    found = []
    for url in ledger_urls(home, given):
        with opened(home, url) as ledger:
            found += [(url, as_it_is(run, ledger.abandoned)) for run in Queries(ledger.engine).runs()]
    return sorted(found, key=lambda pair: float(pair[1].get("started") or 0), reverse=True)


def find_run(home: Path, given: Optional[str], name: str) -> tuple[str, Mapping[str, Any]]:
    """The run of this id (or ``last``) with the URL of its ledger; refuses where there is none."""
    runs = all_runs(home, given)
    for url, run in runs:
        if name in (run["run"], LAST):
            return url, run
    known = ", ".join(str(run["run"]) for _, run in runs[:3])
    hint = f"the latest are {known}" if known else f"there is no run yet in {where(home, given)}"
    raise Refusal(f"no run '{name}': {hint}", USAGE)


def write_report(home: Path, url: str, run: str, plugins: Plugins) -> Path:
    """Write the HTML report of a run to its place in the home folder; returns the path."""
    with queries(home, url) as asked:
        return write_file(asked, run, home / "reports" / f"{run}.html", fixes=fixes_of(plugins))


def fixes_of(plugins: Plugins) -> Fixes:
    """What to do about each error code of j2o and of the plugins."""

    def known() -> Mapping[str, str]:
        from ..reference.error_codes import fixes

        return fixes(plugins)

    return known


@contextlib.contextmanager
def opened(home: Path, url: str) -> Iterator[Ledger]:
    """One ledger, open within the block and not locked."""
    from ..ledger.store import open_ledger

    ledger = open_ledger(url, home)
    try:
        yield ledger
    finally:
        ledger.close()


def _may_be_asked(home: Path, url: str) -> bool:
    """Whether asking it leaves nothing behind: opening a file that is not there would make it."""
    from ..ledger.address import parse

    path = parse(url, home).path
    return path is None or path.exists()


def _is_ledger(path: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return False  # another file of that name
    return {"run", "effect", "item"} <= tables
