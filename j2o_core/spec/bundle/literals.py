"""Finds secrets that are written out in the files of a spec, also where another file overrules them."""

from __future__ import annotations

import re
from typing import Collection, Iterator, Mapping

from ...model.problem import Place, Problem
from ..codes import problem
from ..node import Node, dotted, walk
from ..reading import read_yaml
from ..references import check_references

_CODE = "J2O-S032"
_EXPECTED = "a reference: ${env:NAME}, ${file:path} or ${secret:NAME}"
_SECRET_KEY = re.compile(r"(?i)(?:^|[_-])(?:token|api[_-]?key|pass(?:word|wd|phrase)?|secret|private[_-]?key)$")
#: a key that holds secrets and a value that looks like one, in a line that is a comment
_COMMENT = re.compile(
    r"(?im)^[^\n#]*#[^\n]*?\b(?:token|api[_-]?key|pass(?:word|wd|phrase)?|secret|private[_-]?key)[\"']?\s*[:=]\s*"
    r"[\"']?(?=[^\s\"',}]*\d)([\w+/=.~-]{8,})"
)
_PARTS = frozenset(("connections", "system", "entities", "environments", "select", "runtime", "tables"))
_TESTS = (".tests.yaml", ".tests.yml")


def literal_secrets(texts: Mapping[str, str], backends: Collection[str]) -> list[Problem]:
    """Every secret that is written out in one of the files (text by name), in comments too."""
    found: list[Problem] = []
    for name, text in texts.items():
        if name.endswith((".yaml", ".yml")):
            found += _in_comments(name, text)
            if not name.endswith(_TESTS):
                found += _in_values(name, text, backends)
    return found


def _in_values(name: str, text: str, backends: Collection[str]) -> Iterator[Problem]:
    node, _ = read_yaml(text.encode(), name, include=lambda file, place, path, levels: Node(None, place), levels=0)
    if node is None:
        return
    if node.is_map and _PARTS & node.value.keys():
        yield from (one for one in check_references(node, backends) if one.code == _CODE)
        return
    for path, inner in walk(node):  # a part that others include
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(inner.value, str) and _SECRET_KEY.search(key) and "${" not in inner.value and inner.value:
            yield problem(_CODE, f"{dotted(path)} is written out", inner.place, dotted(path), _EXPECTED)


def _in_comments(name: str, text: str) -> Iterator[Problem]:
    for match in _COMMENT.finditer(text):
        start = match.start(1)
        line = text.count("\n", 0, start) + 1
        place = Place(name, line, start - (text.rfind("\n", 0, start) + 1) + 1)
        yield problem(_CODE, "a comment holds what looks like a secret", place, "", "nothing, or a reference")
