"""Reads the change history of an issue into the document tree."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional

from j2o_core.api import richtext as tree

from ..people import person_label

#: a longer value, or one of several lines, gets a block of its own
_SHORT = 200


def read_history(value: Any) -> tuple[tree.Document, list[str]]:
    """A paragraph for each change (when, who) and a list of what was changed; values of several lines stay as they are.

    ``value`` is a record of ``jira.history``. Texts in it are Jira's markup, and are shown as such.
    """
    blocks: list[tree.Block] = []
    if value["total"] > len(value["changes"]):
        told = f"Changes {value['first']} to {value['last']} of {value['total']}"
        blocks.append(tree.Paragraph((tree.Text(told, (tree.EM,)),)))
    for change in value["changes"]:
        who = person_label(change["author"]) if change["author"] else "unknown"
        blocks.append(tree.Paragraph((tree.Text(f"{_moment(change['created'])}, {who}", (tree.STRONG,)),)))
        blocks.append(tree.BulletList(tuple(tree.ListItem(tuple(_item(item))) for item in change["items"])))
    return tree.Document(tuple(blocks)), []


def _moment(text: Optional[str]) -> str:
    if not text:
        return "at an unknown time"
    zone = text[19:].partition(".")[2].lstrip("0123456789") or text[19:]
    return f"{text[:10]} {text[11:19]} {'UTC' if zone in ('Z', '+00:00') else zone}".rstrip()


def _item(item: Mapping[str, Any]) -> Iterator[tree.Block]:
    name = str(item.get("field") or "a field")
    before, after = _said(item, "from"), _said(item, "to")
    if _is_short(before) and _is_short(after):
        yield tree.Paragraph((tree.Text(f"{name}:", (tree.EM,)), tree.Text(f" {before or '–'} → {after or '–'}")))
        return
    yield tree.Paragraph((tree.Text(f"{name}:", (tree.EM,)), tree.Text(" changed")))
    for label, text in (("before", before), ("after", after)):
        if _is_short(text):
            yield tree.Paragraph((tree.Text(f"{label}: {text or '–'}"),))
        else:
            yield tree.Paragraph((tree.Text(f"{label}:"),))
            yield tree.CodeBlock(text)


def _said(item: Mapping[str, Any], side: str) -> str:
    """In words; the bare identity where Jira has none."""
    words = item.get(f"{side}String")
    said = item.get(side) if words is None or words == "" else words
    return "" if said is None else str(said).strip("\r\n")


def _is_short(text: str) -> bool:
    return len(text) <= _SHORT and "\n" not in text and "\r" not in text
