"""Reads a CSV file as spreadsheets write it: with or without a mark of its encoding, with any usual separator."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import NamedTuple, Optional, Sequence

from .suggestion import nearest

MAX_FILE = 16 * 1024 * 1024
MAX_ROWS = 200_000
#: the separators by their names in a spec
SEPARATORS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STATED = re.compile(r'"?sep=(.)"?\s*')


class Row(NamedTuple):
    """One key of one line; ``value`` is ``None`` where the cell is empty. Lines and columns count from 1."""

    key: str
    value: Optional[str]
    line: int
    column: int
    file: str = ""


class CsvError(Exception):
    """The file is no table; where in ``text`` it shows, and what was expected."""

    def __init__(self, message: str, line: int, column: int, expected: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column
        self.expected, self.suggestion = expected, suggestion
        self.code = "J2O-S061"
        self.text = ""


def read_rows(
    data: bytes, keys: Sequence[str], value: str, separator: Optional[str] = None, encoding: Optional[str] = None
) -> tuple[str, list[Row]]:
    """The text of the file, and a row for each cell that is not empty in the columns ``keys``.

    Raises:
        CsvError: the file is too large, not in its encoding, has no such columns, or a line with too many or too few
            cells.
    """
    if len(data) > MAX_FILE:
        raise CsvError(f"the file is larger than {MAX_FILE // 1024 // 1024} MiB", 1, 1, "a smaller file")
    text = _decoded(data, encoding)
    try:
        return text, _rows(text, keys, value, separator)
    except CsvError as error:
        error.text = text
        raise


def _decoded(data: bytes, encoding: Optional[str]) -> str:
    name = next((name for mark, name in _MARKS if data.startswith(mark)), encoding or "utf-8")
    try:
        text = data.decode(name)
    except LookupError:
        raise CsvError(f"there is no encoding '{name[:40]}'", 1, 1, "an encoding such as utf-8 or cp1252") from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        before = data[:start].decode(name, "replace")
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        found = CsvError(
            f"byte 0x{data[start]:02X} is no {name}", line, column, "UTF-8, or encoding: cp1252 as spreadsheets write"
        )
        found.text = data.decode("latin-1")
        raise found from None
    except (ValueError, AttributeError, TypeError):
        raise CsvError(f"'{name[:40]}' is no encoding of text", 1, 1, "an encoding such as utf-8 or cp1252") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise CsvError("a NUL character: this is no text", line, 1, "a CSV file; or encoding: utf-16-le")
    return text


def _rows(text: str, keys: Sequence[str], value: str, separator: Optional[str]) -> list[Row]:
    lines = io.StringIO(text, newline="").readlines()
    stated = _STATED.fullmatch(lines[0]) if lines else None
    skipped = 0
    if stated is not None:
        skipped = 1
        separator = separator or next((name for name, sign in SEPARATORS.items() if sign == stated.group(1)), None)
    body = lines[skipped:]
    while body and not body[0].strip():
        body, skipped = body[1:], skipped + 1
    if not body:
        raise CsvError("the file is empty", 1, 1, "a line with the names of the columns")
    sign = SEPARATORS[separator] if separator in SEPARATORS else _separator(body[0], (*keys, value))
    found: list[Row] = []
    names: Optional[list[str]] = None
    positions: list[int] = []
    reader = csv.reader(iter(body), delimiter=sign, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error as error:
            raise CsvError(f"not CSV: {error}", line, 1, "cells in which every quote is closed or doubled") from None
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if names is None:
            names = cells
            positions = [_column(name, names, line) for name in (*keys, value)]
            continue
        if len(cells) < len(names) or any(cells[len(names) :]):
            message = f"{len(cells)} cells, where the first line has {len(names)}"
            raise CsvError(message, line, 1, f"{len(names)} cells; a cell with '{sign}' in it stands in quotes")
        starts = _starts(lines[line - 1], sign)
        *of_keys, of_value = positions
        if not any(cells[position] for position in of_keys):
            message = f"a line without a key: '{', '.join(keys)}' is empty"
            raise CsvError(message, line, 1, "a key in each line")
        for position in dict.fromkeys(of_keys):
            if cells[position]:
                column = starts[position] if position < len(starts) else 1
                found.append(Row(cells[position], cells[of_value] or None, line, column))
        if len(found) > MAX_ROWS:
            raise CsvError(f"more than {MAX_ROWS:,} rows", line, 1, f"at most {MAX_ROWS:,} rows")


def _separator(line: str, wanted: Sequence[str]) -> str:
    """The one that finds most of the columns that are wanted, else most columns."""

    def worth(sign: str) -> tuple[int, int]:
        try:
            cells = [cell.strip().casefold() for cell in next(csv.reader([line], delimiter=sign))]
        except (csv.Error, StopIteration):
            return 0, 0
        return sum(name.strip().casefold() in cells for name in wanted), len(cells)

    return max(SEPARATORS.values(), key=worth)


def _column(name: str, names: Sequence[str], line: int) -> int:
    """Where the column ``name`` is: exactly so, else whatever its case."""
    for shape in (str.strip, lambda text: text.strip().casefold()):
        found = [index for index, other in enumerate(names) if shape(other) == shape(name)]
        if len(found) > 1:
            raise CsvError(f"two columns are called '{name[:80]}'", line, 1, "each name once")
        if found:
            return found[0]
    shown = ", ".join(f"'{other[:40]}'" for other in names[:20])
    message = f"there is no column '{name[:80]}'"
    raise CsvError(message, line, 1, f"one of {shown}", nearest(name, names))


def _starts(line: str, sign: str) -> list[int]:
    """The columns, from 1, at which the cells of a line begin."""
    starts, quoted = [1], False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == sign and not quoted:
            starts.append(index + 2)
    return starts
