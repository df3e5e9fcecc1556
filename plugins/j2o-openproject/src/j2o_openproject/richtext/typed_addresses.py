"""Addresses that stand in plain text: OpenProject makes links of them, which what keeps a text from coming alive would
lead elsewhere."""

from __future__ import annotations

import re
from typing import List

from j2o_core.api import richtext as rt

from .escaping import escape
from .live import live_places

_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9+.\-])https?://[^\s<>\"'`|\\^{}\[\]]*[^\s<>\"'`|\\^{}\[\]().,;:!?*_~]",
)
_FIXED = frozenset({rt.CODE_KIND, rt.LINK_KIND})


def with_typed_addresses(content: rt.Inlines) -> rt.Inlines:
    """Inlines in which addresses are links whose text could not be written as it is; the same object without such."""
    out: List[rt.Inline] = []
    found = False
    for inline in content:
        if type(inline) is not rt.Text or "://" not in inline.text or any(mark.kind in _FIXED for mark in inline.marks):
            out.append(inline)
            continue
        text, end = inline.text, 0
        places = live_places(text, False)
        for match in _ADDRESS.finditer(text):
            address = match.group()
            if escape(address) == address and not any(match.start() <= at < match.end() for at, _ in places):
                continue
            found = True
            if match.start() > end:
                out.append(rt.Text(text[end : match.start()], inline.marks))
            out.append(rt.Text(address, (*inline.marks, rt.Mark(rt.LINK_KIND, address))))
            end = match.end()
        if end < len(text):
            out.append(rt.Text(text[end:], inline.marks) if end else inline)
    return tuple(out) if found else content
