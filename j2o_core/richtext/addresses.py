"""Links that lead into the source, led to the target instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, List, Optional

from j2o_core.richtext import tree as t
from j2o_core.richtext.marks import LINK_KIND


def with_addresses(content: t.Inlines, address: Callable[[str], Optional[str]]) -> t.Inlines:
    """Inlines with the targets of links and the sources of pictures replaced where ``address`` knows better.

    Their text stays as the author wrote it. The same object where nothing is replaced.
    """
    out: List[t.Inline] = []
    changed = False
    for inline in content:
        new = _led(inline, address)
        changed = changed or new is not inline
        out.append(new)
    return tuple(out) if changed else content


def _led(inline: t.Inline, address: Callable[[str], Optional[str]]) -> t.Inline:
    if isinstance(inline, t.Image) and inline.url:
        url = address(inline.url)
        if url is not None:
            inline = replace(inline, url=url, alt=inline.alt or inline.url)
    for place, mark in enumerate(getattr(inline, "marks", ())):
        if mark.kind == LINK_KIND:
            target = address(mark.value)
            if target is not None:
                marked: Any = inline
                marks = marked.marks
                there = replace(mark, value=target)
                led: t.Inline = replace(marked, marks=(*marks[:place], there, *marks[place + 1 :]))
                return led
    return inline
