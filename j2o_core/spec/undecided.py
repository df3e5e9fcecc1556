"""Finds what a person has still to decide: every ``TODO`` that was proposed or left where a value belongs."""

from __future__ import annotations

from typing import Iterator, Sequence

from ..model.problem import Place, Problem
from .codes import problem
from .csv_rows import Row
from .node import Node, dotted, walk

#: stands for a value that nobody has chosen yet; only so, in capitals
TODO = "TODO"
MOST_TOLD = 100
#: parts of a spec whose texts are not values for the target
_FREE = ("tests", "name", "description")


def check_undecided(root: Node) -> Iterator[Problem]:
    """Every value of the document that is ``TODO``. Needs no valid document."""
    found = [(path, node) for path, node in walk(root) if node.value == TODO and path and str(path[0]) not in _FREE]
    for number, (path, node) in enumerate(found):
        if number == MOST_TOLD:
            yield _problem(f"{len(found) - MOST_TOLD} more values are still to be decided", node, "")
            return
        row = f"'{str(path[-1])[:80]}' " if str(path[0]) == "tables" else f"{dotted(path)} "
        yield _problem(f"{row}is still to be decided", node, dotted(path))


def undecided_rows(rows: Sequence[Row], shown: str, path: str) -> Iterator[Problem]:
    """The same for the rows of a table's file."""
    found = [row for row in rows if row.value == TODO]
    for number, row in enumerate(found):
        place = Node(TODO, Place(shown, row.line, row.column))
        if number == MOST_TOLD:
            yield _problem(f"{len(found) - MOST_TOLD} more rows are still to be decided", place, path)
            return
        yield _problem(f"'{row.key[:80]}' is still to be decided", place, path)


def _problem(message: str, node: Node, path: str) -> Problem:
    return problem("J2O-S051", message, node.place, path, "a value in place of TODO")
