"""One statement for many rows, compiled once: SQLAlchemy spends longer on the parameters of a row than SQLite on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence

from sqlalchemy import Connection, Dialect
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
        if compiled.positional:
            connection.exec_driver_sql(compiled.text, [tuple(_values(compiled, row)) for row in rows])
            return
        named = [dict(zip(compiled.names, _values(compiled, row))) for row in rows]
        connection.exec_driver_sql(compiled.text, named)


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
