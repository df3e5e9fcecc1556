"""Inlines as HTML, for tables that Markdown cannot hold."""

from __future__ import annotations

import html
from typing import List, Sequence

from j2o_core.api import richtext as rt

from .escaping import html_text
from .inlines import InlineWriter, link_is_safe, mark_style

_TAGS = {
    rt.STRONG_KIND: "strong",
    rt.EM_KIND: "em",
    rt.CITE_KIND: "em",
    rt.STRIKE_KIND: "del",
    rt.UNDERLINE_KIND: "ins",
    rt.SUB_KIND: "sub",
    rt.SUP_KIND: "sup",
    rt.CODE_KIND: "code",
}


class HtmlInlines:
    """Writes inlines with the references and warnings of the Markdown writer beside it."""

    def __init__(self, inlines: InlineWriter) -> None:
        self._references = inlines.references
        self._is_whole = False

    def write(self, content: Sequence[rt.Inline], line_break: str) -> str:
        """Inlines as HTML on one line."""
        out: List[str] = []
        self._is_whole = len(content) == 1
        for inline in self._references.settled(tuple(content)):
            text = line_break if isinstance(inline, rt.HardBreak) else self._plain(inline)
            marks: rt.Marks = getattr(inline, "marks", ())
            for mark in reversed(marks):
                text = _wrapped(text, mark)
            out.append(text)
        return "".join(out)

    def _plain(self, inline: rt.Inline) -> str:
        if isinstance(inline, rt.Text):
            return self._text(inline.text) if rt.CODE not in inline.marks else html.escape(inline.text, quote=False)
        if isinstance(inline, rt.Mention):
            found = self._references.mention(inline)
            if found is None:
                return self._text(rt.inline_text(inline))
            label = html.escape("@" + found[1])
            return (
                f'<mention class="mention" data-id="{found[0]}" data-type="user" data-text="{label}">{label}</mention>'
            )
        if isinstance(inline, rt.IssueKey):
            address = self._references.issue(inline)
            shown = self._text(rt.inline_text(inline))
            return f'<a href="{html.escape(address)}">{shown}</a>' if address is not None else shown
        if isinstance(inline, rt.AttachmentLink):
            href = self._references.attachment(inline)
            label = self._text(inline.label or inline.name)
            return f'<a href="{html.escape(href)}">{label}</a>' if href is not None else label
        if isinstance(inline, rt.Image):
            address = html.escape(inline.url or self._references.image(inline))
            size = f' width="{inline.width}"' if inline.width else ""
            size += f' height="{inline.height}"' if inline.height else ""
            return f'<img src="{address}" alt="{html.escape(inline.alt or inline.name)}"{size}>'
        if isinstance(inline, rt.Status):
            return f"<strong>{self._text(inline.text)}</strong>"
        if isinstance(inline, rt.Anchor):
            return f'<a name="{html.escape(inline.name)}"></a>'
        return self._text(rt.inline_text(inline))

    def _text(self, text: str) -> str:
        return html_text(text, self._is_whole)


def _wrapped(text: str, mark: rt.Mark) -> str:
    tag = _TAGS.get(mark.kind)
    if tag:
        return f"<{tag}>{text}</{tag}>"
    if mark.kind == rt.LINK_KIND:
        if link_is_safe(mark.value):
            tip = f' title="{html.escape(mark.tip)}"' if mark.tip else ""
            return f'<a href="{html.escape(mark.value)}"{tip}>{text}</a>'
        tip = f", {html_text(mark.tip, False)}" if mark.tip else ""
        return f"{text} (<code>{html.escape(mark.value, quote=False)}</code>{tip})"
    style = mark_style(mark)
    return f'<span style="{style}">{text}</span>' if style else text
