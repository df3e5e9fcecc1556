"""Every code that the configuration or the id map of an older tool can earn."""

from __future__ import annotations

from typing import Optional

from ...model.problem import WARNING, Place, Problem
from ..codes import Code

_TABLE = (
    Code(
        "J2O-L001",
        "Unknown key of the older configuration",
        "Neither the older tool nor j2o knows a key or variable of this name, so it has no effect.",
        "Correct its spelling, or remove it.",
        WARNING,
    ),
    Code(
        "J2O-L002",
        "Value of the older configuration",
        "The value is of another type than the key takes, or none of its words.",
        "Write the value in the expected form.",
    ),
    Code(
        "J2O-L003",
        "Secret in the older configuration",
        "A token stands in the file. A run of this file uses it; a spec written from it never holds it, but refers to "
        "the variable.",
        "Withdraw the token where it was issued, put its successor into the variable, and empty the key.",
        WARNING,
    ),
    Code(
        "J2O-L004",
        "Component that is none",
        "The older tool has no component of this name.",
        "Correct its spelling, or remove it.",
        WARNING,
    ),
    Code(
        "J2O-L005",
        "File of variables cannot be read",
        "A `.env` file is no text, is larger than 1 MiB, may not be read, or a line of it is no `NAME=value`.",
        "Correct the line, or name another file with `--env-file`.",
    ),
    Code(
        "J2O-L010",
        "Id map cannot be read",
        "A file of `takeover.files` does not exist, may not be read, is larger than 256 MiB, or is no JSON with ids of "
        "items. A file that was cut off is no JSON.",
        "Restore the file, or remove its line: then what it names is created again.",
    ),
    Code(
        "J2O-L011",
        "Entry of an id map that says nothing",
        "An entry names no item of the source or no id on the target in a form that is known, so it is left aside.",
        "Correct the entry, or remove it.",
        WARNING,
    ),
    Code(
        "J2O-L012",
        "Id map that is not there",
        "The older configuration names an id map, and there is none: nothing is taken over.",
        "Nothing, where nothing was migrated before; else put the file where it is looked for.",
        WARNING,
    ),
)

#: every code, in order
CODES = {entry.code: entry for entry in _TABLE}


def problem(
    code: str, message: str, place: Optional[Place], path: str = "", expected: str = "", suggestion: str = ""
) -> Problem:
    """A problem with the severity of its code."""
    severity = CODES[code].severity
    return Problem(code, message, severity, place=place, path=path, expected=expected, suggestion=suggestion)
