"""What the ledger has of a run, counted at one moment: its figures agree with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

from sqlalchemy import Engine, func, select

from . import counts, tables
from .moment import one_moment
from .server import patient
from .tally import effects_of


@dataclass(frozen=True)
class Figures:
    """``entities`` as ``counts.entities`` has them; the others are numbers of rows.

    ``effects`` by (entity, kind, state, adopted), ``listed`` by (entity, outcome, error class), ``problems`` by (stage,
    severity).
    """

    entities: Mapping[str, Mapping[str, int]]
    effects: Mapping[tuple[str, str, str, bool], int]
    listed: Mapping[tuple[str, str, str], int]
    problems: Mapping[tuple[str, str], int]


@patient
def figures(engine: Engine, run: str) -> Figures:
    """All sums of a run."""
    with one_moment(engine) as connection:
        effects = effects_of(connection, run)
        listed = counts.listed(connection, run)
        problem = tables.problem.c
        problems = {
            (row[0], row[1]): int(row[2])
            for row in connection.execute(
                select(problem.stage, problem.severity, func.count())
                .where(problem.run == run)
                .group_by(problem.stage, problem.severity)
            )
        }
        return Figures(counts.summed(connection, run, effects, listed), effects, listed, problems)
