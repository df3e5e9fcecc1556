"""Markdown for what an effect carries: rich text, plain text, and the readable block of what had no field."""

from __future__ import annotations

import re
from functools import lru_cache
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
#: what may be the key of an issue: only such text depends on what is known by then
_KEY_LIKE = re.compile(r"[^\W\d]\w*-\d")
#: what is escaped already, or a bracket
_BRACKET = re.compile(r"\\.|[\[\]]")


def markdown(value: Any, references: tree.Resolver) -> str:
    """A payload's text as Markdown: rich text is written, a string is Markdown already."""
    if isinstance(value, RichText):
        return normal_text(write_markdown(tree.from_json(value.tree), references)[0])
    return normal_text(value)


def plain(text: object) -> str:
    """A plain text as Markdown that shows just that text, on one line."""
    line = one_line(text)
    return _plain(line) if len(line) <= _LONG else written([tree.Paragraph((tree.Text(line),))])


def link_label(text: object) -> str:
    """A plain text as Markdown for inside the brackets of a link: those in the text are escaped, each of them."""
    line = one_line(text)
    shown = _within_a_link(line) if "://" in line else plain(line)
    return _BRACKET.sub(lambda found: found[0] if len(found[0]) > 1 else f"\\{found[0]}", shown)


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
    return f"{_title(heading)}\n\n" + "\n".join(_listed(note, references) for note in notes)


def written(blocks: Iterable[Any], references: tree.Resolver = tree.NoResolver()) -> str:
    """Blocks of a document tree as Markdown."""
    return normal_text(write_markdown(tree.Document(tuple(blocks)), references)[0])


def joined(*parts: str) -> str:
    """Parts of a text with blank lines between them, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return written([tree.Paragraph((tree.Text(text),))])


def _within_a_link(line: str) -> str:
    """A text as a link shows it, without making one of an address in it: no link holds another."""
    return written([tree.Paragraph((tree.Text(line, (tree.Mark(tree.LINK_KIND, "#"),)),))])[len("[") : -len("](#)")]


@lru_cache(maxsize=64)
def _title(heading: str) -> str:
    return written([tree.Heading(4, (tree.Text(heading),))])


def _listed(note: Note, references: tree.Resolver) -> str:
    """One item of the list. Most notes say what many others say: those are written once."""
    text = note.text
    if isinstance(text, RichText):
        return _bullet([tree.Paragraph((_label(note.label),)), *tree.from_json(text.tree).content], references)
    if not isinstance(text, str) or len(text) > _LONG or _KEY_LIKE.search(text) or _KEY_LIKE.search(note.label):
        return _bullet(_plain_item(note.label, text), references)
    if _TIMESTAMP.fullmatch(text):  # each another one, and nothing in it has to be escaped
        return f"{_labelled(note.label)} {readable_time(text)}"
    return _plainly_listed(note.label, text)


@lru_cache(maxsize=4096)
def _plainly_listed(label: str, text: str) -> str:
    return _bullet(_plain_item(label, text))


@lru_cache(maxsize=256)
def _labelled(label: str) -> str:
    return _bullet([tree.Paragraph((_label(label),))])


def _bullet(blocks: Iterable[Any], references: tree.Resolver = tree.NoResolver()) -> str:
    return written([tree.BulletList((tree.ListItem(tuple(blocks)),))], references)


def _label(label: str) -> Any:
    return tree.Text(f"{one_line(label)}:", (tree.STRONG,))


def _plain_item(label: str, text: object) -> list[Any]:
    text = normal_text(text)
    if _TIMESTAMP.fullmatch(text):
        text = readable_time(text)
    if "\n" not in text and len(text) <= _LONG:
        return [tree.Paragraph((_label(label), tree.Text(f" {one_line(text)}")))]
    return [tree.Paragraph((_label(label),)), _lines(text)]


def _lines(text: str) -> Any:
    content: list[Any] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append(tree.HardBreak())
        if line.strip():
            content.append(tree.Text(one_line(line)))
    return tree.Paragraph(tuple(content))
