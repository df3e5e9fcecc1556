"""Reads the remote links of an issue into the document tree."""

from __future__ import annotations

from typing import Any, Mapping

from j2o_core.api import richtext as tree


def read_remote_links(value: Any) -> tuple[tree.Document, list[str]]:
    """A list of links: what is linked, as what, in which system, and whether it is done there.

    ``value`` is ``fields.remotelinks`` of a record of ``jira.issues``. Titles and summaries are plain text.
    """
    links = [link for link in (value.get("links") or ()) if isinstance(link, dict)]
    if not links:
        return tree.Document(()), []
    return tree.Document((tree.BulletList(tuple(tree.ListItem((_line(link),)) for link in links)),)), []


def _line(link: Mapping[str, Any]) -> tree.Paragraph:
    thing = link.get("object") or {}
    url, title = _text(thing.get("url")), _text(thing.get("title"))
    application = _text((link.get("application") or {}).get("name"))
    done = "done" if (thing.get("status") or {}).get("resolved") else ""
    about = ", ".join(part for part in (_text(link.get("relationship")), application, done) if part)
    words: list[tree.Inline] = [tree.Text(title or url or "a link", (tree.Mark(tree.LINK_KIND, url),) if url else ())]
    if _text(thing.get("summary")):
        words.append(tree.Text(f": {_text(thing['summary'])}"))
    if about:
        words.append(tree.Text(f" ({about})"))
    return tree.Paragraph(tuple(words))


def _text(value: Any) -> str:
    """On one line."""
    return " ".join(str(value).split()) if value else ""
