"""What verification found, in the formats of reports."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence, TextIO

from ..model.problem import Problem
from .csv_report import cell
from .pages import environment

FIELDS = ("severity", "code", "entity", "key", "field", "message")


@dataclass(frozen=True)
class Findings:
    """How many items of each entity were read back, and what was wrong with them."""

    spec: str
    checked: Mapping[str, int]
    findings: Sequence[Problem]


def as_json(found: Findings) -> dict[str, Any]:
    """``{"spec", "checked": {entity: number}, "findings": [{severity, code, entity, key, field, message}]}``."""
    return {"spec": found.spec, "checked": dict(found.checked), "findings": _rows(found)}


def write_json(found: Findings, out: TextIO) -> None:
    """One JSON document."""
    out.write(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")


def write_csv(found: Findings, out: TextIO) -> None:
    """A row for each finding, under a header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([cell(value) for value in row.values()] for row in _rows(found))


def write_html(found: Findings, out: TextIO) -> None:
    """One page that needs nothing else."""
    page = environment().get_template("findings.html")
    out.write(page.render(spec=found.spec, checked=found.checked, findings=_rows(found), fields=FIELDS))


FORMATS: Mapping[str, Callable[[Findings, TextIO], None]] = {"html": write_html, "csv": write_csv, "json": write_json}


def _rows(found: Findings) -> list[dict[str, str]]:
    return [{name: str(getattr(problem, name)) for name in FIELDS} for problem in found.findings]
