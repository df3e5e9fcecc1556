"""What an inspection before a run found, and the checklist for an administrator, for people and programs."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence, TextIO

from .csv_report import cell
from .pages import environment

LINE_FIELDS = ("connection", "topic", "status", "message", "advice")
PREREQUISITE_FIELDS = (
    "kind",
    "name",
    "count",
    "examples",
    "done",
    "required",
    "note",
    "without",
    "loss",
    "how",
    "entity",
    "field",
    "place",
)
#: the cell of a Markdown table must stay one
_CELL = str.maketrans({"|": "\\|", "\n": " ", "\r": " ", "<": "&lt;"})


@dataclass(frozen=True)
class PreflightReport:
    """``lines`` and ``prerequisites`` are rows of the fields above; ``script`` is for an administrator's console."""

    spec: str
    lines: Sequence[Mapping[str, Any]]
    prerequisites: Sequence[Mapping[str, Any]] = ()
    script: str = ""


def as_json(found: PreflightReport) -> dict[str, Any]:
    """``{"spec", "ready", "lines": [...], "prerequisites": [...]}``; ``ready``: no line is an error."""
    return {
        "spec": found.spec,
        "ready": all(line["status"] != "error" for line in found.lines),
        "lines": [dict(line) for line in found.lines],
        "prerequisites": [dict(one) for one in found.prerequisites],
    }


def items(one: Mapping[str, Any]) -> str:
    """How many items need a prerequisite, with examples; a question mark where nothing was read."""
    if one["count"] is None:
        return "?"
    told = f"{one['count']:,}"
    return (
        f"{told}: {', '.join(one['examples'])}{', ...' if one['count'] > len(one['examples']) else ''}"
        if one["examples"]
        else told
    )


def write_json(found: PreflightReport, out: TextIO) -> None:
    """One JSON document."""
    out.write(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")


def write_csv(found: PreflightReport, out: TextIO) -> None:
    """A row for each line, under a header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LINE_FIELDS)
    writer.writerows([cell(str(line[name])) for name in LINE_FIELDS] for line in found.lines)


def write_html(found: PreflightReport, out: TextIO) -> None:
    """One page that needs nothing else."""
    out.write(environment().get_template("preflight.html").render(found=found))


def write_checklist_html(found: PreflightReport, out: TextIO) -> None:
    """What an administrator may make, as a page to tick off."""
    out.write(environment().get_template("checklist.html").render(found=found, items=items))


def write_checklist_markdown(found: PreflightReport, out: TextIO) -> None:
    """The same as Markdown."""
    out.write(f"# What {found.spec} would like to find on the target\n\n")
    out.write("All of it is an offer, but for what is *required*: what has no home is kept as text.\n\n")
    if not found.prerequisites:
        out.write("There is nothing that only an administrator can make.\n")
        return
    out.write("| | items | kind | name | state | without it | how | asked for by |\n")
    out.write("|---|---|---|---|---|---|---|---|\n")
    for one in found.prerequisites:
        box = "[x]" if one["done"] else "[ ]"
        state = "there" if one["done"] else f"{one['note']}{' *(required)*' if one['required'] else ''}"
        asked = " ".join(part for part in (f"{one['entity']}.{one['field']}".strip("."), one["place"]) if part)
        cells = (items(one), one["kind"], one["name"], state, one["without"], one["how"], asked)
        out.write(f"| {box} | {' | '.join(str(cell).translate(_CELL) for cell in cells)} |\n")


FORMATS: Mapping[str, Callable[[PreflightReport, TextIO], None]] = {
    "html": write_html,
    "csv": write_csv,
    "json": write_json,
}
CHECKLISTS: Mapping[str, Callable[[PreflightReport, TextIO], None]] = {
    "html": write_checklist_html,
    "md": write_checklist_markdown,
}
