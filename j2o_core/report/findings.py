"""What checking or verification found, in the formats of reports."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence, TextIO

from ..model.error_class import error_class
from ..model.problem import Problem
from .causes import next_step
from .csv_report import cell
from .pages import environment

FIELDS = ("severity", "code", "entity", "key", "field", "message")
#: of findings that many items share
SHARED_FIELDS = (*FIELDS, "place", "count", "keys")
#: the columns of the books
BOOK = ("source", "written", "skipped", "failed", "unaccounted", "retired")
#: what to do next
NEXT = "next"


@dataclass(frozen=True)
class Findings:
    """How many items of each entity a command looked at, and what was wrong with them.

    ``shared``, where it is given: for each finding how many items have it, and keys of the first of them.
    """

    spec: str
    checked: Mapping[str, int]
    findings: Sequence[Problem]
    command: str = "verify"
    shared: Optional[Sequence[tuple[int, Sequence[str]]]] = None
    #: so many items of each entity were looked at; ``None``: all of them
    sample: Optional[int] = None
    #: what to do, by code; findings say it where it is given
    fixes: Optional[Mapping[str, str]] = None
    #: by entity: what the source holds, and where each of it went
    books: Optional[Mapping[str, Mapping[str, int]]] = None

    @property
    def fields(self) -> Sequence[str]:
        """What each finding says."""
        known = FIELDS if self.shared is None else SHARED_FIELDS
        return known if self.fixes is None else (*known, NEXT)

    def next_step(self, problem: Problem) -> str:
        """What to do about a finding."""
        return next_step(problem.code, error_class(problem.code), self.fixes or {})


def as_json(found: Findings) -> dict[str, Any]:
    """``{"spec", "checked": {entity: number}, "findings": [{severity, code, entity, key, field, message}]}``.

    Findings that items share also have ``place``, ``count`` and ``keys``; all of them ``next`` where fixes are known.
    ``sample`` where not all was looked at. ``books``: ``{entity: {"source", "written", "skipped", "failed",
    "unaccounted", "retired"}}``, where the first is the sum of the next four.
    """
    sample = {} if found.sample is None else {"sample": found.sample}
    books = {} if found.books is None else {"books": {name: dict(book) for name, book in found.books.items()}}
    return {"spec": found.spec, **sample, "checked": dict(found.checked), **books, "findings": _rows(found)}


def book_rows(found: Findings) -> list[Sequence[Any]]:
    """The books as a table with its head: what was read back stands beside what the ledger says; or that alone."""
    columns = () if found.books is None else BOOK
    books = found.books or {}
    rows: list[Sequence[Any]] = [("entity", *columns, "read back")]
    for name in dict.fromkeys([*books, *found.checked]):
        book = books.get(name, {})
        rows.append((name, *(book.get(column, 0) for column in columns), found.checked.get(name, 0)))
    return rows


def write_json(found: Findings, out: TextIO) -> None:
    """One JSON document."""
    out.write(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")


def write_csv(found: Findings, out: TextIO) -> None:
    """A row for each finding, under a header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(found.fields)
    writer.writerows([cell(_text(value)) for value in row.values()] for row in _rows(found))


def write_html(found: Findings, out: TextIO) -> None:
    """One page that needs nothing else."""
    page = environment().get_template("findings.html")
    rows = [{name: _text(value) for name, value in row.items()} for row in _rows(found)]
    words = _WORDS[found.command]
    if found.sample is not None:
        words = (*words[:2], f"{words[2]}: a sample of up to {found.sample:,} of each entity")
    given = {"spec": found.spec, "checked": found.checked, "findings": rows, "fields": found.fields}
    books = book_rows(found) if found.books is not None else None
    out.write(page.render(command=found.command, words=words, books=books, **given))


FORMATS: Mapping[str, Callable[[Findings, TextIO], None]] = {"html": write_html, "csv": write_csv, "json": write_json}


#: the title, what is said where nothing was found, and what was done with the items
_WORDS = {
    "verify": ("Verification", "The target holds what was written.", "Read back"),
    "check": ("Check", "Nothing was found.", "Checked"),
}


def _rows(found: Findings) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{name: str(getattr(one, name)) for name in FIELDS} for one in found.findings]
    for row, one, (count, keys) in zip(rows, found.findings, found.shared or ()):
        row.update(place=str(one.place or ""), count=count, keys=list(keys))
    if found.fixes is not None:
        for row, one in zip(rows, found.findings):
            row[NEXT] = found.next_step(one)
    return rows


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
