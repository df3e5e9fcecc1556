"""Documents in the Atlassian Document Format as a document tree.

Every node and mark of the published schema is known here. What is not known is read for its text, with a
warning: a broken document never stops a migration.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Tuple, Union

from j2o_core.api import richtext as rt

from .adf_inlines import INLINE_KINDS, AdfInlines
from .adf_lists import AdfLists
from .adf_nodes import attributes_of, nodes_of, number_of, text_of
from .adf_tables import AdfTables
from .cleaning import clean

_MAX_DEPTH = 60
#: layouts of pictures that OpenProject has not: it sets them on lines of their own, from the left
_BESIDE = ("wrap-left", "wrap-right", "align-end")
#: the per cent of the page that a picture takes by itself
_WHOLE = 100


def read_adf(document: Union[Dict[str, Any], str, None]) -> Tuple[rt.Document, List[str]]:
    """Read an ADF document, an object or its JSON text: (tree, warnings). Never raises.

    Text that is no JSON object is taken for plain text, one paragraph a line.
    """
    warnings: List[str] = []
    if isinstance(document, str):
        document = _parse(document, warnings)
        if isinstance(document, rt.Document):
            return document, warnings
    if document is None:
        return rt.Document(), warnings
    if not isinstance(document, dict):
        warnings.append(f"no ADF document but a {type(document).__name__}: its text was kept")
        return _plain(str(document), warnings), warnings
    with rt.paused_collector():
        blocks = AdfReader(warnings).document(document)
    return rt.Document(blocks), list(dict.fromkeys(warnings))


def _parse(text: str, warnings: List[str]) -> Any:
    if not text.strip():
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    warnings.append("no ADF document: read as plain text")
    return _plain(text, warnings)


def _plain(text: str, warnings: List[str]) -> rt.Document:
    lines = clean(text, warnings).split("\n")
    return rt.Document(tuple([rt.Paragraph((rt.Text(line.strip()),)) for line in lines if line.strip()]))


class AdfReader:
    """Reads the blocks of one document; one method a node."""

    def __init__(self, warnings: List[str]) -> None:
        self._warnings = warnings
        self._inlines = AdfInlines(warnings)
        self._lists, self._tables = AdfLists(self._blocks, warnings), AdfTables(self._blocks, warnings)
        self._depth = 0

    def document(self, node: Dict[str, Any]) -> rt.Blocks:
        """The blocks of a ``doc`` node; any other node is read as if it stood alone in one."""
        if node.get("type") in (None, "doc"):
            return tuple(self._blocks(node.get("content")))
        return tuple(self._blocks([node]))

    def _blocks(self, nodes: Any) -> List[rt.Block]:
        """Blocks of a content list; inlines that stand where blocks belong become a paragraph."""
        out: List[rt.Block] = []
        loose: List[Dict[str, Any]] = []
        for node in nodes_of(nodes, self._warnings):
            kind = node.get("type")
            if isinstance(kind, str) and kind in INLINE_KINDS:
                loose.append(node)
                continue
            self._close(loose, out)
            out.extend(self._block(node))
        self._close(loose, out)
        return out

    def _close(self, loose: List[Dict[str, Any]], out: List[rt.Block]) -> None:
        if loose:
            out.append(rt.Paragraph(self._inlines.read(loose)))
            loose.clear()

    def _block(self, node: Dict[str, Any]) -> List[rt.Block]:
        if self._depth >= _MAX_DEPTH:
            return self._flattened(node)
        self._depth += 1
        try:
            kind = node.get("type")
            reader = _READERS.get(kind) if isinstance(kind, str) else None
            if node.get("marks"):
                self._layout_marks(node["marks"])
            return reader(self, node) if reader else self._unknown(node)
        finally:
            self._depth -= 1

    def _flattened(self, node: Dict[str, Any]) -> List[rt.Block]:
        """The text of a node nested deeper than any document of use; read without recursion."""
        self._warnings.append(f"blocks nested deeper than {_MAX_DEPTH} were flattened to text")
        lines: List[str] = []
        stack: List[Any] = [node]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                if isinstance(item.get("text"), str):
                    lines.append(item["text"])
                content = item.get("content")
                stack.extend(reversed(content) if isinstance(content, list) else [])
        text = clean(" ".join(lines), self._warnings).replace("\n", " ")
        return [rt.Paragraph((rt.Text(text),))] if text else []

    def _layout_marks(self, marks: Any) -> None:
        for mark in marks if isinstance(marks, list) else []:
            kind = mark.get("type") if isinstance(mark, dict) else None
            if kind in ("alignment", "indentation", "fontSize", "border"):
                self._warnings.append(f"{kind} has no form in the tree and was left out")

    def _unwrapped(self, node: Dict[str, Any]) -> List[rt.Block]:
        return self._blocks(node.get("content"))

    def _paragraph(self, node: Dict[str, Any]) -> List[rt.Block]:
        return [rt.Paragraph(self._inlines.read(nodes_of(node.get("content"), self._warnings)))]

    def _heading(self, node: Dict[str, Any]) -> List[rt.Block]:
        level = min(6, max(1, number_of(attributes_of(node).get("level"), 1)))
        return [rt.Heading(level, self._inlines.read(nodes_of(node.get("content"), self._warnings)))]

    def _quote(self, node: Dict[str, Any]) -> List[rt.Block]:
        return [rt.Quote(tuple(self._blocks(node.get("content"))))]

    def _code_block(self, node: Dict[str, Any]) -> List[rt.Block]:
        text = "".join([text_of(child) for child in nodes_of(node.get("content"), self._warnings)])
        language = attributes_of(node).get("language")
        return [rt.CodeBlock(clean(text, self._warnings), language if isinstance(language, str) else "")]

    def _rule(self, node: Dict[str, Any]) -> List[rt.Block]:
        return [rt.Rule()]

    def _panel(self, node: Dict[str, Any]) -> List[rt.Block]:
        kind = attributes_of(node).get("panelType")
        content = self._blocks(node.get("content"))
        if kind == "custom":
            self._customise(attributes_of(node), content)
        return [rt.Panel(kind if isinstance(kind, str) else "info", "", tuple(content))]

    def _customise(self, attributes: Dict[str, Any], content: List[rt.Block]) -> None:
        """Put the icon of a panel before its first words; other kinds have theirs by kind."""
        if attributes.get("panelColor"):
            self._warnings.append("the colour of a panel was left out")
        names = {"shortName": attributes.get("panelIcon"), "text": attributes.get("panelIconText")}
        icon = self._inlines.read([{"type": "emoji", "attrs": names}])
        if not icon:
            return
        first = content[0] if content else None
        if isinstance(first, rt.Paragraph):
            content[0] = rt.Paragraph((*icon, rt.Text(" "), *first.content))
        else:
            content.insert(0, rt.Paragraph(icon))

    def _expand(self, node: Dict[str, Any]) -> List[rt.Block]:
        title = attributes_of(node).get("title")
        content = tuple(self._blocks(node.get("content")))
        return [rt.Expand(self._one_line(title), content)]

    def _one_line(self, text: Any) -> str:
        return " ".join(clean(text, self._warnings).split()) if isinstance(text, str) else ""

    def _media_single(self, node: Dict[str, Any]) -> List[rt.Block]:
        out: List[rt.Block] = []
        for child in nodes_of(node.get("content"), self._warnings):
            if child.get("type") != "media":
                out.extend(self._block(child))
                continue
            marks = [*_list(child.get("marks")), *_list(node.get("marks"))]
            placed = {**child, "marks": marks, "__single": True, "__width": self._width(attributes_of(node))}
            out.append(rt.Paragraph(self._inlines.read([placed])))
        return out

    def _width(self, place: Dict[str, Any]) -> int:
        """The width of a picture in pixels, 0 where it has its own; what else its place says is told."""
        if place.get("layout") in _BESIDE:
            self._warnings.append("the place of a picture beside the text was left out")
        width = place.get("width")
        if isinstance(width, bool) or not isinstance(width, (int, float)) or not width > 0:
            return 0
        if place.get("widthType") == "pixel":
            return number_of(width, 0)
        if width < _WHOLE:
            self._warnings.append(f"the width of a picture, {width:g} % of the page, was left out")
        return 0

    def _media_group(self, node: Dict[str, Any]) -> List[rt.Block]:
        content: List[rt.Inline] = []
        for child in nodes_of(node.get("content"), self._warnings):
            if content:
                content.append(rt.HardBreak())
            content.extend(self._inlines.read([child]))
        return [rt.Paragraph(tuple(content))]

    def _caption(self, node: Dict[str, Any]) -> List[rt.Block]:
        return [rt.Paragraph(self._inlines.read(nodes_of(node.get("content"), self._warnings)))]

    def _card(self, node: Dict[str, Any]) -> List[rt.Block]:
        if node.get("type") == "embedCard":
            self._warnings.append("a page that was shown in a frame became a link")
        return [rt.Paragraph(self._inlines.read([{**node, "type": "inlineCard"}]))]

    def _layout(self, node: Dict[str, Any]) -> List[rt.Block]:
        self._warnings.append("columns were set one below the other")
        return self._blocks(node.get("content"))

    def _extension(self, node: Dict[str, Any]) -> List[rt.Block]:
        key, text = self._extension_text(node)
        self._warnings.append(f"the macro {key!r} has no counterpart: its text was kept")
        return [rt.UnknownBlock(key, text)]

    def _bodied_extension(self, node: Dict[str, Any]) -> List[rt.Block]:
        key, text = self._extension_text(node)
        self._warnings.append(f"the macro {key!r} has no counterpart: its content was kept")
        return [rt.UnknownBlock(key, text, tuple(self._blocks(node.get("content"))))]

    def _extension_text(self, node: Dict[str, Any]) -> Tuple[str, str]:
        attributes = attributes_of(node)
        text = attributes.get("text")
        return str(attributes.get("extensionKey") or "extension"), self._one_line(text)

    def _sync_block(self, node: Dict[str, Any]) -> List[rt.Block]:
        self._warnings.append("a synced block lives in another document: only its place is known")
        return [rt.UnknownBlock("syncBlock")]

    def _unknown(self, node: Dict[str, Any]) -> List[rt.Block]:
        kind = node.get("type")
        self._warnings.append(f"unknown node {kind!r}: its text was kept")
        attributes = attributes_of(node)
        text = text_of(node) or next(
            (attributes[name] for name in ("text", "title", "url") if isinstance(attributes.get(name), str)), ""
        )
        content = tuple(self._blocks(node.get("content")))
        return [rt.UnknownBlock(str(kind), self._one_line(text), content)]


#: one for all documents: a table for each would cost a short text more than reading it
_READERS: Dict[str, Callable[[AdfReader, Dict[str, Any]], List[rt.Block]]] = {
    "doc": AdfReader._unwrapped,
    "paragraph": AdfReader._paragraph,
    "heading": AdfReader._heading,
    "bulletList": lambda reader, node: reader._lists.bullet_list(node),
    "orderedList": lambda reader, node: reader._lists.ordered_list(node),
    "listItem": AdfReader._unwrapped,
    "taskList": lambda reader, node: reader._lists.task_list(node),
    "taskItem": lambda reader, node: reader._lists.stray_task(node),
    "blockTaskItem": lambda reader, node: reader._lists.stray_task(node),
    "decisionList": lambda reader, node: reader._lists.decision_list(node),
    "decisionItem": AdfReader._paragraph,
    "blockquote": AdfReader._quote,
    "codeBlock": AdfReader._code_block,
    "rule": AdfReader._rule,
    "table": lambda reader, node: reader._tables.table(node),
    "tableRow": lambda reader, node: reader._tables.stray_row(node),
    "tableCell": AdfReader._unwrapped,
    "tableHeader": AdfReader._unwrapped,
    "panel": AdfReader._panel,
    "expand": AdfReader._expand,
    "nestedExpand": AdfReader._expand,
    "mediaSingle": AdfReader._media_single,
    "mediaGroup": AdfReader._media_group,
    "caption": AdfReader._caption,
    "blockCard": AdfReader._card,
    "embedCard": AdfReader._card,
    "layoutSection": AdfReader._layout,
    "layoutColumn": AdfReader._unwrapped,
    "extension": AdfReader._extension,
    "bodiedExtension": AdfReader._bodied_extension,
    "multiBodiedExtension": AdfReader._bodied_extension,
    "extensionFrame": AdfReader._unwrapped,
    "syncBlock": AdfReader._sync_block,
    "bodiedSyncBlock": AdfReader._unwrapped,
}


def _list(value: Any) -> List[Any]:
    return value if isinstance(value, list) else []
