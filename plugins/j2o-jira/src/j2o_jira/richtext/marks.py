"""Marks around inlines, in the one order that every reader keeps."""

from __future__ import annotations

from typing import List

from j2o_core.api import richtext as rt

_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            rt.LINK_KIND, rt.COLOUR_KIND, rt.BACKGROUND_KIND, rt.STRONG_KIND, rt.EM_KIND, rt.CITE_KIND, rt.STRIKE_KIND,
            rt.UNDERLINE_KIND, rt.SUP_KIND, rt.SUB_KIND, rt.CODE_KIND,
        )
    )
}  # fmt: skip


def in_order(marks: List[rt.Mark]) -> rt.Marks:
    """Marks without repetition of a kind, outermost first."""
    if len(marks) < 2:
        return tuple(marks)
    kinds = {mark.kind: mark for mark in reversed(marks)}
    return tuple(sorted(kinds.values(), key=lambda mark: _RANK[mark.kind]))


def add_marks(inline: rt.Inline, marks: rt.Marks) -> rt.Inline:
    """The inline with more marks around it; code takes no other mark than a link."""
    if not marks or isinstance(inline, (rt.HardBreak, rt.Anchor)):
        return inline
    own = inline.marks
    if rt.CODE in own:
        marks = tuple([mark for mark in marks if mark.kind == rt.LINK_KIND])
    return _with_marks(inline, in_order([*own, *marks]))


def _with_marks(inline: rt.Inline, marks: rt.Marks) -> rt.Inline:
    if isinstance(inline, rt.Text):
        return rt.Text(inline.text, marks)
    values = dict(inline.__dict__)
    values["marks"] = marks
    return type(inline)(**values)
