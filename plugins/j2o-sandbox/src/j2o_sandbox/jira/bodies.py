"""Rich text in the form that an edition and API version ask for."""

from __future__ import annotations

import html
import re
from typing import Any, List, Mapping

from j2o_sandbox.jira.model import Json

_MENTION = re.compile(r"\[~([^\]\s]+)\]")
_PIECES = re.compile(r"\[~[^\]\s]+\]|[^\[]+|\[")
_MARKS = {"strong": "*", "em": "_", "strike": "-", "underline": "+"}


def wiki_body(value: Any, mention: Mapping[str, str]) -> Any:
    """Any body as wiki markup; ``mention`` maps logins to what stands in ``[~...]`` here."""
    if value is None:
        return None
    if isinstance(value, str):
        return _MENTION.sub(lambda found: f"[~{mention.get(found[1], found[1])}]", value)
    if isinstance(value, dict):
        return wiki_from_adf(value, mention)
    return value.wiki(mention)


def adf_body(value: Any, mention: Mapping[str, str]) -> Any:
    """Any body as an Atlassian document; ``mention`` maps logins to account ids."""
    if value is None:
        return None
    if isinstance(value, str):
        return adf_from_wiki(value, mention)
    if isinstance(value, dict):
        return _with_accounts(value, mention)
    return value.adf(mention)


def html_body(value: Any, base: str) -> str:
    """Any body as HTML for ``renderedFields``; markup of published data is shown as it was typed."""
    if value is None:
        return ""
    if isinstance(value, (str, dict)):
        text = value if isinstance(value, str) else wiki_from_adf(value, {})
        paragraphs = re.split(r"(?:\r?\n){2,}", text)
        return "\n".join("<p>" + html.escape(part).replace("\n", "<br/>\n") + "</p>" for part in paragraphs)
    rendered: str = value.html(base)
    return rendered


def adf_from_wiki(text: str, mention: Mapping[str, str]) -> Json:
    """Wiki markup as a document of plain paragraphs, mentions resolved; other markup stays as typed text."""
    content: List[Json] = []
    for part in re.split(r"(?:\r?\n){2,}", text):
        paragraph: List[Json] = []
        for number, line in enumerate(part.replace("\r\n", "\n").split("\n")):
            if number:
                paragraph.append({"type": "hardBreak"})
            paragraph.extend(_inline_nodes(line, mention))
        content.append({"type": "paragraph", "content": paragraph})
    return {"version": 1, "type": "doc", "content": content}


def _inline_nodes(line: str, mention: Mapping[str, str]) -> List[Json]:
    nodes: List[Json] = []
    for piece in _PIECES.findall(line):
        found = _MENTION.fullmatch(piece)
        if found and found[1] in mention:
            attributes = {"id": mention[found[1]], "text": f"@{found[1]}", "accessLevel": ""}
            nodes.append({"type": "mention", "attrs": attributes})
        elif nodes and nodes[-1]["type"] == "text":
            nodes[-1]["text"] += piece
        else:
            nodes.append({"type": "text", "text": piece})
    return nodes


def _with_accounts(node: Json, mention: Mapping[str, str]) -> Json:
    """The same document with logins in mentions replaced by account ids."""
    if node.get("type") == "mention":
        attributes = dict(node.get("attrs") or {})
        attributes["id"] = mention.get(attributes.get("id", ""), attributes.get("id"))
        return {**node, "attrs": attributes}
    children = node.get("content")
    if isinstance(children, list):
        return {**node, "content": [_with_accounts(child, mention) for child in children]}
    return node


def wiki_from_adf(node: Json, mention: Mapping[str, str]) -> str:
    """An Atlassian document as wiki markup: blocks, lists, tables, code, links and mentions."""
    return "\r\n\r\n".join(_block(child, mention) for child in node.get("content") or ())


def _block(node: Json, mention: Mapping[str, str]) -> str:
    kind = node.get("type")
    children = node.get("content") or []
    if kind == "heading":
        return f"h{node['attrs']['level']}. {_inline(children, mention)}"
    if kind == "codeBlock":
        language = (node.get("attrs") or {}).get("language")
        return "{code" + (f":{language}" if language else "") + "}\r\n" + _inline(children, mention) + "\r\n{code}"
    if kind in ("bulletList", "orderedList"):
        return _items(node, "", mention)
    if kind == "table":
        return "\r\n".join(_table_row(row, mention) for row in children)
    if kind == "blockquote":
        return "{quote}" + wiki_from_adf(node, mention) + "{quote}"
    if kind == "panel":
        return "{panel}\r\n" + wiki_from_adf(node, mention) + "\r\n{panel}"
    if kind == "rule":
        return "----"
    if kind in ("mediaSingle", "mediaGroup"):
        return "\r\n".join(_block(child, mention) for child in children)
    if kind == "media":
        attributes = node.get("attrs") or {}
        return f"!{attributes.get('alt') or attributes.get('url') or attributes.get('id')}|thumbnail!"
    if any(child.get("type") == "paragraph" for child in children):
        return wiki_from_adf(node, mention)
    return _inline(children, mention) if children else _leaf(node, mention)


def _items(node: Json, prefix: str, mention: Mapping[str, str]) -> str:
    mark = prefix + ("#" if node["type"] == "orderedList" else "*")
    lines: List[str] = []
    for item in node.get("content") or ():
        text: List[str] = []
        for child in item.get("content") or ():
            if child.get("type") in ("bulletList", "orderedList"):
                lines.append(f"{mark} " + " ".join(text)) if text else None
                text = []
                lines.append(_items(child, mark, mention))
            else:
                text.append(_block(child, mention))
        if text:
            lines.append(f"{mark} " + "\r\n".join(text))
    return "\r\n".join(lines)


def _table_row(row: Json, mention: Mapping[str, str]) -> str:
    written = ""
    for cell in row.get("content") or ():
        bar = "||" if cell.get("type") == "tableHeader" else "|"
        written += bar + (wiki_from_adf(cell, mention).replace("\r\n\r\n", "\r\n") or " ")
    return written + ("||" if written.startswith("||") else "|")


def _inline(nodes: List[Json], mention: Mapping[str, str]) -> str:
    return "".join(_leaf(node, mention) for node in nodes)


def _leaf(node: Json, mention: Mapping[str, str]) -> str:
    kind, attributes = node.get("type"), node.get("attrs") or {}
    if kind == "text":
        return _marked(node)
    if kind == "hardBreak":
        return "\r\n"
    if kind == "mention":
        return f"[~{mention.get(attributes.get('id', ''), attributes.get('id'))}]"
    if kind in ("inlineCard", "blockCard", "embedCard"):
        return f"[{attributes.get('url')}]"
    if kind in ("media", "mediaInline"):
        return f"!{attributes.get('alt') or attributes.get('url') or attributes.get('id')}!"
    if node.get("content"):
        return _block(node, mention)
    return str(attributes.get("text") or attributes.get("shortName") or "")


def _marked(node: Json) -> str:
    text = str(node.get("text", ""))
    for mark in node.get("marks") or ():
        kind, attributes = mark.get("type"), mark.get("attrs") or {}
        if kind == "code":
            text = "{{" + text + "}}"
        elif kind == "link":
            text = f"[{text}|{attributes.get('href')}]" if text != attributes.get("href") else f"[{text}]"
        elif kind == "textColor":
            text = f"{{color:{attributes.get('color')}}}{text}{{color}}"
        elif kind == "subsup":
            text = f"~{text}~" if attributes.get("type") == "sub" else f"^{text}^"
        elif kind in _MARKS:
            text = f"{_MARKS[kind]}{text}{_MARKS[kind]}"
    return text
