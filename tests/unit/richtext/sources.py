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
    form = draw(st.integers(0, 9))
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
    if form in (6, 7):
        return draw(st.sampled_from(ODD))
    return Source(words, ({"type": "text", "text": words},), words)


def _marked(wiki: str, text: str, kind: str, **attrs: Any) -> Source:
    mark: Json = {"type": kind, **({"attrs": attrs} if attrs else {})}
    return Source(wiki, ({"type": "text", "text": text, "marks": [mark]},), text)


def _node(wiki: str, text: str, kind: str, /, **attrs: Any) -> Source:
    return Source(wiki, ({"type": kind, "attrs": attrs},), text)


def _plain(wiki: str, text: str) -> Source:
    return Source(wiki, ({"type": "text", "text": text},), text)


_ADDRESS = "https://x.example/a_b/c?d=1&e=%20#f"
#: what one of the dialects has a form of its own for
ODD = [
    _marked("{color:#ff0000}red words{color}", "red words", "textColor", color="#ff0000"),
    _marked("{color:red}a|b{color}", "a|b", "textColor", color="#ff0000"),
    Source("lo{~}w{~}", ({"type": "text", "text": "lo"}, {"type": "text", "text": "w", "marks": [
        {"type": "subsup", "attrs": {"type": "sub"}}]}), "low"),
    _marked("^high^", "high", "subsup", type="sup"),
    _plain("??said so??", "— said so"),
    Source("wo{*}r{*}d", ({"type": "text", "text": "wo"}, {"type": "text", "text": "r", "marks": [{"type": "strong"}]},
                          {"type": "text", "text": "d"}), "word"),
    Source("*a _b_*", ({"type": "text", "text": "a ", "marks": [{"type": "strong"}]},
                       {"type": "text", "text": "b", "marks": [{"type": "em"}, {"type": "strong"}]}), "a b"),
    Source(f"*[name|{_ADDRESS}]*", ({"type": "text", "text": "name", "marks": [
        {"type": "link", "attrs": {"href": _ADDRESS}}, {"type": "strong"}]},), "name"),
    Source(f"[{_ADDRESS}]", ({"type": "inlineCard", "attrs": {"url": _ADDRESS}},), _ADDRESS),
    Source(_ADDRESS, ({"type": "inlineCard", "attrs": {"data": {"url": _ADDRESS}}},), _ADDRESS),
    _node("[~joe]", "@joe", "mention", id="joe", text="@joe"),
    _node("2024-02-29", "2024-02-29", "date", timestamp="1709164800000"),
    _node("*IN DOUBT*", "IN DOUBT", "status", text="IN DOUBT", color="yellow"),
    _node("[^a_b (1).txt]", "a_b (1).txt", "mediaInline", id="m", type="file", __fileName="a_b (1).txt"),
    _node("🚀", "🚀", "emoji", shortName=":rocket:", text="🚀"),
    _node("words", "words", "inlineExtension", extensionKey="k", extensionType="t", text="words"),
    _plain(r"\*no\* \_mark\_ \[here\] \{nor\} \| \!here\!", "*no* _mark_ [here] {nor} | !here!"),
    _plain("a-b c_d e*f 2+2 x^2 p~q", "a-b c_d e*f 2+2 x^2 p~q"),
    _plain("one {anchor:there} two", "one  two"),
    _plain("C:\\temp\\new", "C:\\temp\\new"),
    _plain("{unknown} words {unknown:a=b|c}", "{unknown} words {unknown:a=b|c}"),
    _plain("a [b] c [] [d", "a [b] c [] [d"),
    _plain("mail me@x.example, please", "mail me@x.example, please"),
]  # fmt: skip


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


def _nested(items: List[Source], ordered: bool) -> Source:
    """A list in a list: the later items below the first."""
    kind, sign = ("orderedList", "#") if ordered else ("bulletList", "*")
    inner = [{"type": "listItem", "content": [{"type": "paragraph", "content": list(one.adf)}]} for one in items[1:]]
    content: List[Json] = [{"type": "paragraph", "content": list(items[0].adf)}]
    if inner:
        content.append({"type": "orderedList", "content": inner})
    wiki = "\n".join([f"{sign} {items[0].wiki}", *(f"{sign}# {one.wiki}" for one in items[1:])])
    text = "\n".join(one.text for one in items)
    return _block(kind, wiki, [{"type": "listItem", "content": content}], text, frozenset({kind}))


def _panel(inner: Source, title: str) -> Source:
    """A panel with a title; ADF has none, and says it in a paragraph."""
    head: List[Json] = [{"type": "paragraph", "content": [{"type": "text", "text": title}]}] if title else []
    wiki = f"{{panel:title={title}|borderStyle=dashed}}" if title else "{panel}"
    content = [*head, *inner.adf]
    wiki, text = f"{wiki}\n{inner.wiki}\n{{panel}}", f"{title}\n{inner.text}"
    return _block("panel", wiki, content, text, inner.kinds | {"blockquote"}, panelType="info")


def _expand(inner: Source, title: str) -> Source:
    wiki = f"{{expand:{title}}}\n{inner.wiki}\n{{expand}}"
    return _block("expand", wiki, inner.adf, f"{title}\n{inner.text}", inner.kinds, title=title)


def _tasks(items: List[Source], kind: str) -> Source:
    """Tasks or decisions, which wiki markup knows as points of a list."""
    item = {"taskList": "taskItem", "decisionList": "decisionItem"}[kind]
    states = {"taskItem": "DONE", "decisionItem": "DECIDED"}
    content = [{"type": item, "attrs": {"state": states[item]}, "content": list(one.adf)} for one in items]
    wiki, text = "\n".join(f"* {one.wiki}" for one in items), "\n".join(one.text for one in items)
    return _block(kind, wiki, content, text, frozenset({"bulletList"}))


def _columns(parts: List[Source]) -> Source:
    content = [{"type": "layoutColumn", "attrs": {"width": 50}, "content": list(part.adf)} for part in parts]
    kinds = frozenset(kind for part in parts for kind in part.kinds)
    wiki, text = "\n\n".join(part.wiki for part in parts), "\n".join(part.text for part in parts)
    return _block("layoutSection", wiki, content, text, kinds)


def _wide_table(cells: List[Source]) -> Source:
    """One row of cells with whatever stands in a line, below a row of heads."""
    names = [f"H{number}" for number in range(len(cells))]
    wiki = f"||{'||'.join(names)}||\n|{'|'.join(' ' + cell.wiki + ' ' for cell in cells)}|"

    def row(kind: str, contents: List[Any]) -> Json:
        inner = [{"type": kind, "content": [{"type": "paragraph", "content": list(one)}]} for one in contents]
        return {"type": "tableRow", "content": inner}

    rows = [row("tableHeader", [[{"type": "text", "text": name}] for name in names]),
            row("tableCell", [cell.adf for cell in cells])]  # fmt: skip
    text = " ".join(names) + "\n" + " ".join(cell.text for cell in cells)
    return _block("table", wiki, rows, text, frozenset({"table"}))


def _noformat(text: str) -> Source:
    content = [{"type": "text", "text": text}]
    return _block("codeBlock", f"{{noformat}}\n{text}\n{{noformat}}", content, text, frozenset({"codeBlock"}))


def _short_quote(line: Source) -> Source:
    paragraph = {"type": "paragraph", "content": list(line.adf)}
    return _block("blockquote", f"bq. {line.wiki}", [paragraph], line.text, frozenset({"blockquote"}))


RULE = Source("----", ({"type": "rule"},), "", frozenset({"rule"}))
TITLES = st.sampled_from(["Title", "#12 a_b", "x < y & z", "漢字", "1. one"])
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
    st.builds(_nested, st.lists(LINE, min_size=1, max_size=3), st.booleans()),
    st.builds(_tasks, st.lists(LINE, min_size=1, max_size=3), st.sampled_from(["taskList", "decisionList"])),
    st.lists(PARAGRAPH, min_size=2, max_size=3).map(_columns),
    st.lists(LINE.filter(lambda line: "|" not in line.text), min_size=1, max_size=3).map(_wide_table),
    st.sampled_from(["* no list", "{code}x{code}", "[a|b] *c*", "h1. no head", "|a|"]).map(_noformat),
    LINE.map(_short_quote),
    st.just(RULE),
)
INNER = st.lists(BLOCK, min_size=1, max_size=3)


def _within(blocks: List[Source]) -> Source:
    kinds = frozenset(kind for block in blocks for kind in block.kinds)
    wiki, text = "\n\n".join(block.wiki for block in blocks), "\n".join(block.text for block in blocks)
    return Source(wiki, tuple(node for block in blocks for node in block.adf), text, kinds)


CONTAINER = st.one_of(
    st.builds(_panel, INNER.map(_within), st.one_of(TITLES, st.just(""))),
    st.builds(_expand, INNER.map(_within), TITLES),
)


def _document(blocks: List[Source]) -> Source:
    nodes: List[Json] = [node for block in blocks for node in block.adf]
    document: Json = {"type": "doc", "version": 1, "content": nodes}
    kinds = frozenset(kind for block in blocks for kind in block.kinds)
    wiki, text = "\n\n".join(block.wiki for block in blocks), "\n".join(block.text for block in blocks)
    return Source(wiki, document, text, kinds)  # type: ignore[arg-type]


#: whole documents; here ``adf`` is the document itself
SOURCES = st.lists(st.one_of(BLOCK, BLOCK, BLOCK, CONTAINER), min_size=1, max_size=5).map(_document)


def everywhere(inline: Source) -> List[Source]:
    """Documents with it, before and behind a word, in each kind of block that has lines."""
    word = _plain("word", "word")
    line = _joined([inline, word, inline])
    paragraph = _paragraph([line])
    blocks = [paragraph, _heading(line, 2), _list([line, line], ordered=False), _nested([line, line], ordered=True)]
    blocks += [_tasks([line], "taskList"), _tasks([line], "decisionList"), _short_quote(line), _quote(paragraph)]
    blocks += [_panel(paragraph, "T"), _expand(paragraph, "T"), _columns([paragraph, paragraph])]
    if "|" not in line.text:
        blocks.append(_wide_table([line, line]))
    return [_document([block]) for block in blocks]
