"""Text in, text out: reader and writer joined, for one text or for a stream of JSON lines.

Reader and writer are passed in, so that this module knows neither system.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Union

from j2o_core.richtext.resolver import NoResolver, Resolver
from j2o_core.richtext.tree import Document

Reader = Callable[[Any], Tuple[Document, List[str]]]
Writer = Callable[[Document, Resolver], Tuple[str, List[str]]]


@dataclass(frozen=True)
class ConvertedLine:
    """What became of one line: ``is_bad`` where it could not be converted, the only warning telling why and where."""

    id: Any = None
    markdown: str = ""
    warnings: List[str] = field(default_factory=list)
    is_bad: bool = False

    def as_json(self) -> Dict[str, Any]:
        """``{"id", "markdown", "warnings"}``."""
        return {"id": self.id, "markdown": self.markdown, "warnings": self.warnings}


def convert_text(source: Any, read: Reader, write: Writer) -> Tuple[str, List[str]]:
    """Convert one text (or document), every reference in its readable form: (text, warnings).

    Repeated warnings are given once.
    """
    tree, read_warnings = read(source)
    text, write_warnings = write(tree, NoResolver())
    return text, list(dict.fromkeys([*read_warnings, *write_warnings]))


def convert_lines(lines: Iterable[Optional[Union[str, bytes]]], read: Reader, write: Writer) -> Iterator[ConvertedLine]:
    """Convert ``{"id", "input"}`` a line, in order and one for one.

    A line that is no such object, or that breaks the converter, is told as bad and the next one goes on; blank lines
    are left out. ``None`` stands for a line too long to be read.
    """
    for number, line in enumerate(lines, 1):
        if line is None:
            yield _bad(None, f"line {number} is too long")
        elif line.strip():
            yield _converted(number, line, read, write)


def _converted(number: int, line: Union[str, bytes], read: Reader, write: Writer) -> ConvertedLine:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _bad(None, f"line {number} is not JSON: {error}")
    if not isinstance(record, dict):
        return _bad(None, f'line {number} is not an object {{"id", "input"}}')
    if "input" not in record:
        return _bad(record.get("id"), f'line {number} has no "input"')
    try:
        markdown, warnings = convert_text(record["input"], read, write)
    except Exception as error:  # noqa: BLE001 - a reader's or writer's own mistake costs its line alone
        return _bad(record.get("id"), f"line {number} cannot be converted: {type(error).__name__}: {error}")
    return ConvertedLine(record.get("id"), markdown, warnings)


def _bad(identifier: Any, why: str) -> ConvertedLine:
    return ConvertedLine(identifier, "", [why], is_bad=True)
