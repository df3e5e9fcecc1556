"""Items of a run a page at a time, and how an entity's items are spread over its partitions, for those who look in."""

from __future__ import annotations

import math
from typing import Any, Optional, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, exists, func, literal, or_, select

from . import counts, effects, tables
from .effect_rows import OF_ITEMS
from .listing import FAILED, SKIPPED
from .moment import one_moment
from .projects import PROJECTS, unchanged_of
from .server import patient
from .tally import Where, ended, spread

#: what is under way, or was when the run ended
SENT = effects.SENT
#: what has become of an item, in the words of a page
STATES = (effects.DONE, SENT, effects.PLANNED, SKIPPED, FAILED)
#: the largest page
MOST = 500
#: the largest number that an id can be in every database
LAST = 2**31 - 1
_OF_EFFECTS = ("id", "entity", "origin", "key", "kind", "state", "partition", "item", "attempts", "sent", "finished")
_OF_LISTED = ("id", "entity", "origin", "key", "code", "message", "place", "request", "words")


def page(
    engine: Engine,
    run: str,
    state: str,
    *,
    entity: Optional[str] = None,
    partition: Optional[int] = None,
    project: str = "",
    text: str = "",
    after: int = 0,
    limit: int = 100,
) -> tuple[list[dict[str, Any]], Optional[int]]:
    """Items in one of ``STATES``, and what to give as ``after`` for the next page (``None``: that was the last).

    ``text`` is how the key begins, or the whole origin. What was skipped or has failed comes with its reason, and then
    ``text`` may be words or the code of that, too; of a ``partition`` is what was planned there.
    """
    limit = max(1, min(limit, MOST))
    effect = tables.effect.c
    in_partition = [effect.kind.in_(OF_ITEMS), *([] if partition is None else [effect.partition == partition])]
    if state in (SKIPPED, FAILED):
        columns = tables.listed.c
        shown = [*(columns[name] for name in _OF_LISTED), columns.outcome.label("state")]
        where = [columns.outcome == state]
        if partition is not None:
            same = (effect[name] == columns[name] for name in ("run", "entity", "origin"))
            where.append(exists().where(*same, *in_partition))
    else:
        columns = effect
        shown = [columns[name] for name in _OF_EFFECTS]
        where = [columns.state == state, *in_partition]
        if state == effects.DONE:
            where.append(columns.finished.is_not(None))
    if entity is not None:
        where.append(columns.entity == entity)
    if project:
        where.append(columns.project == project)
    if text:
        named = [columns.origin == text, columns.key.startswith(text, autoescape=True)]
        if state in (SKIPPED, FAILED):
            named += [columns.code == text, columns.message.icontains(text, autoescape=True)]
        where.append(or_(*named))
    # Their ids come from an index, where one has all that is asked for: only what is shown is read.
    chosen = select(columns.id).where(columns.run == run, columns.id > after, *where).order_by(columns.id)
    statement = select(*shown).where(columns.id.in_(chosen.limit(limit + 1))).order_by(columns.id)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(statement).mappings()]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


@patient
def partitions(engine: Engine, run: str, entity: str) -> list[dict[str, Any]]:
    """By partition of an entity: how many of its items are in which state."""
    found: dict[int, dict[str, Any]] = {}
    with one_moment(engine) as connection:
        counted = spread(connection, run, entity, OF_ITEMS, "partition")
    for (partition, _, state, _), number in sorted(counted.items()):
        row = found.setdefault(partition, {"partition": partition, **dict.fromkeys(STATES, 0)})
        row[state] += number
    return list(found.values())


@patient
def projects(engine: Engine, run: str, entity: str) -> list[dict[str, Any]]:
    """By project of an entity what ``counts.entities`` gives with ``sent``; the sums are that entity's.

    An empty ``project`` is what belongs to none that there is, and what an older version has planned as unchanged.
    """
    with one_moment(engine) as connection:
        known = _known_projects(connection, run)
        counted = spread(connection, run, entity, OF_ITEMS, "project")
        refused = _listed_by_project(connection, run, entity)
        planned = counts.planned(connection, run)
    found = {project: dict.fromkeys((*counts.COLUMNS, "sent"), 0) for project in ("", *sorted(known))}
    for project, number in unchanged_of(planned.get(entity, {"unchanged": 0})).items():
        found[project if project in known else ""]["unchanged"] += number
    for (project, kind, state, adopted), number in counted.items():
        counts.add(found[project if project in known else ""], kind, state, adopted, number)
    for (project, outcome), number in refused.items():
        found[project if project in known else ""][outcome] += number
    for numbers in found.values():
        numbers["source"] = sum(numbers[name] for name in counts.COLUMNS)
    return [{"project": project, **numbers} for project, numbers in found.items() if numbers["source"]]


def _known_projects(connection: Connection, run: str) -> set[str]:
    """The keys of the projects that are on the target, or that the run writes or lists."""
    item, of = tables.item.c, tables.run.c
    of_pair = (of.id == run, item.target == of.target, item.source == of.source)
    statements = [select(item.key).where(*of_pair, item.entity == PROJECTS)]
    for table in (tables.effect, tables.listed):
        statements.append(select(table.c.key).where(table.c.run == run, table.c.entity == PROJECTS))
    found: set[str] = set()
    for statement in statements:
        found.update(connection.execute(statement).scalars())
    return found


def _listed_by_project(connection: Connection, run: str, entity: str) -> dict[tuple[str, str], int]:
    listed = tables.listed.c
    columns = (listed.project, listed.outcome)
    statement = select(*columns, func.count()).where(listed.run == run, listed.entity == entity).group_by(*columns)
    rows: Sequence[Any] = connection.execute(statement).all()
    return {(project, outcome): number for project, outcome, number in rows}


@patient
def pace(engine: Engine, run: str, entity: Optional[str] = None, most: int = 300) -> dict[str, Any]:
    """How many items ended when: ``since`` (epoch seconds), ``seconds`` of each stretch, and ``ended`` by stretch.

    There are at most ``most`` stretches, each of at least one second.
    """
    finished = tables.effect.c.finished
    with one_moment(engine) as connection:
        chosen = ended(connection, run, entity)
        groups = [these for (_, kind, _, _), these in chosen.items() if kind in OF_ITEMS]
        if not groups:
            return {"since": None, "seconds": 1, "ended": []}
        bounds = [_ends(connection, these) for these in groups]
        first, last = min(one[0] for one in bounds), max(one[1] for one in bounds)
        seconds = max(1, math.ceil((last - first + 1e-6) / most))
        stretches = [0] * _stretches(first, last, seconds)
        number = _numbers(len(stretches) - 1)
        for these in groups:
            # Each stretch is a step into the index and a walk over it: nothing is sorted.
            within = (finished >= literal(first) + number * seconds, finished < literal(first) + (number + 1) * seconds)
            count = select(func.count()).select_from(tables.effect).where(*these, *within).scalar_subquery()
            rows: Sequence[Any] = connection.execute(select(number, count)).all()
            for place, ended_in_it in rows:
                stretches[place] += ended_in_it
    return {"since": first, "seconds": seconds, "ended": stretches}


def _stretches(first: float, last: float, seconds: int) -> int:
    """How many stretches of that length there are, to the last moment: as the database adds, rounding as it does."""
    number = int((last - first) // seconds) + 1
    while first + number * seconds <= last:
        number += 1
    while number > 1 and first + (number - 1) * seconds > last:
        number -= 1
    return number


def _ends(connection: Connection, these: Where) -> tuple[float, float]:
    """The moments at which the first and the last of them ended."""
    finished = tables.effect.c.finished
    ordered = (finished.asc(), finished.desc())
    first, last = (select(finished).where(*these).order_by(order).limit(1) for order in ordered)
    return connection.execute(first).scalar_one(), connection.execute(last).scalar_one()


def _numbers(most: int) -> ColumnElement[int]:
    """The numbers from 0 to ``most``, as a column."""
    begin = select(literal(0).label("number")).cte("stretch", recursive=True)
    numbers = begin.union_all(select(begin.c.number + 1).where(begin.c.number < most))
    return numbers.c.number
