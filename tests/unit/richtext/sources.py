"""Documents as somebody wrote them: the same content as wiki markup, as ADF, and as the text that a reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, List, Tuple

from hypothesis import strategies as st

Json = Dict[str, Any]


@dataclass(frozen=True)
class Source:
    """One document, or a part of one. ``kinds`` are the blocks that its Markdown must have when parsed."""

    wiki: str
    adf: Tuple[Json, ...]
    text: str
    kinds: FrozenSet[str] = frozenset()


#: words that are no markup in either dialect, and what Markdown or OpenProject would take for something
WORDS = st.sampled_from(
    """word Ünïcode 漢字 ראש 🙂 #12 r34 version:1.0 user:joe 1. 2) > # a*b 2*3 snake_case C:/temp `tick` <b> &amp; &
    < x<y a.b.c 50% $x$ =1 ~x ACME-12 1.0 = == ``` <!-- --> <script> &#35;12 !x x! x? \\n a\\b""".split()  # noqa: SIM905
)
MARKS = [("*", "strong", None), ("_", "em", None), ("-", "strike", None), ("+", "underline", None)]


@st.composite
def inline(draw: Any) -> Source:
    words = " ".join(draw(st.lists(WORDS, min_size=1, max_size=4)))
    form = draw(st.integers(0, 7))
    if form < len(MARKS):
        sign, mark, _ = MARKS[form]
        plain = draw(st.sampled_from(["strong words", "Ünï", "x", "a b c", "word 12"]))
        return Source(f"{sign}{plain}{sign}", ({"type": "text", "text": plain, "marks": [{"type": mark}]},), plain)
    if form == 4:
        code = draw(st.sampled_from(["x = 1", "#12 r34", "a_b*c", "<b>&amp;", "version:1.0", "`"]))
        return Source("{{" + code + "}}", ({"type": "text", "text": code, "marks": [{"type": "code"}]},), code)
    if form == 5:
        label, href = draw(st.sampled_from(["the page", "x", "12"])), "https://x.example/a?b=1&c=2#d"
        marks = [{"type": "link", "attrs": {"href": href}}]
        return Source(f"[{label}|{href}]", ({"type": "text", "text": label, "marks": marks},), label)
    return Source(words, ({"type": "text", "text": words},), words)


def _joined(parts: List[Source], between: str = " ") -> Source:
    nodes: List[Json] = []
    for place, part in enumerate(parts):
        if place:
            nodes.append({"type": "text", "text": between})
        nodes.extend(part.adf)
    return Source(between.join(part.wiki for part in parts), tuple(nodes), between.join(part.text for part in parts))


LINE = st.lists(inline(), min_size=1, max_size=4).map(_joined)


def _block(kind: str, wiki: str, content: Any, text: str, kinds: FrozenSet[str], **attrs: Any) -> Source:
    node: Json = {"type": kind, "content": list(content)}
    if attrs:
        node["attrs"] = attrs
    return Source(wiki, (node,), text, kinds)


def _paragraph(lines: List[Source]) -> Source:
    content: List[Json] = []
    for line in lines:
        content.extend([{"type": "hardBreak"}] if content else [])
        content.extend(line.adf)
    # A letter first: else the words decide what kind of line it is.
    wiki, text = "\n".join("w " + line.wiki for line in lines), "\n".join("w " + line.text for line in lines)
    first: Json = {"type": "text", "text": "w "}
    nodes: List[Json] = [first]
    for node in content:
        nodes.append(node)
        if node["type"] == "hardBreak":
            nodes.append(first)
    return _block("paragraph", wiki, nodes, text, frozenset())


def _heading(line: Source, level: int) -> Source:
    return _block("heading", f"h{level}. {line.wiki}", line.adf, line.text, frozenset({f"heading{level}"}), level=level)


def _list(items: List[Source], ordered: bool) -> Source:
    kind, sign = ("orderedList", "#") if ordered else ("bulletList", "*")
    content = [{"type": "listItem", "content": [{"type": "paragraph", "content": list(item.adf)}]} for item in items]
    wiki = "\n".join(f"{sign} {item.wiki}" for item in items)
    return _block(kind, wiki, content, "\n".join(item.text for item in items), frozenset({kind, "listItem"}))


def _table(cells: List[str], width: int) -> Source:
    rows = [cells[at : at + width] for at in range(0, len(cells) - len(cells) % width, width)]
    wiki = ["||" + "||".join(rows[0]) + "||", *("|" + "|".join(row) + "|" for row in rows[1:])]
    content = [
        {
            "type": "tableRow",
            "content": [
                {
                    "type": "tableCell" if number else "tableHeader",
                    "content": [{"type": "paragraph", "content": [{"type": "text", "text": cell}]}],
                }
                for cell in row
            ],
        }
        for number, row in enumerate(rows)
    ]
    text = "\n".join(" ".join(row) for row in rows)
    return _block("table", "\n".join(wiki), content, text, frozenset({"table", "tableRow", "tableHeader"}))


def _code(text: str) -> Source:
    wiki = f"{{code:python}}\n{text}\n{{code}}"
    content = [{"type": "text", "text": text}]
    return _block("codeBlock", wiki, content, text, frozenset({"codeBlock"}), language="python")


def _quote(inner: Source) -> Source:
    return _block(
        "blockquote", f"{{quote}}\n{inner.wiki}\n{{quote}}", inner.adf, inner.text, inner.kinds | {"blockquote"}
    )


CELLS = st.lists(
    st.sampled_from(["a", "b c", "1.0", "r34", "#12", "x<y", "snake_case", "漢字"]), min_size=4, max_size=9
)
PARAGRAPH = st.lists(LINE, min_size=1, max_size=3).map(_paragraph)
BLOCK = st.one_of(
    PARAGRAPH,
    PARAGRAPH,
    st.builds(_heading, LINE, st.integers(1, 6)),
    st.builds(_list, st.lists(LINE, min_size=1, max_size=3), st.booleans()),
    st.builds(_table, CELLS, st.integers(1, 3)),
    st.sampled_from(["x = 1\n  y[0] = '#12'", "a\n\n\nb", "```\nfence\n````", "<b>*r34*</b>", "    deep"]).map(_code),
    PARAGRAPH.map(_quote),
)


def _document(blocks: List[Source]) -> Source:
    nodes: List[Json] = [node for block in blocks for node in block.adf]
    document: Json = {"type": "doc", "version": 1, "content": nodes}
    kinds = frozenset(kind for block in blocks for kind in block.kinds)
    wiki, text = "\n\n".join(block.wiki for block in blocks), "\n".join(block.text for block in blocks)
    return Source(wiki, document, text, kinds)  # type: ignore[arg-type]


#: whole documents; here ``adf`` is the document itself
SOURCES = st.lists(BLOCK, min_size=1, max_size=5).map(_document)
