"""Any tree at all, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from j2o_core import richtext as rt

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("ab1 *_~`[](){}<>&!#|\\+-=.:\"'/@^äß漢ע🙂—\u00a0\t")),
        st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co")),
    ),
    min_size=1,
    max_size=12,
)
WORDS = st.sampled_from(
    ["#12", "see #12.", "r34", "version:1.0", "- x", "1. x", "# h", "> q", "a_b_c", "**", "`` ` ``", "[x](y)", "|-|"]
)
_SIMPLE = [rt.STRONG, rt.EM, rt.STRIKE, rt.Mark(rt.UNDERLINE_KIND), rt.SUB, rt.SUP, rt.CITE]
_ORDER = [rt.LINK_KIND, rt.COLOUR_KIND, *[mark.kind for mark in _SIMPLE]]


@st.composite
def marks(draw: Any) -> rt.Marks:
    chosen = draw(st.lists(st.sampled_from(_SIMPLE), max_size=3, unique=True))
    if draw(st.integers(0, 4)) == 0:
        address = draw(st.sampled_from(["https://x.example/a_b?c=1&d=2", "/p (1)", "#top"]))
        chosen.append(rt.Mark(rt.LINK_KIND, address, draw(st.sampled_from(["", "", 'a "tip" | &amp; <b> \\']))))
    if draw(st.integers(0, 6)) == 0:
        chosen.append(rt.Mark(rt.COLOUR_KIND, "#ff0000"))
    if draw(st.integers(0, 8)) == 0:
        return (rt.CODE,)
    return tuple(sorted(chosen, key=lambda mark: _ORDER.index(mark.kind)))


TEXTS = st.builds(rt.Text, st.one_of(TEXT, TEXT, WORDS), marks())
INLINES = st.lists(
    st.one_of(
        TEXTS,
        TEXTS,
        TEXTS,
        st.builds(rt.HardBreak),
        st.builds(rt.Mention, st.just("name"), TEXT, TEXT),
        st.builds(rt.IssueKey, st.just("ACME-12")),
        st.builds(rt.AttachmentLink, TEXT),
        st.builds(rt.Emoji, st.sampled_from(["🙂", "⭐"])),
        st.builds(rt.Date, st.just("2024-02-29")),
        st.builds(rt.Status, TEXT),
        st.builds(rt.UnknownInline, st.just("x"), TEXT),
    ),
    min_size=1,
    max_size=6,
).map(tuple)
_PARAGRAPH = st.builds(rt.Paragraph, INLINES)
_CODE = st.text(alphabet="ab `~\n\t{}*<&", max_size=20)
_LEAVES = st.one_of(
    _PARAGRAPH,
    _PARAGRAPH,
    st.builds(rt.Heading, st.integers(1, 6), INLINES),
    st.builds(
        rt.CodeBlock, st.text(alphabet="ab `~\n\t{}*<&", max_size=20), st.sampled_from(["", "java", "c++"]), TEXT
    ),
    st.builds(rt.Rule),
)


def _containers(blocks: Any) -> Any:
    content = st.lists(blocks, min_size=1, max_size=3).map(tuple)
    items = st.lists(st.builds(rt.ListItem, content), min_size=1, max_size=3).map(tuple)
    tasks = st.lists(st.builds(rt.TaskItem, st.booleans(), content), min_size=1, max_size=2).map(tuple)
    decisions = st.lists(st.builds(rt.DecisionItem, st.booleans(), content), max_size=2).map(tuple)
    cells = st.lists(
        st.builds(rt.TableCell, content, st.booleans(), st.sampled_from([1, 1, 1, 2])), min_size=1, max_size=3
    ).map(tuple)
    return st.one_of(
        st.builds(rt.BulletList, items),
        st.builds(rt.OrderedList, items, st.integers(0, 12)),
        st.builds(rt.TaskList, tasks),
        st.builds(rt.DecisionList, decisions),
        st.builds(rt.Quote, content),
        st.builds(rt.Panel, st.sampled_from(["info", "warning"]), TEXT, content),
        st.builds(rt.Expand, TEXT, content),
        st.builds(rt.UnknownBlock, st.just("x"), TEXT, content),
        st.builds(rt.Table, st.lists(st.builds(rt.TableRow, cells), min_size=1, max_size=3).map(tuple)),
    )


DOCUMENTS = st.builds(rt.Document, st.lists(st.recursive(_LEAVES, _containers, max_leaves=8), max_size=4).map(tuple))
