"""Rows of tables from CSV files: ``tables: {users: {csv: {file: ./users.csv, key: [name, email], value: login}}}``.

The rows take the place of ``csv`` in the document, each with its place in the file, so that everything later (digests,
``render``, problems) sees a table as if it had been written out.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any, Mapping, Optional

from ..model.problem import Place, Problem
from .codes import problem
from .csv_rows import MAX_FILE, CsvError, Row, read_rows
from .node import Node, Path, dotted
from .packaged import specs_folder
from .paths import inside
from .suggestion import nearest
from .undecided import undecided_rows

#: the key of a table under which its file is described; a row of that name has a plain value
CSV = "csv"
MAX_PROBLEMS = 20


def read_tables(root: Node, folder: FilePath, texts: dict[str, str]) -> tuple[Node, list[Problem]]:
    """``root`` with the rows of every table's file in it, and what is wrong with the files.

    ``folder`` is that of the spec: no file outside of it is read. What the files hold is added to ``texts``. Rows that
    stand in the spec win over those of the file.
    """
    tables = root.value.get("tables")
    if tables is None or not tables.is_map:
        return root, []
    problems: list[Problem] = []
    made = dict(tables.value)
    for name, table in tables.value.items():
        csv = table.value.get(CSV) if table.is_map else None
        if csv is None or not csv.is_map:
            continue
        made[name] = _without_csv(table)
        wanted = _wanted(csv)
        if wanted is None:  # told by the schema
            continue
        rows = _read(wanted, csv, ("tables", name, CSV), folder, texts, problems)
        made[name] = _joined(made[name], rows)
    if made == tables.value:
        return root, []
    tables = tables._replace(value=made, size=1 + sum(node.size for node in made.values()))
    return root._replace(value={**root.value, "tables": tables}), problems


def _without_csv(table: Node) -> Node:
    value = {key: node for key, node in table.value.items() if key != CSV}
    return table._replace(value=value, keys={key: place for key, place in table.keys.items() if key != CSV})


def _wanted(csv: Node) -> Optional[dict[str, Any]]:
    """The options as plain data, ``None`` where they are not what the schema asks for."""
    options = {key: node.value for key, node in csv.value.items()}
    if isinstance(options.get("key"), list):
        options["key"] = [node.value for node in options["key"]]
    elif isinstance(options.get("key"), str):
        options["key"] = [options["key"]]
    texts = (*(options.get("key") or [None]), options.get("file"), options.get("value"))
    known = {"separator", "encoding", "file", "key", "value"}
    return options if all(isinstance(text, str) for text in texts) and options.keys() <= known else None


def _read(
    wanted: Mapping[str, Any],
    csv: Node,
    path: Path,
    folder: FilePath,
    texts: dict[str, str],
    problems: list[Problem],
) -> list[Row]:
    name, place = wanted["file"], csv.value["file"].place
    where = dotted((*path, "file"))
    above = FilePath(place.file).parent
    file = above / name
    allowed = specs_folder() if inside(above, specs_folder()) else folder
    if FilePath(name).is_absolute() or not inside(file, allowed):
        message = f"'{name[:200]}' lies outside the folder of the spec"
        problems.append(problem("J2O-S060", message, place, where, "a file in the spec's folder or below it"))
        return []
    try:
        if not file.is_file():
            beside = sorted(other.name for other in file.parent.glob("*.csv")) if file.parent.is_dir() else []
            guess = nearest(file.name, beside)
            message = f"there is no file '{name[:200]}'"
            problems.append(problem("J2O-S060", message, place, where, "a CSV file beside the spec", guess))
            return []
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        message = f"'{name[:200]}' cannot be read: {reason}"
        problems.append(problem("J2O-S060", message, place, where, "a readable file"))
        return []
    # The file is called like the spec is: by the path that people typed.
    shown = str(file) if above != FilePath() else FilePath(name).as_posix()
    try:
        text, rows = read_rows(data, wanted["key"], wanted["value"], wanted.get("separator"), wanted.get("encoding"))
    except CsvError as error:
        texts[shown] = error.text
        at = Place(shown, error.line, error.column)
        problems.append(problem(error.code, error.message, at, dotted(path), error.expected, error.suggestion))
        return []
    texts[shown] = text
    problems += undecided_rows(rows, shown, dotted(path))
    return _without_contradictions(rows, shown, path, problems)


def _without_contradictions(rows: list[Row], shown: str, path: Path, problems: list[Problem]) -> list[Row]:
    """Each key once; a key with two values is a problem."""
    found: dict[str, Row] = {}
    wrong = 0
    for row in rows:
        row = row._replace(file=shown)
        first = found.setdefault(row.key, row)
        if first.value != row.value and wrong < MAX_PROBLEMS:
            wrong += 1
            message = f"'{row.key[:80]}' has another value in line {first.line}: '{first.value or ''}'"
            expected = "one value for each key; leave the cell empty where it tells two rows apart"
            problems.append(problem("J2O-S062", message, Place(shown, row.line, row.column), dotted(path), expected))
    return list(found.values())


def _joined(table: Node, rows: list[Row]) -> Node:
    """The rows of the spec, then those of the file."""
    places = {row.key: Place(row.file, row.line, row.column) for row in rows}
    nodes = {row.key: Node(row.value, places[row.key]) for row in rows}
    value = {**table.value, **{key: node for key, node in nodes.items() if key not in table.value}}
    return Node(value, table.place, {**places, **table.keys}, 1 + len(value), 2)
