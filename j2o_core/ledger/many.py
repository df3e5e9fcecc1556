"""One statement for many rows, or asked often, compiled once: SQLAlchemy spends longer on the parameters of a row than
SQLite on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from sqlalchemy import ColumnElement, Connection, Dialect, Select, and_, bindparam
from sqlalchemy.sql import ClauseElement

#: what a value becomes on its way to the driver; ``None``: it stays what it is
_Process = Optional[Callable[[Any], Any]]


@dataclass(frozen=True)
class _Compiled:
    text: str
    #: each parameter of the text: its name where rows give its value, else that value; and what it becomes
    parameters: Sequence[tuple[Optional[str], Any, _Process]]
    names: Sequence[str]
    positional: bool


class Many:
    """Executes a statement for rows that name its parameters; ``columns`` are those that the rows of an insert have."""

    def __init__(self, statement: ClauseElement, columns: Optional[Sequence[str]] = None) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """For each row, in their order."""
        if not rows:
            return
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, self._columns, dialect)
        connection.exec_driver_sql(compiled.text, [_parameters(compiled, row) for row in rows])


class Chosen:
    """Reads the rows of which a column is one of some texts; ``statement`` names its other parameters.

    Values come as the driver gives them: this is for columns of text and numbers.
    """

    def __init__(self, statement: Select[Any], column: ColumnElement[Any]) -> None:
        self._statement = statement
        self._column = column
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def rows(self, connection: Connection, texts: Sequence[Any], **others: Any) -> Iterator[Any]:
        """The rows, each once where no text comes twice; ``others`` are the other parameters."""
        for start in range(0, len(texts), _SIZES[-1]):
            part = texts[start : start + _SIZES[-1]]
            size = next(size for size in _SIZES if size >= len(part))
            compiled = self._of(connection.dialect, size)
            # One statement serves every number of texts up to its size: the last of them fills the rest.
            filled = [*part, *[part[-1]] * (size - len(part))]
            yield from connection.exec_driver_sql(
                compiled.text, _parameters(compiled, {**others, **self._given(filled)})
            )

    def _of(self, dialect: Dialect, size: int) -> _Compiled:
        compiled = self._compiled.get((dialect.name, size))
        if compiled is None:
            made = _compile(self._statement.where(self._one_of(size)), None, dialect)
            compiled = self._compiled[(dialect.name, size)] = made
        return compiled

    def _given(self, texts: Sequence[Any]) -> dict[str, Any]:
        return {f"chosen_{place}": text for place, text in enumerate(texts)}

    def _one_of(self, size: int) -> ColumnElement[bool]:
        return _among(self._column, [f"chosen_{place}" for place in range(size)])


class ChosenBoth(Chosen):
    """The same for two columns and pairs of texts: rows of which either column is that of some pair, if not of one.

    Databases find these through an index of both columns; of the pairs themselves, SQLite would read the whole entity.
    """

    def __init__(self, statement: Select[Any], first: ColumnElement[Any], second: ColumnElement[Any]) -> None:
        super().__init__(statement, first)
        self._second = second

    def _given(self, texts: Sequence[Any]) -> dict[str, Any]:
        return {name: text for place, pair in enumerate(texts) for name, text in zip(_pair(place), pair)}

    def _one_of(self, size: int) -> ColumnElement[bool]:
        firsts, seconds = zip(*(_pair(place) for place in range(size)))
        return and_(_among(self._column, firsts), _among(self._second, seconds))


def _among(column: ColumnElement[Any], names: Sequence[str]) -> ColumnElement[bool]:
    return column.in_([bindparam(name, type_=column.type) for name in names])


def _pair(place: int) -> tuple[str, str]:
    return f"first_{place}", f"second_{place}"


#: for how many texts statements are made: one, few, or as many as there are in a chunk
_SIZES = (1, 20, 100, 500)


def _parameters(compiled: _Compiled, row: Mapping[str, Any]) -> Any:
    values = _values(compiled, row)
    return tuple(values) if compiled.positional else dict(zip(compiled.names, values))


def _values(compiled: _Compiled, row: Mapping[str, Any]) -> list[Any]:
    values = []
    for name, fixed, process in compiled.parameters:
        value = fixed if name is None else row[name]
        values.append(value if process is None else process(value))
    return values


def _compile(statement: ClauseElement, columns: Optional[Sequence[str]], dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))
    names = list(compiled.positiontup or compiled.params)
    parameters = []
    for name in names:
        bind = compiled.binds[name]
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        parameters.append((name if bind.required else None, None if bind.required else bind.value, process))
    return _Compiled(str(compiled), parameters, names, compiled.positiontup is not None)
