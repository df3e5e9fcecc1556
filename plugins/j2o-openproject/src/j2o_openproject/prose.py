"""Markdown for what an effect carries: rich text, plain text, and the readable block of what had no field."""

from __future__ import annotations

import re
from typing import Any, Iterable, Sequence

from j2o_core.api import Note, RichText
from j2o_core.api import richtext as tree

from .richtext import write_markdown
from .texts import normal_text, one_line
from .times import readable_time

#: above this length a value gets lines of its own in the readable block
_LONG = 200
#: a time as Jira writes it
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:?\d\d")
#: what is escaped already, or a bracket
_BRACKET = re.compile(r"\\.|[\[\]]")


def markdown(value: Any, references: tree.Resolver) -> str:
    """A payload's text as Markdown: rich text is written, a string is Markdown already."""
    if isinstance(value, RichText):
        return normal_text(write_markdown(tree.from_json(value.tree), references)[0])
    return normal_text(value)


def plain(text: object) -> str:
    """A plain text as Markdown that shows just that text, on one line."""
    return written([tree.Paragraph((tree.Text(one_line(text)),))])


def link_label(text: object) -> str:
    """A plain text as Markdown for inside the brackets of a link: those in the text are escaped, each of them."""
    return _BRACKET.sub(lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", plain(text))


def note_line(notes: Sequence[Note], references: tree.Resolver) -> str:
    """Notes as one paragraph of Markdown, ``**label:** text`` each."""
    lines = []
    for note in notes:
        text = markdown(note.text, references) if isinstance(note.text, RichText) else plain(note.text)
        lines.append(f"**{plain(note.label)}:** {text}")
    return "  \n".join(lines)


def block(heading: str, notes: Sequence[Note], references: tree.Resolver) -> str:
    """Notes as a list under a heading, empty without notes."""
    if not notes:
        return ""
    items = [tree.ListItem(tuple(_item(note))) for note in notes]
    title = tree.Heading(4, (tree.Text(heading),))
    return written([title, tree.BulletList(tuple(items))], references)


def written(blocks: Iterable[Any], references: tree.Resolver = tree.NoResolver()) -> str:
    """Blocks of a document tree as Markdown."""
    return normal_text(write_markdown(tree.Document(tuple(blocks)), references)[0])


def joined(*parts: str) -> str:
    """Parts of a text with blank lines between them, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def _item(note: Note) -> list[Any]:
    label = tree.Text(f"{one_line(note.label)}:", (tree.STRONG,))
    if isinstance(note.text, RichText):
        return [tree.Paragraph((label,)), *tree.from_json(note.text.tree).content]
    text = normal_text(note.text)
    if _TIMESTAMP.fullmatch(text):
        text = readable_time(text)
    if "\n" not in text and len(text) <= _LONG:
        return [tree.Paragraph((label, tree.Text(f" {one_line(text)}")))]
    return [tree.Paragraph((label,)), _lines(text)]


def _lines(text: str) -> Any:
    content: list[Any] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append(tree.HardBreak())
        if line.strip():
            content.append(tree.Text(one_line(line)))
    return tree.Paragraph(tuple(content))
