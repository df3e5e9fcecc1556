"""Slices of a project: a range of its keys, with the issues that were listed in it."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from j2o_core.api import Slice

from .listed import Name


def slices_of(project: str, names: Sequence[Name], size: int, kind: str = "") -> Iterator[Slice]:
    """Slices of at most ``size`` issues, named by their first and last key, and their kind."""
    for start in range(0, len(names), size):
        part = names[start : start + size]
        first, last = (name.key or name.id for name in (part[0], part[-1]))
        name = f"{first} to {last}" if len(part) > 1 else first
        yield Slice(f"{name}{kind}", cursor_of(project, part), len(part))


def cursor_of(project: str, left: Sequence[Name]) -> dict[str, Any]:
    """The cursor of a slice of a project of which these issues have not been read yet."""
    return {"project": project, "issues": [[name.id, name.key] for name in left]}


def names_in(cursor: Mapping[str, Any]) -> list[Name]:
    """The issues of such a cursor."""
    return [Name(str(entry[0]), str(entry[1])) for entry in cursor["issues"]]
