"""A tree as compact plain JSON and back: ``from_json(to_json(tree)) == tree``.

The form is stored in payloads, so it is stable: a document is the list of its blocks, a node is
``[tag, field, ...]`` in the order of the dataclass with trailing defaults left out, a text without marks
is the bare string, a mark without value its bare kind.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, Callable, Dict, List, Tuple, Type

from j2o_core.richtext import tree as t
from j2o_core.richtext.marks import Mark, Marks

Json = List[Any]


class TreeFormatError(ValueError):
    """Stored JSON that is no document tree: names the part that cannot be read."""


def to_json(tree: t.Document) -> Json:
    """The tree as lists, strings, numbers and booleans."""
    return [_encode(block) for block in tree.content]


def from_json(data: Json) -> t.Document:
    """The tree of ``to_json``'s answer.

    Raises:
        TreeFormatError: the data hold an unknown tag or a malformed node.
    """
    try:
        return t.Document(tuple([_decode(block) for block in data]))
    except (TypeError, IndexError, ValueError) as error:
        if isinstance(error, TreeFormatError):
            raise
        raise TreeFormatError(f"not a stored document tree: {error}") from error


_TAGS: Dict[str, Type[Any]] = {
    "t": t.Text, "br": t.HardBreak, "at": t.Mention, "key": t.IssueKey, "file": t.AttachmentLink,
    "img": t.Image, "emoji": t.Emoji, "date": t.Date, "status": t.Status, "anchor": t.Anchor,
    "?": t.UnknownInline, "p": t.Paragraph, "h": t.Heading, "li": t.ListItem, "ul": t.BulletList,
    "ol": t.OrderedList, "task": t.TaskItem, "tasks": t.TaskList, "decision": t.DecisionItem,
    "decisions": t.DecisionList, "quote": t.Quote, "code": t.CodeBlock, "hr": t.Rule, "td": t.TableCell,
    "tr": t.TableRow, "table": t.Table, "panel": t.Panel, "expand": t.Expand, "??": t.UnknownBlock,
}  # fmt: skip

_Coder = Callable[[Any], Any]


def _encode_mark(mark: Mark) -> Any:
    if mark.tip:
        return [mark.kind, mark.value, mark.tip]
    return [mark.kind, mark.value] if mark.value else mark.kind


def _decode_mark(data: Any) -> Mark:
    return Mark(data) if isinstance(data, str) else Mark(*data)


def _encode_marks(marks: Marks) -> Json:
    return [_encode_mark(mark) for mark in marks]


def _decode_marks(data: Json) -> Marks:
    return tuple([_decode_mark(mark) for mark in data])


def _encode_nodes(nodes: Tuple[Any, ...]) -> Json:
    return [_encode(node) for node in nodes]


def _decode_nodes(data: Json) -> Tuple[Any, ...]:
    return tuple([_decode(node) for node in data])


def _plain(value: Any) -> Any:
    return value


def _shape(cls: Type[Any]) -> Tuple[Tuple[str, Any, _Coder, _Coder], ...]:
    shape: List[Tuple[str, Any, _Coder, _Coder]] = []
    coders: Tuple[_Coder, _Coder]
    for item in fields(cls):
        if item.name == "marks":
            coders = (_encode_marks, _decode_marks)
        elif item.name in ("content", "items", "rows", "cells"):
            coders = (_encode_nodes, _decode_nodes)
        else:
            coders = (_plain, _plain)
        default = None if item.default is MISSING else item.default
        shape.append((item.name, default, coders[0], coders[1]))
    return tuple(shape)


_SHAPES = {cls: (tag, _shape(cls)) for tag, cls in _TAGS.items()}


def _encode(node: Any) -> Any:
    if type(node) is t.Text and not node.marks:
        return node.text
    tag, shape = _SHAPES[type(node)]
    row = [tag]
    last = 1
    for name, default, encode, _ in shape:
        value = getattr(node, name)
        row.append(encode(value))
        if value != default:
            last = len(row)
    del row[last:]
    return row


def _decode(data: Any) -> Any:
    if isinstance(data, str):
        return t.Text(data)
    cls = _TAGS.get(data[0])
    if cls is None:
        raise TreeFormatError(f"unknown tag {data[0]!r} in a stored document tree")
    shape = _SHAPES[cls][1]
    if len(data) - 1 > len(shape):
        raise TreeFormatError(f"too many fields in a stored {data[0]!r}")
    return cls(*[field[3](value) for value, field in zip(data[1:], shape)])
