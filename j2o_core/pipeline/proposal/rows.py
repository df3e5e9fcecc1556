"""Rows of tables: what each value of the source becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Optional, Sequence

from ...expressions.names import fold
from ...hooks.protocols import SourceValue, TargetValue
from ...mapping.tables import ANYTHING, KEEP
from ...spec.undecided import TODO
from .matching import Matcher
from .synonyms import SYNONYMS

_MOST_UNUSED = 40
_PATTERN_SIGNS = re.compile(r"([.^$*+?{}\[\]\\|()/])")


@dataclass(frozen=True)
class Row:
    """One row; a ``value`` of ``None`` takes a row of the template away."""

    key: str
    value: Optional[str]
    remark: str


@dataclass(frozen=True)
class Rows:
    """The rows of one table, and the names that are not in use and have none."""

    rows: Sequence[Row]
    unused: Sequence[str]


def propose_rows(
    table: str, values: Sequence[SourceValue], targets: Sequence[TargetValue], template: Mapping[str, Any]
) -> Rows:
    """A row for each value in use; where none is known to be in use, for each there is."""
    stated = {key: value for key, value in template.items() if isinstance(value, str)}
    known = [target for target in targets if target.name not in ("", KEEP)]
    open_ones = Matcher([target.name for target in known if not target.obstacle], stated, SYNONYMS.get(table, ()))
    closed_ones = Matcher([target.name for target in known if target.obstacle], stated, SYNONYMS.get(table, ()))
    obstacles = {target.name: target.obstacle for target in known}
    named = [value for value in values if value.name.strip()]
    used = [value for value in named if value.items != 0] or named
    rows = []
    for value in sorted(used, key=lambda value: -(value.items or 0)):
        match, hindered = open_ones.find(value.name), closed_ones.find(value.name)
        said = [match.remark] if match else []
        if hindered is not None and (match is None or hindered.confidence > match.confidence):
            said.append(f"'{hindered.name}' ({hindered.confidence:.2f}) is there, but {obstacles[hindered.name]}")
        elif match is None:
            said.append("nothing there is called like it")
        key = row_key(value.name)
        found = as_value(match.name, key != value.name) if match else TODO
        rows.append(Row(key, found, "; ".join([*said, *_about(value)])))
    unused = [value.name for value in named if value not in used]
    return Rows([*rows, *_other_spellings(rows, template)], unused)


def unused_words(rows: Rows) -> str:
    """Who has no row, for a comment; empty where all have one."""
    shown = ", ".join(rows.unused[:_MOST_UNUSED])
    more = f" and {len(rows.unused) - _MOST_UNUSED} more" if len(rows.unused) > _MOST_UNUSED else ""
    return f"Not in use, and without a row: {shown}{more}." if rows.unused else ""


def row_key(name: str) -> str:
    """The key of the row that this name, and no other, reaches."""
    if name == ANYTHING or (len(name) > 2 and name[0] == name[-1] == "/"):
        return "/^" + _PATTERN_SIGNS.sub(r"\\\1", name) + "$/"
    return name


def as_value(name: str, in_pattern: bool = False) -> str:
    """A name of the target as the value of a row; in rows with patterns a backslash has a meaning."""
    if name == TODO:
        return TODO.capitalize()
    return name.replace("\\", "\\\\") if in_pattern else name


def _about(value: SourceValue) -> Iterable[str]:
    if value.items is not None:
        yield f"{'' if value.exact else '~'}{value.items:,} {'item' if value.items == 1 else 'items'}"
    if value.note:
        yield value.note


def _other_spellings(rows: Sequence[Row], template: Mapping[str, Any]) -> Iterable[Row]:
    """Rows of the template that differ from ours only in spelling, and in what they give: one of the two must go."""
    ours = {fold(row.key): row for row in rows}
    spelt = {row.key for row in rows}
    for key, value in template.items():
        own = ours.get(fold(str(key)))
        if own is not None and str(key) not in spelt and own.value != value:
            yield Row(str(key), None, f"spelt '{own.key}' here")
