"""Items of a run that were skipped or have failed for one reason, counted through the index ``listed_causes``.

Texts are read of those alone that stand as examples.
"""

from __future__ import annotations

import heapq
from typing import Any, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Engine, bindparam, func, select, text

from . import tables
from .server import patient

_LISTED = tables.listed.c
#: what the items of one group share, in the order of the index
_GROUP = (_LISTED.outcome, _LISTED.cause, _LISTED.code, _LISTED.error_class, _LISTED.entity)
_NAMES = ("outcome", "cause", "code", "class", "entity")
_EXAMPLE = ("id", "key", "message", "place", "request")
_AT_ONCE = 500


def groups(engine: Engine, run: str) -> Iterator[dict[str, Any]]:
    """Groups of items in the order of the first of each: outcome, cause, code, class, entity, count, first (its id).

    The class is empty in rows of older versions: then the code tells it.
    """
    first = func.min(_LISTED.id)
    statement = select(*_GROUP, func.count(), first).where(_LISTED.run == run).group_by(*_GROUP).order_by(first)
    with engine.connect() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
            yield dict(zip((*_NAMES, "count", "first"), row))


@patient
def examples(
    engine: Engine, run: str, of: Sequence[Sequence[Mapping[str, Any]]], most: int, requested: bool = False
) -> list[list[dict[str, Any]]]:
    """Of several sequences of groups, the first items of each: id, key, message, place, request.

    ``requested``: of those alone whose request the server has a number for.
    """
    with engine.connect() as connection:
        chosen = [_first(connection, run, one, most, requested) for one in of]
        texts = dict(_texts(connection, {id_ for ids in chosen for id_ in ids}))
    return [[texts[id_] for id_ in ids if id_ in texts] for ids in chosen]


def _first(connection: Connection, run: str, of: Sequence[Mapping[str, Any]], most: int, requested: bool) -> list[int]:
    ids: list[int] = []
    for group in of:
        if most == 1 and not requested:
            ids.append(group["first"])
            continue
        wanted = {f"of_{name}": group[name] for name in _NAMES}
        statement = _REQUESTED if requested else _OF_GROUP
        ids.extend(connection.execute(statement, {"of_run": run, "most": most, **wanted}).scalars())
    return heapq.nsmallest(most, ids)


def _texts(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    wanted, columns = sorted(ids), [_LISTED[name] for name in _EXAMPLE]
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        for row in connection.execute(select(*columns).where(_LISTED.id.in_(some))):
            yield row[0], dict(zip(_EXAMPLE, row))


_OF_GROUP = (
    select(_LISTED.id)
    .where(
        _LISTED.run == bindparam("of_run"),
        *(column == bindparam(f"of_{name}") for name, column in zip(_NAMES, _GROUP) if name != "class"),
        _LISTED.error_class.is_not_distinct_from(bindparam("of_class")),
    )
    .order_by(_LISTED.id)
    .limit(bindparam("most"))
)
_REQUESTED = _OF_GROUP.where(text("request <> ''"))  # as the index ``listed_requests`` says it
