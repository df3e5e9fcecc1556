"""Text in, text out: reader and writer joined, for one text or for a stream of JSON lines.

Reader and writer are passed in, so that this module knows neither system.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterable, Iterator, List, Tuple, Union

from j2o_core.richtext.resolver import NoResolver, Resolver
from j2o_core.richtext.tree import Document

Reader = Callable[[Any], Tuple[Document, List[str]]]
Writer = Callable[[Document, Resolver], Tuple[str, List[str]]]


def convert_text(source: Any, read: Reader, write: Writer) -> Tuple[str, List[str]]:
    """Convert one text (or document), every reference in its readable form: (text, warnings).

    Repeated warnings are given once.
    """
    tree, read_warnings = read(source)
    text, write_warnings = write(tree, NoResolver())
    return text, list(dict.fromkeys([*read_warnings, *write_warnings]))


def convert_lines(lines: Iterable[Union[str, bytes]], read: Reader, write: Writer) -> Iterator[Dict[str, Any]]:
    """Convert ``{"id", "input"}`` a line to ``{"id", "markdown", "warnings"}``, in order and one for one.

    A line that is no such object gives an empty text and a warning; blank lines are left out.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            yield _refused(None, f"line {number} is not JSON: {error}")
            continue
        if not isinstance(record, dict):
            yield _refused(None, f'line {number} is not an object {{"id", "input"}}')
            continue
        if "input" not in record:
            yield _refused(record.get("id"), f'line {number} has no "input"')
            continue
        markdown, warnings = convert_text(record["input"], read, write)
        yield {"id": record.get("id"), "markdown": markdown, "warnings": warnings}


def _refused(id_: Any, why: str) -> Dict[str, Any]:
    return {"id": id_, "markdown": "", "warnings": [why]}
