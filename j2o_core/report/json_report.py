"""The report as one JSON document, written as it is read."""

from __future__ import annotations

import json
from typing import Any, Iterable, TextIO

from .causes import Fixes, as_json, no_fixes, rank
from .source import Row, RunQueries
from .summary import adds_up, success_rate, totals


def write(queries: RunQueries, run: str, out: TextIO, fixes: Fixes = no_fixes) -> None:
    """``{"run", "entities", "totals", "success_rate", "adds_up", "causes", "items", "accounts", "problems"}``.

    ``causes`` say what to do next, ``items`` are those that were skipped or have failed, ``accounts`` what became of
    what is no item.
    """
    entities = queries.entities(run)
    sums = totals(entities)
    head = {
        "run": queries.run(run),
        "entities": entities,
        "totals": sums,
        "success_rate": success_rate(sums),
        "adds_up": all(adds_up(counts) for counts in entities.values()),
    }
    out.write(_text(head)[:-1])
    causes = rank(queries, run)
    known = fixes() if causes else {}
    _write_list(out, "causes", (as_json(one, known) for one in causes))
    _write_list(out, "items", queries.listed(run))
    _write_list(out, "accounts", queries.accounts(run))
    _write_list(out, "problems", queries.problems(run))
    out.write("\n}\n")


def _write_list(out: TextIO, name: str, rows: Iterable[Row]) -> None:
    out.write(f',\n"{name}": [')
    separator = "\n"
    for row in rows:
        out.write(separator + _text(row))
        separator = ",\n"
    out.write("]" if separator == "\n" else "\n]")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
