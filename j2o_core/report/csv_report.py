"""The report as CSV: counts and success rate, skipped and failed items, what else was accounted for, problems."""

from __future__ import annotations

import csv
from typing import Any, TextIO

from .causes import Fixes, no_fixes
from .source import RunQueries
from .summary import OUTCOMES, percent, success_rate, totals

#: how formulas begin, in spreadsheets of the Far East too
_FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
HEADER = ("kind", "entity", "key", "origin", "outcome", "count", "code", "message", "place")


def write(queries: RunQueries, run: str, out: TextIO, fixes: Fixes = no_fixes) -> None:
    """Rows of kind ``count``, ``rate``, ``item``, ``account`` and ``problem`` under one header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for entity, counts in queries.entities(run).items():
        for outcome in ("source", *OUTCOMES):
            writer.writerow(("count", entity, "", "", outcome, counts.get(outcome, 0), "", "", ""))
    sums = totals(queries.entities(run))
    writer.writerow(("rate", "", "", "", "success", percent(success_rate(sums)), "", "", ""))
    for row in queries.listed(run):
        writer.writerow(
            [
                cell(value)
                for value in (
                    "item",
                    row.get("entity"),
                    row.get("key"),
                    row.get("origin"),
                    row.get("outcome"),
                    1,
                    row.get("code"),
                    row.get("message"),
                    row.get("place"),
                )
            ]
        )
    for row in queries.accounts(run):
        name = ": ".join(part for part in (row.get("kind"), row.get("name")) if part)
        about = (row.get("becomes"), row.get("count"), "", row.get("why"), row.get("place"))
        writer.writerow([cell(value) for value in ("account", row.get("entity"), name, "", *about)])
    for row in queries.problems(run):
        writer.writerow(
            [
                cell(value)
                for value in (
                    "problem",
                    row.get("entity"),
                    row.get("key"),
                    row.get("origin"),
                    row.get("severity"),
                    1,
                    row.get("code"),
                    row.get("message"),
                    row.get("place"),
                )
            ]
        )


def cell(value: Any) -> Any:
    """Text from a source system must not become a formula in a spreadsheet."""
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return "'" + value
    return "" if value is None else value
