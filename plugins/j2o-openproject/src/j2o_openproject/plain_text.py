"""Rich text where the target takes plain text alone: all words, and the addresses behind links and pictures."""

from __future__ import annotations

from typing import Any

from j2o_core.api import RichText
from j2o_core.api import richtext as tree

from .texts import normal_text


def plain_text(value: Any) -> str:
    """A payload's text as a person reads it; addresses stand in round brackets behind what they are linked from."""
    if not isinstance(value, RichText):
        return normal_text(value)
    return normal_text(tree.visible_text(tree.map_content(tree.from_json(value.tree), _with_addresses)))


def _with_addresses(content: tree.Inlines) -> tree.Inlines:
    shown: list[Any] = []
    run = ""
    for number, inline in enumerate(content):
        shown.append(inline)
        address = _address(inline)
        run = run + tree.inline_text(inline) if address else ""
        following = _address(content[number + 1]) if number + 1 < len(content) else ""
        if address and address != following:
            told = ", ".join(part for part in ("" if address in run else address, _tip(inline)) if part)
            if told:
                shown.append(tree.Text(f" ({told})" if run.strip() else told))
            run = ""
    return tuple(shown) if len(shown) != len(content) else content


def _address(inline: tree.Inline) -> str:
    if isinstance(inline, tree.Image) and inline.url:
        return inline.url
    marks = getattr(inline, "marks", ())
    return next((mark.value for mark in marks if mark.kind == tree.LINK_KIND), "")


def _tip(inline: tree.Inline) -> str:
    return next((mark.tip for mark in getattr(inline, "marks", ()) if mark.kind == tree.LINK_KIND), "")
