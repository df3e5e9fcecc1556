"""Reads YAML text strictly into a tree with places, within bounds of size, depth and time."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, Callable, Optional

import yaml

from ..model.problem import Place, Problem
from .codes import problem
from .node import Node, dotted
from .scalars import read_scalar
from .suggestion import nearest

LINE_BREAK = re.compile(r"\r\n|\r|\n")
MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 30_000
MAX_DUPLICATES = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_TAGS = {"map": (_CORE + "map", "!"), "seq": (_CORE + "seq", "!"), "str": (_CORE + "str", "!")}
INCLUDE = "!include"
#: reads what ``!include NAME`` stands for, given the name, its place, its path in the document and the levels above it;
#: ``None`` where it cannot, which is told elsewhere
Include = Callable[[str, Place, str, int], Optional[Node]]


def read_yaml(
    data: bytes, file: str, include: Optional[Include] = None, levels: Optional[int] = None
) -> tuple[Optional[Node], list[Problem]]:
    """The tree of one YAML document, or ``None``, and what is wrong with it. ``file`` is how problems call it.

    A document that is to stand ``levels`` deep in another may be of any type; else it must be a mapping. Without
    ``include`` its tag is refused.
    """
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        return None, [problem("J2O-S002", message, Place(file, 1, 1), expected="a file of at most 2 MiB")]
    text, wrong = _decode(data, file)
    if wrong is not None:
        return None, [wrong]
    lines = _Lines(text, file)
    builder = _Builder(lines, include, levels or 0)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _Refused as refused:
        builder.problems.append(refused.problem)
        return None, builder.problems
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax(error, lines))
        return None, builder.problems
    except yaml.reader.ReaderError as error:
        place = lines.place(error.position)
        message = f"a character that YAML does not allow: U+{_ordinal(error.character):04X}"
        builder.problems.append(problem("J2O-S004", message, place, expected="printable text"))
        return None, builder.problems
    root = builder.root
    if builder.is_incomplete:
        return None, builder.problems
    if root is None or not (root.is_map or levels is not None):
        what = "the file is empty" if root is None or root.value is None else "the top level is no mapping"
        place = root.place if root is not None else Place(file, 1, 1)
        builder.problems.append(problem("J2O-S009", what, place, expected="a mapping of keys to values"))
        return None, builder.problems
    return root, builder.problems


class _Lines:
    """Where the lines of a text begin, as editors count them; YAML itself takes more characters for line breaks."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]

    def place(self, index: int) -> Place:
        """The place of the character at ``index``."""
        line = bisect_right(self.starts, index)
        return Place(self.file, line, index - self.starts[line - 1] + 1)


class _Refused(Exception):
    """Reading stops here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Open:
    """A mapping or list under construction."""

    __slots__ = ("anchor", "height", "key", "key_place", "keys", "place", "size", "value")

    def __init__(self, value: Any, place: Place, anchor: Optional[str]) -> None:
        self.value = value
        self.place = place
        self.anchor = anchor
        self.keys: dict[str, Place] = {}
        self.key: Optional[str] = None
        self.key_place: Optional[Place] = None
        self.size = self.height = 1


class _Builder:
    """Builds the tree from parser events without recursion, so that no input can exhaust the stack."""

    def __init__(self, lines: _Lines, include: Optional[Include], levels: int) -> None:
        self._lines = lines
        self._include = include
        self._levels = levels
        self.root: Optional[Node] = None
        self.is_incomplete = False
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._values = 0

    def take(self, event: Any) -> None:
        """Take the next event; raises ``_Refused`` where reading cannot go on."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = self._open.pop()
            self._add(Node(done.value, done.place, done.keys, done.size, done.height), done.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refused("J2O-S009", "a second document begins here", event, "one document in the file")

    def _scalar(self, event: Any) -> None:
        place = self._place(event)
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._tag(event, "str")
            if event.value == "<<" and event.style in (None, ""):
                raise self._refused("J2O-S004", "'<<' merges nothing in YAML 1.2", event, "the keys themselves")
            if event.anchor:
                self._anchors[event.anchor] = Node(event.value, place)
            self._key(holder, event.value, place)
            return
        if event.tag == INCLUDE and self._include is not None:
            self._add(self._included(event, self._include, place), event.anchor)
            return
        self._tag(event, "str")
        is_text = event.tag is not None or not event.implicit[0]
        value = event.value if is_text else read_scalar(event.value)
        self._add(Node(value, place), event.anchor)

    def _included(self, event: Any, include: Include, place: Place) -> Node:
        path = dotted(tuple(holder.key if holder.key is not None else len(holder.value) for holder in self._open))
        found = include(event.value, place, path, self._levels + len(self._open))
        if found is None:
            self.is_incomplete = True
            return Node(None, place)
        return found

    def _key(self, holder: _Open, key: str, place: Place) -> None:
        if key in holder.keys:
            first = holder.keys[key]
            message = f"duplicate key '{key[:80]}': it stands in line {first.line} already"
            self.problems.append(problem("J2O-S005", message, place, expected="each key once"))
            if len(self.problems) >= MAX_DUPLICATES:
                raise _Refused(self.problems.pop())
        else:
            holder.keys[key] = place
        holder.key, holder.key_place = key, place

    def _begin(self, event: Any) -> None:
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._tag(event, "map" if is_map else "seq")
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            raise self._refused("J2O-S004", "a key must be text, not a mapping or list", event, "a text key")
        if self._levels + len(self._open) >= MAX_DEPTH:
            raise self._too_deep(self._place(event))
        self._open.append(_Open({} if is_map else [], self._place(event), event.anchor))

    def _alias(self, event: Any) -> None:
        place = self._place(event)
        target = self._anchors.get(event.anchor)
        if target is None:
            inside = any(holder.anchor == event.anchor for holder in self._open)
            message = f"alias '*{event.anchor[:80]}' " + ("contains itself" if inside else "has no anchor before it")
            raise self._refused("J2O-S007", message, event, "an anchor that ends before its alias")
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            if not isinstance(target.value, str):
                raise self._refused("J2O-S004", "a key must be text, not a mapping or list", event, "a text key")
            self._key(holder, target.value, place)
            return
        self._add(target._replace(place=place), None)

    def _add(self, node: Node, anchor: Optional[str]) -> None:
        if anchor:
            self._anchors[anchor] = node
        self._values += 1
        if self._values > MAX_VALUES or node.size > MAX_VALUES:
            message = f"the document holds more than {MAX_VALUES:,} values, aliases expanded"
            raise _Refused(problem("J2O-S007", message, node.place, expected=f"at most {MAX_VALUES:,} values"))
        if self._levels + len(self._open) + node.height > MAX_DEPTH + 1:
            raise self._too_deep(node.place)
        if not self._open:
            self.root = node
            return
        holder = self._open[-1]
        holder.size += node.size
        holder.height = max(holder.height, node.height + 1)
        if isinstance(holder.value, list):
            holder.value.append(node)
        else:
            assert holder.key is not None
            holder.value.setdefault(holder.key, node)
            holder.key = None

    def _tag(self, event: Any, kind: str) -> None:
        tag = event.tag
        if tag is not None and tag not in _TAGS[kind]:
            shown = tag.replace(_CORE, "!!")[:80]
            message = f"the tag '{shown}' is refused here"
            guess = nearest(shown, [INCLUDE]) if kind == "str" and self._include is not None else ""
            raise _Refused(problem("J2O-S006", message, self._place(event), "", "a value without a tag", guess))

    def _place(self, event: Any) -> Place:
        return self._lines.place(event.start_mark.index)

    def _too_deep(self, place: Place) -> _Refused:
        message = f"the document nests more than {MAX_DEPTH} levels"
        return _Refused(problem("J2O-S008", message, place, expected=f"at most {MAX_DEPTH} levels"))

    def _refused(self, code: str, message: str, event: Any, expected: str) -> _Refused:
        return _Refused(problem(code, message, self._place(event), expected=expected))


def _decode(data: bytes, file: str) -> tuple[str, Optional[Problem]]:
    for mark, name in ((b"\xff\xfe", "UTF-16 or UTF-32"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32")):
        if data.startswith(mark):
            return "", problem("J2O-S003", f"the file is {name}", Place(file, 1, 1), expected="UTF-8 text")
    if b"\0" in data[:4]:  # the first characters of a document are ASCII
        return "", problem("J2O-S003", "the file is UTF-16 or UTF-32", Place(file, 1, 1), expected="UTF-8 text")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        place = _Lines(before, file).place(len(before))
        message = f"byte 0x{data[error.start]:02X} is no UTF-8"
        return "", problem("J2O-S003", message, place, expected="UTF-8 text")


def _syntax(error: yaml.MarkedYAMLError, lines: _Lines) -> Problem:
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, len(lines.text)) if mark is not None else 0
    place = lines.place(index)
    line = lines.text[lines.starts[place.line - 1] :].split("\n", 1)[0]
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        place = Place(place.file, place.line, indentation.index("\t") + 1)
        return problem("J2O-S004", "a tab in the indentation", place, expected="blanks")
    what = error.problem or "not YAML"
    if error.context and error.context_mark is not None:
        what = f"{what} ({error.context} that begins in line {lines.place(error.context_mark.index).line})"
    return problem("J2O-S004", what, place, expected="YAML")


def _ordinal(character: Any) -> int:
    return character if isinstance(character, int) else ord(character)
