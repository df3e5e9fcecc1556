"""A small tree of rich text that writes itself as wiki markup, as ADF and as HTML.

A block is a tuple: ``("paragraph", inlines)``, ``("heading", level, text)``, ``("code", language, text)``,
``("list", ordered, items)`` with items as lists of inlines, ``("table", header, rows)`` of plain cells,
``("quote", text)``, ``("panel", text)``, ``("image", file name, attachment id)``. An inline is a string or a tuple:
``("bold", text)``, ``("mono", text)``, ``("mention", login)``, ``("link", text, url)``.
"""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple, Union

Inline = Union[str, Tuple[str, ...]]
Block = Tuple[Any, ...]
Json = Dict[str, Any]


@dataclass(frozen=True)
class RichText:
    """A document; ``names`` maps logins to display names for mentions."""

    blocks: Tuple[Block, ...]
    names: Mapping[str, str]

    def wiki(self, mention: Mapping[str, str]) -> str:
        """Wiki markup; ``mention`` maps logins to what stands inside ``[~...]``."""
        return "\r\n\r\n".join(_wiki_block(block, mention) for block in self.blocks)

    def adf(self, mention: Mapping[str, str]) -> Json:
        """An Atlassian document; ``mention`` maps logins to account ids."""
        content = [_adf_block(block, mention, self.names) for block in self.blocks]
        return {"version": 1, "type": "doc", "content": content}

    def html(self, base: str) -> str:
        """HTML as the Jira at ``base`` renders it for ``renderedFields``."""
        return "\n".join(_html_block(block, self.names, base) for block in self.blocks)


def _wiki_block(block: Block, mention: Mapping[str, str]) -> str:
    kind = block[0]
    if kind == "paragraph":
        return _wiki_inlines(block[1], mention)
    if kind == "heading":
        return f"h{block[1]}. {block[2]}"
    if kind == "code":
        return f"{{code:{block[1]}}}\r\n{block[2]}\r\n{{code}}"
    if kind == "list":
        mark = "#" if block[1] else "*"
        return "\r\n".join(f"{mark} {_wiki_inlines(item, mention)}" for item in block[2])
    if kind == "table":
        lines = ["||" + "||".join(block[1]) + "||"]
        lines.extend("|" + "|".join(row) + "|" for row in block[2])
        return "\r\n".join(lines)
    if kind == "quote":
        return f"{{quote}}{block[1]}{{quote}}"
    if kind == "panel":
        return f"{{panel:title=Note}}\r\n{block[1]}\r\n{{panel}}"
    return f"!{block[1]}|thumbnail!"


def _wiki_inlines(inlines: Sequence[Inline], mention: Mapping[str, str]) -> str:
    written = []
    for inline in inlines:
        if isinstance(inline, str):
            written.append(inline)
        elif inline[0] == "bold":
            written.append(f"*{inline[1]}*")
        elif inline[0] == "mono":
            written.append("{{" + inline[1] + "}}")
        elif inline[0] == "mention":
            written.append(f"[~{mention.get(inline[1], inline[1])}]")
        else:
            written.append(f"[{inline[1]}|{inline[2]}]")
    return "".join(written)


def _adf_block(block: Block, mention: Mapping[str, str], names: Mapping[str, str]) -> Json:
    kind = block[0]
    if kind == "paragraph":
        return _paragraph(block[1], mention, names)
    if kind == "heading":
        return {"type": "heading", "attrs": {"level": block[1]}, "content": [_text(block[2])]}
    if kind == "code":
        return {"type": "codeBlock", "attrs": {"language": block[1]}, "content": [_text(block[2])]}
    if kind == "list":
        items = [{"type": "listItem", "content": [_paragraph(item, mention, names)]} for item in block[2]]
        return {"type": "orderedList" if block[1] else "bulletList", "content": items}
    if kind == "table":
        rows = [_adf_row("tableHeader", block[1])] + [_adf_row("tableCell", row) for row in block[2]]
        attributes = {"isNumberColumnEnabled": False, "layout": "default"}
        return {"type": "table", "attrs": attributes, "content": rows}
    if kind == "quote":
        return {"type": "blockquote", "content": [_paragraph([block[1]], mention, names)]}
    if kind == "panel":
        content = [_paragraph([block[1]], mention, names)]
        return {"type": "panel", "attrs": {"panelType": "note"}, "content": content}
    media = {"type": "file", "id": media_id(block[1]), "collection": "", "alt": block[1], "width": 640, "height": 400}
    return {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": media}]}


def media_id(name: str) -> str:
    """A media id: a UUID that has nothing to do with the attachment's id."""
    digest = hashlib.sha256(b"media:" + name.encode("utf-8")).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def _paragraph(inlines: Sequence[Inline], mention: Mapping[str, str], names: Mapping[str, str]) -> Json:
    content: List[Json] = []
    for inline in inlines:
        if isinstance(inline, str):
            for number, line in enumerate(inline.replace("\r\n", "\n").split("\n")):
                if number:
                    content.append({"type": "hardBreak"})
                if line:
                    content.append(_text(line))
        elif inline[0] == "bold":
            content.append({**_text(inline[1]), "marks": [{"type": "strong"}]})
        elif inline[0] == "mono":
            content.append({**_text(inline[1]), "marks": [{"type": "code"}]})
        elif inline[0] == "mention":
            shown = "@" + names.get(inline[1], inline[1])
            attributes = {"id": mention.get(inline[1], inline[1]), "text": shown, "accessLevel": ""}
            content.append({"type": "mention", "attrs": attributes})
        else:
            content.append({**_text(inline[1]), "marks": [{"type": "link", "attrs": {"href": inline[2]}}]})
    return {"type": "paragraph", "content": content}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _adf_row(kind: str, cells: Sequence[str]) -> Json:
    content = [
        {"type": kind, "attrs": {}, "content": [{"type": "paragraph", "content": [_text(cell)]}]} for cell in cells
    ]
    return {"type": "tableRow", "content": content}


def _html_block(block: Block, names: Mapping[str, str], base: str) -> str:
    kind = block[0]
    if kind == "paragraph":
        return f"<p>{_html_inlines(block[1], names)}</p>"
    if kind == "heading":
        return f"<h{block[1]}>{html.escape(block[2])}</h{block[1]}>"
    if kind == "code":
        return f'<div class="code panel"><pre class="code-{block[1]}">{html.escape(block[2])}</pre></div>'
    if kind == "list":
        tag = "ol" if block[1] else "ul"
        return f"<{tag}>" + "".join(f"<li>{_html_inlines(item, names)}</li>" for item in block[2]) + f"</{tag}>"
    if kind == "table":
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in block[1])
        rows = ("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in block[2])
        return f"<table><tr>{head}</tr>{''.join(rows)}</table>"
    if kind == "image":
        source = f"{base}/rest/api/3/attachment/content/{block[2]}"
        return f'<p><img src="{source}" alt="{html.escape(block[1])}" /></p>'
    return f"<blockquote>{html.escape(block[1])}</blockquote>"


def _html_inlines(inlines: Sequence[Inline], names: Mapping[str, str]) -> str:
    written = []
    for inline in inlines:
        if isinstance(inline, str):
            written.append(html.escape(inline).replace("\r\n", "<br/>\n"))
        elif inline[0] == "bold":
            written.append(f"<b>{html.escape(inline[1])}</b>")
        elif inline[0] == "mono":
            written.append(f"<tt>{html.escape(inline[1])}</tt>")
        elif inline[0] == "mention":
            written.append(f'<a class="user-hover">{html.escape(names.get(inline[1], inline[1]))}</a>')
        else:
            written.append(f'<a href="{html.escape(inline[2])}">{html.escape(inline[1])}</a>')
    return "".join(written)
