"""The report as one HTML page that needs nothing else: no network, no script of others, no fonts."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Iterable, Mapping, Optional, TextIO

from ..model.error_class import error_class
from ..model.problem import ERROR
from .causes import Fixes, next_step, no_fixes, rank
from .pages import environment
from .source import Row, RunQueries
from .summary import OUTCOMES, adds_up, percent, success_rate, totals

_MEANINGS = {
    0: "all well",
    1: "finished with failures or findings",
    2: "the spec or its use is at fault",
    3: "a connection or a prerequisite is missing",
    4: "stopped, resumable",
    5: "refused",
}


def write(queries: RunQueries, run: str, out: TextIO, fixes: Fixes = no_fixes) -> None:
    """Write the page, item by item as the ledger gives them. All text of others stays text."""
    about = queries.run(run)
    entities = queries.entities(run)
    sums = totals(entities)
    causes, codes = rank(queries, run), _by_code(queries.problems(run))
    known = fixes() if causes or codes else {}
    stream = (
        environment()
        .get_template("run.html")
        .stream(
            about=about,
            facts=_facts(about),
            verdict=verdict(about.get("exit_code")),
            outcomes=OUTCOMES,
            entities=entities,
            wrong=[name for name, counts in entities.items() if not adds_up(counts)],
            totals=sums,
            rate=percent(success_rate(sums)),
            errors=sum(row.get("severity") == ERROR for row in queries.problems(run)),
            causes=[(one, next_step(one.code, one.error_class, known)) for one in causes],
            codes=[(one, next_step(one["code"], _class_of(one), known)) for one in codes],
            items=queries.listed(run),
            problems=queries.problems(run),
            kinds=kinds_of(queries.accounts(run)),
            accounts=(row for row in queries.accounts(run) if row.get("name")),
        )
    )
    stream.enable_buffering(200)
    for piece in stream:
        out.write(piece)


def _by_code(problems: Iterable[Row]) -> list[dict[str, Any]]:
    """Problems by severity and code, with how many there are and the first of each; errors first."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in problems:
        known = found.setdefault((row.get("severity"), row.get("code")), {**row, "count": 0})
        known["count"] += 1
    return sorted(found.values(), key=lambda row: (row.get("severity") != ERROR, -row["count"], str(row.get("code"))))


def _class_of(problem: Row) -> str:
    # A warning failed in no way that a class could tell of.
    return error_class(str(problem.get("code"))) if problem.get("severity") == ERROR else ""


def kinds_of(accounts: Iterable[Row]) -> list[dict[str, Any]]:
    """Accounts by entity, kind and what becomes of them, with how many there are, in the order of the first of each."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in accounts:
        key = tuple(row.get(name) for name in ("entity", "kind", "becomes", "why", "place"))
        known = found.setdefault(key, {**row, "count": 0})
        known["count"] += row.get("count") or 0
    return list(found.values())


def verdict(exit_code: Optional[int]) -> str:
    """What an exit code means, in words."""
    return "not finished" if exit_code is None else _MEANINGS.get(exit_code, f"exit code {exit_code}")


def _facts(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [
        ("Spec", about.get("spec")),
        ("Environment", about.get("environment")),
        ("Source", about.get("source")),
        ("Target", about.get("target")),
        ("State", about.get("state")),
        ("Started", moment(about.get("started"))),
        ("Finished", moment(about.get("finished"))),
        ("By", about.get("actor")),
        ("Message", about.get("message")),
    ]
    versions = about.get("versions")
    if isinstance(versions, Mapping):
        facts.append(("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())))
    return [(name, str(value)) for name, value in facts if value not in (None, "")]


def moment(seconds: Any) -> str:
    """A time of the ledger (seconds since 1970, or already text) as UTC to the second."""
    if not isinstance(seconds, (int, float)):
        return str(seconds or "")
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
