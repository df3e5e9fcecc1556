"""Documents of the Atlassian Document Format: kinds of nodes in any nesting, each with the text that it shows."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from hypothesis import strategies as st

from tests.unit.richtext.trees import TEXT, WORDS

Json = Dict[str, Any]
#: a node, and what a reader sees of it
Shown = Tuple[Json, str]

_TEXT = st.one_of(TEXT, WORDS).filter(lambda text: bool(text.strip()))
_NAMES = st.sampled_from(["Ann Lee", "x_y", "#12", "漢字 *a*"])
_MARKS = st.lists(
    st.sampled_from(
        [
            {"type": "strong"},
            {"type": "em"},
            {"type": "strike"},
            {"type": "underline"},
            {"type": "code"},
            {"type": "subsup", "attrs": {"type": "sub"}},
            {"type": "textColor", "attrs": {"color": "#ff0000"}},
            {"type": "backgroundColor", "attrs": {"color": "#00ff00"}},
            {"type": "annotation", "attrs": {"id": "a", "annotationType": "inlineComment"}},
            {"type": "link", "attrs": {"href": "https://x.example/a_b?c=1&d=2"}},
            {"type": "link", "attrs": {"href": "https://y.example/ü (1)", "title": 'a "tip"'}},
        ]
    ),
    max_size=3,
    unique_by=lambda mark: str(mark["type"]),
)


def _inline(kind: str, shown: str, /, **attrs: Any) -> Shown:
    return {"type": kind, "attrs": attrs}, shown


_INLINE = st.one_of(
    *[st.builds(lambda text, marks: ({"type": "text", "text": text, "marks": marks}, text), _TEXT, _MARKS)] * 4,
    st.just(({"type": "hardBreak"}, "\n")),
    _NAMES.map(lambda name: _inline("mention", f"@{name}", id="i", text=f"@{name}")),
    st.just(_inline("emoji", "🙂", shortName=":slight_smile:", text="🙂")),
    st.just(_inline("date", "2024-02-29", timestamp="1709164800000")),
    _NAMES.map(lambda name: _inline("status", name, text=name, color="red")),
    _NAMES.map(lambda name: _inline("placeholder", name, text=name)),
    _NAMES.map(lambda name: _inline("inlineExtension", name, extensionKey="k", extensionType="t", text=name)),
    _NAMES.map(lambda name: _inline("inlineCard", name, data={"url": "https://x.example/1", "name": name})),
    st.just(_inline("inlineCard", "https://x.example/a_b", url="https://x.example/a_b")),
    _NAMES.map(lambda name: _inline("mediaInline", f"{name}.txt", id="m", type="file", __fileName=f"{name}.txt")),
)
_LINE = st.lists(_INLINE, min_size=1, max_size=4)


def _holding(kind: str, parts: List[Shown], *more: str, **attrs: Any) -> Shown:
    """A node with others in it; ``more`` stands before them."""
    node: Json = {"type": kind, "content": [part[0] for part in parts]}
    if attrs:
        node["attrs"] = attrs
    return node, "\n".join([*more, *(part[1] for part in parts)])


def _of_lines(kind: str, **attrs: Any) -> Any:
    return _LINE.map(lambda line: _holding(kind, line, **attrs))


_PARAGRAPH = _of_lines("paragraph")
_CODE = st.text(alphabet="ab `~\n{}*<&#12", min_size=1, max_size=20)
_LEAF = st.one_of(
    _PARAGRAPH,
    _PARAGRAPH,
    _of_lines("heading", level=2),
    _CODE.map(lambda text: ({"type": "codeBlock", "content": [{"type": "text", "text": text}]}, text)),
    st.just(({"type": "rule"}, "")),
    st.just(_inline("blockCard", "https://x.example/c", url="https://x.example/c")),
    _NAMES.map(lambda name: _inline("extension", name, extensionKey="k", extensionType="t", text=name)),
    st.lists(_of_lines("taskItem", state="DONE"), min_size=1, max_size=2).map(lambda all: _holding("taskList", all)),
    st.lists(_of_lines("decisionItem", state="DECIDED"), min_size=1, max_size=2).map(
        lambda all: _holding("decisionList", all)
    ),
)


def _containers(blocks: Any) -> Any:
    content = st.lists(blocks, min_size=1, max_size=3)

    def holding(kind: str, **attrs: Any) -> Any:
        return content.map(lambda parts: _holding(kind, parts, **attrs))

    def some(inner: Any, kind: str, **attrs: Any) -> Any:
        return st.lists(inner, min_size=1, max_size=3).map(lambda parts: _holding(kind, parts, **attrs))

    row = some(st.one_of(holding("tableCell"), holding("tableHeader"), holding("tableCell", colspan=2)), "tableRow")
    titled = st.builds(lambda parts, title: _holding("expand", parts, title, title=title), content, _NAMES)
    icon = {"panelType": "custom", "panelIcon": ":x:", "panelIconText": "🚀"}
    custom = content.map(lambda parts: _holding("panel", parts, "🚀", **icon))
    return st.one_of(
        holding("blockquote"),
        holding("panel", panelType="warning"),
        custom,
        titled,
        some(holding("listItem"), "bulletList"),
        some(holding("listItem"), "orderedList", order=3),
        some(holding("blockTaskItem", state="TODO"), "taskList"),
        some(row, "table"),
        some(holding("layoutColumn", width=50), "layoutSection"),
        holding("bodiedExtension", extensionKey="k", extensionType="t"),
        holding("bodiedSyncBlock", resourceId="r"),
    )


#: a whole document, and the text that it shows
ADF_DOCUMENTS = st.lists(st.recursive(_LEAF, _containers, max_leaves=6), min_size=1, max_size=3).map(
    lambda parts: _holding("doc", parts, "")
)
