"""What a proposed spec says in its comments."""

from __future__ import annotations

import textwrap
from typing import Sequence

from ...hooks.protocols import SourceSurvey, TargetSurvey
from ...spec.packaged import PREFIX
from ...spec.undecided import TODO
from .fields import FieldLines

_MOST_EMPTY, _MOST_PROJECTS = 60, 20
_WIDTH = 110
_TABLES = {
    "types": "Types",
    "statuses": "Statuses. Each has to be in the workflows of the types",
    "priorities": "Priorities",
    "roles": "Roles",
    "links": "Links, by the words that stand on this side of them",
}
CONNECTIONS = "Where to read and where to write; secrets stay references."
TABLES = (
    "What is called how on the other side. A number is how sure the match is (1.00: the same name). Where it says "
    f"{TODO} nothing resembled it: write what it becomes. What has no row is a problem, told before the first write."
)
PEOPLE = "People by the id that never changes, with the login of the account they have or get."


def introduction(
    template: str, file: str, facts: Sequence[str], source: SourceSurvey, target: TargetSurvey, todos: int
) -> list[str]:
    """The top: what was looked at, what could not be, what to do next."""
    shown = ", ".join(f"{key} ({name})" for key, name in list(source.projects.items())[:_MOST_PROJECTS])
    more = ", ..." if len(source.projects) > _MOST_PROJECTS else ""
    items = f"{'' if source.exact else 'about '}{source.items:,} items"
    notes = [f"Note: {remark}." for remark in (*source.remarks, *target.remarks)]
    if not source.items:
        notes.insert(0, "Note: there are no items yet, so that no field is known to be in use; every value has a row.")
    left = f"answer each {TODO} ({todos}), then " if todos else ""
    blocks = (
        [f"Proposed for two systems as they were found. Extends the template {PREFIX}{template}."],
        [*facts, f"Projects: {shown}{more}; {items}, of which {source.sampled:,} were read."],
        notes,
        [f"Next: read it, {left}`j2o validate {file}`, `j2o test {file}`, `j2o run {file}`."],
    )
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += [*([""] if lines else []), *wrapped(block)]
    return lines


def about_table(table: str, unused: str) -> str:
    """Above a table of values."""
    return "\n".join(wrapped([f"{_TABLES.get(table, table)}.", unused]))


def about_the_map(lines: FieldLines, source: SourceSurvey) -> str:
    """Above the lines of fields."""
    sample = "" if source.sampled >= source.items else " (~: of a sample)"
    told = [f"Each field in use once, with how many items have a value{sample}."]
    if lines.elsewhere:
        told.append("Other entities are made of these: " + "; ".join(lines.elsewhere) + ".")
    return "\n".join(wrapped(told))


def about_the_rest(lines: FieldLines, has_items: bool) -> str:
    """Above what becomes of all other fields: those that are kept as text, as lines to take, and the empty ones."""
    told = []
    if lines.kept:
        told += wrapped(
            [
                "Neither mapped nor dropped: kept as readable text in each item. For a field of its own make the "
                f"custom field there, for all projects and types, and move its line into `map`, without the {TODO}."
            ]
        )
        told += [f"  {line}" for line in lines.kept]
    if lines.empty and has_items:
        shown = ", ".join(lines.empty[:_MOST_EMPTY])
        more = f" and {len(lines.empty) - _MOST_EMPTY} more" if len(lines.empty) > _MOST_EMPTY else ""
        told += wrapped([f"No item has a value of: {shown}{more}."])
    return "\n".join(told)


def wrapped(texts: Sequence[str]) -> list[str]:
    """Lines that fit a comment, each text beginning one of its own; nothing in them ends a line or hides."""
    return [
        line
        for text in texts
        for line in textwrap.wrap(
            " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()),
            _WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
