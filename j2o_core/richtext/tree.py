"""The document tree that every reader produces and every writer consumes.

A document is blocks; a block holds blocks or inlines. Inlines are flat: bold, colour or a link are
marks on each inline instead of nested containers, so equal trees have one form only and marks that
cross in the source cannot crash a reader. All nodes are immutable plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Tuple, Union

from j2o_core.richtext.marks import Marks


@dataclass(frozen=True)
class Text:
    """A run of text on one line, with its marks, outermost first."""

    text: str
    marks: Marks = ()


@dataclass(frozen=True)
class HardBreak:
    """A line break that the author wants to see."""


@dataclass(frozen=True)
class Mention:
    """A person, named by one alias (``account_id``, ``user_key`` or ``name``) as the source gives it."""

    alias_kind: str
    alias_value: str
    label: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class IssueKey:
    """A reference to an issue by its human key; ``label`` is the text shown before it, where there is one."""

    key: str
    label: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class AttachmentLink:
    """A link to an attached file by its name."""

    name: str
    label: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class Image:
    """A picture: an attachment by ``name`` or, where ``url`` is set, one from the web. Sizes are pixels, 0 unknown.

    ``media_id`` is the id by which the source knows the file where no name is given.
    """

    name: str = ""
    url: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    media_id: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class Emoji:
    """An emoji: ``text`` is the character (or the short name where there is none)."""

    text: str
    short_name: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class Date:
    """A day, ISO 8601 (``2024-02-29``)."""

    day: str
    marks: Marks = ()


@dataclass(frozen=True)
class Status:
    """A status lozenge: a coloured word in the text, no workflow status."""

    text: str
    colour: str = ""
    marks: Marks = ()


@dataclass(frozen=True)
class Anchor:
    """An invisible place that links (``#name``) lead to."""

    name: str


@dataclass(frozen=True)
class UnknownInline:
    """An inline that no reader understands: its kind and its visible text."""

    kind: str
    text: str = ""
    marks: Marks = ()


Inline = Union[Text, HardBreak, Mention, IssueKey, AttachmentLink, Image, Emoji, Date, Status, Anchor, UnknownInline]
Inlines = Tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """Inlines that flow as one paragraph."""

    content: Inlines = ()


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    content: Inlines = ()


@dataclass(frozen=True)
class ListItem:
    """One item of a bullet or ordered list."""

    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class BulletList:
    """An unordered list."""

    items: Tuple[ListItem, ...] = ()


@dataclass(frozen=True)
class OrderedList:
    """A numbered list that counts from ``start``."""

    items: Tuple[ListItem, ...] = ()
    start: int = 1


@dataclass(frozen=True)
class TaskItem:
    """One task, done or not."""

    done: bool
    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class TaskList:
    """A list of tasks; a nested task list stands in the content of the item before it."""

    items: Tuple[TaskItem, ...] = ()


@dataclass(frozen=True)
class DecisionItem:
    """One decision; ``decided`` is false for one still open."""

    decided: bool
    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class DecisionList:
    """A list of decisions."""

    items: Tuple[DecisionItem, ...] = ()


@dataclass(frozen=True)
class Quote:
    """A block quotation."""

    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class CodeBlock:
    """Preformatted text, untouched; ``language`` may be empty."""

    text: str
    language: str = ""
    title: str = ""


@dataclass(frozen=True)
class Rule:
    """A horizontal rule."""


@dataclass(frozen=True)
class TableCell:
    """A table cell; ``background`` is a colour or empty."""

    content: Tuple[Block, ...] = ()
    header: bool = False
    colspan: int = 1
    rowspan: int = 1
    background: str = ""


@dataclass(frozen=True)
class TableRow:
    """A table row; rows may differ in length."""

    cells: Tuple[TableCell, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; a header row is one whose cells are all header cells."""

    rows: Tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A box set off from the text: ``kind`` is info, note, tip, warning, error, success or custom."""

    kind: str = "info"
    title: str = ""
    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class Expand:
    """A part that the reader may fold."""

    title: str = ""
    content: Tuple[Block, ...] = ()


@dataclass(frozen=True)
class UnknownBlock:
    """A block that no reader understands: its kind, its visible text and whatever it contained."""

    kind: str
    text: str = ""
    content: Tuple[Block, ...] = ()


Block = Union[
    Paragraph, Heading, BulletList, OrderedList, TaskList, DecisionList, Quote, CodeBlock, Rule, Table,
    Panel, Expand, UnknownBlock,
]  # fmt: skip
Blocks = Tuple[Block, ...]
Item = Union[ListItem, TaskItem, DecisionItem]
Node = Union[Block, Inline, Item, TableRow, TableCell]


@dataclass(frozen=True)
class Document:
    """The root of a tree."""

    content: Blocks = field(default=())
