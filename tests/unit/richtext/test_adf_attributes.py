"""Attributes of the Atlassian Document Format: each arrives, is told, or shows nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Tuple

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf
from j2o_openproject.richtext import write_markdown

SCHEMA = Path(__file__).parents[4] / "shared" / "openapi" / "adf-schema.json"
Json = Dict[str, Any]

_ID = "a number of the editor's own"
_FILE = "which file it is says the id"
_WIDE = "how wide it is drawn: the words are the same"
_PLACE = "where on the page it is drawn"
_MACRO = "part of a macro, which is told by its name"
#: attributes that show nothing, or that stand for more than they show, by kind ("*": of any) and name
SHOWS_NOTHING: Mapping[Tuple[str, str], str] = {
    ("*", "localId"): _ID,
    ("*", "valign"): _PLACE,
    ("annotation", "annotationType"): "a remark in the margin, which Jira does not show",
    ("annotation", "id"): "likewise",
    ("blockCard", "layout"): _PLACE,
    ("blockCard", "width"): _WIDE,
    ("bodiedExtension", "extensionType"): _MACRO,
    ("bodiedExtension", "layout"): _PLACE,
    ("bodiedExtension", "parameters"): _MACRO,
    ("bodiedSyncBlock", "resourceId"): _ID,
    ("breakout", "mode"): _WIDE,
    ("breakout", "width"): _WIDE,
    ("codeBlock", "hideLineNumbers"): "OpenProject numbers no lines",
    ("codeBlock", "uniqueId"): _ID,
    ("codeBlock", "wrap"): "how long lines are drawn",
    ("dataConsumer", "sources"): _ID,
    ("decisionList", "localId"): _ID,
    ("embedCard", "layout"): "of the frame, which is told",
    ("embedCard", "originalHeight"): "likewise",
    ("embedCard", "originalWidth"): "likewise",
    ("embedCard", "width"): "likewise",
    ("emoji", "id"): "shown by its text or short name",
    ("extension", "extensionType"): _MACRO,
    ("extension", "layout"): _PLACE,
    ("extension", "parameters"): _MACRO,
    ("fontSize", "fontSize"): "the mark itself is told",
    ("fragment", "name"): "a name for other documents",
    ("hardBreak", "text"): "always a line's end",
    ("inlineExtension", "extensionType"): _MACRO,
    ("inlineExtension", "parameters"): _MACRO,
    ("layoutColumn", "width"): "columns are set one below the other, which is told",
    ("link", "collection"): _FILE,
    ("link", "id"): _ID,
    ("link", "occurrenceKey"): _FILE,
    ("media", "collection"): _FILE,
    ("media", "height"): "of the file itself",
    ("media", "occurrenceKey"): _FILE,
    ("media", "width"): "of the file itself",
    ("mediaInline", "collection"): _FILE,
    ("mediaInline", "data"): "what the editor remembers of an upload",
    ("mediaInline", "height"): "of the file itself",
    ("mediaInline", "occurrenceKey"): _FILE,
    ("mediaInline", "width"): "of the file itself",
    ("mention", "accessLevel"): "what the person may do",
    ("mention", "userType"): "what the person is",
    ("panel", "panelIconId"): "shown by its text or short name",
    ("status", "style"): "how bold it is drawn",
    ("syncBlock", "resourceId"): "the block is told",
    ("table", "displayMode"): _WIDE,
    ("table", "layout"): _PLACE,
    ("table", "width"): _WIDE,
    ("tableCell", "colwidth"): _WIDE,
    ("tableHeader", "colwidth"): _WIDE,
    ("alignment", "align"): "the mark itself is told",
    ("border", "color"): "likewise",
    ("border", "size"): "likewise",
    ("indentation", "level"): "likewise",
}
#: two values that show differently, where the schema's own do not
VALUES: Mapping[Tuple[str, str], Tuple[Any, Any]] = {
    ("date", "timestamp"): ("0", "86400000"),
    ("decisionItem", "state"): ("DECIDED", "UNDECIDED"),
    ("status", "color"): ("neutral", "red"),
    ("tableCell", "background"): ("#ff0000", None),
    ("tableHeader", "background"): ("#ff0000", None),
    ("taskItem", "state"): ("TODO", "DONE"),
    ("textColor", "color"): ("#ff0000", "#00ff00"),
    ("backgroundColor", "color"): ("#ff0000", "#00ff00"),
    ("mediaSingle", "layout"): ("center", "wrap-left"),
    ("mediaSingle", "widthType"): ("percentage", "pixel"),
    ("panel", "panelColor"): ("#ff0000", None),
    ("media", "type"): ("external", "file"),
    ("media", "url"): ("https://a.example/1.png", "https://a.example/2.png"),
    ("mediaInline", "type"): ("image", "file"),
    ("panel", "panelIcon"): (":rocket:", ":bug:"),
    ("blockCard", "datasource"): (
        {"id": "d", "parameters": {"cloudId": "c", "jql": "project = A"}, "views": [{"type": "table"}]},
        {"id": "d", "parameters": {"cloudId": "c", "jql": "project = B"}, "views": [{"type": "table"}]},
    ),
    ("embedCard", "url"): ("https://a.example", "https://b.example"),
}
#: the other attributes with which one shows
BESIDE: Mapping[Tuple[str, str], Json] = {
    ("blockCard", "data"): {},
    ("panel", "panelColor"): {"panelType": "custom"},
    ("panel", "panelIcon"): {"panelType": "custom"},
    ("panel", "panelIconText"): {"panelType": "custom"},
    ("media", "url"): {"type": "external"},
    ("media", "alt"): {"type": "external", "url": "https://a.example/1.png"},
    ("media", "id"): {"type": "file"},
    ("media", "type"): {"url": "https://a.example/1.png"},
    ("mediaInline", "alt"): {"id": "m"},
    ("mediaInline", "type"): {"id": "m"},
    ("mediaSingle", "width"): {"widthType": "pixel"},
    ("mediaSingle", "widthType"): {"width": 50},
    ("emoji", "text"): {"shortName": ":x:"},
    ("status", "color"): {"text": "a"},
    ("status", "style"): {"text": "a"},
    ("link", "title"): {"href": "https://a.example"},
    ("link", "collection"): {"href": "https://a.example"},
    ("mention", "text"): {"id": "i"},
}


def _text(*marks: Json) -> Json:
    return {"type": "text", "text": "words", "marks": list(marks)}


def _paragraph(*content: Json) -> Json:
    return {"type": "paragraph", "content": list(content)}


#: documents that hold a node of a kind; others stand in one alone, with a paragraph in them
PLACES: Mapping[str, Any] = {
    "media": lambda node: {"type": "mediaSingle", "content": [node]},
    "mediaSingle": lambda node: {**node, "content": [{"type": "media", "attrs": {"type": "file", "id": "m"}}]},
    "taskItem": lambda node: {"type": "taskList", "content": [{**node, "content": [_text()]}]},
    "blockTaskItem": lambda node: {"type": "taskList", "content": [node]},
    "decisionItem": lambda node: {"type": "decisionList", "content": [{**node, "content": [_text()]}]},
    "listItem": lambda node: {"type": "bulletList", "content": [node]},
    "bulletList": lambda node: {**node, "content": [{"type": "listItem", "content": [_paragraph(_text())]}]},
    "orderedList": lambda node: {**node, "content": [{"type": "listItem", "content": [_paragraph(_text())]}]},
    "table": lambda node: {
        **node,
        "content": [{"type": "tableRow", "content": [{"type": "tableCell", "content": [_paragraph(_text())]}]}],
    },
    "tableRow": lambda node: {"type": "table", "content": [{**node, "content": []}]},
    "tableCell": lambda node: {"type": "table", "content": [{"type": "tableRow", "content": [node]}]},
    "tableHeader": lambda node: {"type": "table", "content": [{"type": "tableRow", "content": [node]}]},
    "heading": lambda node: {**node, "content": [_text()]},
    "paragraph": lambda node: {**node, "content": [_text()]},
    "caption": lambda node: {**node, "content": [_text()]},
    "codeBlock": lambda node: {**node, "content": [_text()]},
    "layoutColumn": lambda node: {"type": "layoutSection", "content": [node]},
}
_INLINE = ("date", "emoji", "hardBreak", "inlineCard", "inlineExtension", "mediaInline", "mention", "placeholder",
           "status")  # fmt: skip


def attributes(definitions: Mapping[str, Json]) -> Iterator[Tuple[str, str, bool, Json]]:
    """Kind, attribute, whether it is that of a mark, and the attribute's own schema."""
    for name, definition in sorted(definitions.items()):
        for properties in _properties(definition):
            kinds = properties.get("type", {}).get("enum") or ()
            for given in _properties(properties.get("attrs", {})):
                for attribute, schema in given.items():
                    for kind in kinds:
                        yield kind, attribute, name.endswith("_mark"), schema


def _properties(schema: Json) -> Iterator[Json]:
    if "properties" in schema:
        yield schema["properties"]
    for way in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(way, ()):
            yield from _properties(one)


def _values(kind: str, name: str, schema: Json) -> Tuple[Any, Any]:
    if (kind, name) in VALUES:
        return VALUES[(kind, name)]
    if "enum" in schema:
        allowed = schema["enum"]
        return allowed[0], (allowed[1] if len(allowed) > 1 else None)
    if schema.get("type") in ("number", "integer"):
        return 2, 3
    if schema.get("type") == "boolean":
        return True, False
    if name == "data":
        return {"url": "https://a.example", "name": "one"}, {"url": "https://a.example", "name": "two"}
    return ("one", "two") if schema.get("type") == "string" else (["one"], ["two"])


def _shown(kind: str, mark: bool, given: Json) -> Tuple[Any, Any]:
    """The Markdown, and what is told."""
    if mark:
        node = _paragraph(_text({"type": kind, "attrs": given}))
    else:
        node = {"type": kind, "attrs": given}
        if kind in _INLINE:
            node = _paragraph(node)
        else:
            content = {} if kind in ("media", "blockCard", "embedCard", "rule") else {"content": [_paragraph(_text())]}
            place = PLACES.get(kind, lambda one: one)
            node = place({**node, **content})
    tree, told = read_adf({"version": 1, "type": "doc", "content": [node]})
    markdown, more = write_markdown(tree, rt.NoResolver())
    return markdown, (told, more)


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.is_file(), reason=f"no shared ADF schema at {SCHEMA}")
def test_every_attribute_of_the_schema_arrives_is_told_or_shows_nothing() -> None:
    definitions = json.loads(SCHEMA.read_text("utf-8"))["definitions"]
    silent, alive, seen = set(), set(), set()
    for kind, name, mark, schema in attributes(definitions):
        first, second = _values(kind, name, schema)
        beside = BESIDE.get((kind, name), {})
        held = _shown(kind, mark, {**beside, name: first}) != _shown(kind, mark, {**beside, name: second})
        listed = next((one for one in ((kind, name), ("*", name)) if one in SHOWS_NOTHING), None)
        seen.add(listed)
        if listed is None and not held:
            silent.add((kind, name))
        if listed is not None and held:
            alive.add((kind, name))
    assert not silent, f"dropped without a word: {sorted(silent)}"
    assert not alive, f"said to show nothing, and arrives or is told: {sorted(alive)}"
    assert not set(SHOWS_NOTHING) - seen, f"not in the schema: {sorted(set(SHOWS_NOTHING) - seen)}"


def read(*content: Json) -> Tuple[str, Any]:
    tree, told = read_adf({"version": 1, "type": "doc", "content": list(content)})
    return rt.visible_text(tree), told


def test_the_icon_of_a_panel_stands_before_its_words_and_its_colour_is_told() -> None:
    icon = {"panelType": "custom", "panelIcon": ":rocket:", "panelIconText": "🚀", "panelColor": "#ff0000"}
    text, told = read({"type": "panel", "attrs": icon, "content": [_paragraph(_text())]})
    assert text == "🚀 words" and told == ["the colour of a panel was left out"]
    text, _ = read({"type": "panel", "attrs": icon, "content": [{"type": "rule"}]})
    assert text == "🚀"
    text, told = read({"type": "panel", "attrs": {**icon, "panelType": "info"}, "content": [_paragraph(_text())]})
    assert (text, told) == ("words", [])


LIST = {
    "id": "d8b75300",
    "parameters": {"cloudId": "11111", "jql": "project = ACME and fixVersion = 1.0"},
    "views": [{"type": "table", "properties": {"columns": [{"key": "summary"}, {"key": "status"}]}}],
}


@pytest.mark.parametrize("kind", ["blockCard", "inlineCard", "embedCard"])
def test_a_card_that_lists_what_a_search_finds_keeps_the_search(kind: str) -> None:
    text, told = read({"type": kind, "attrs": {"datasource": LIST}})
    assert text == "jql: project = ACME and fixVersion = 1.0; columns: summary, status"
    assert any("what it asks for was kept" in one for one in told)


def test_a_search_that_stands_in_the_address_is_not_told_twice() -> None:
    address = "https://x.example/issues/?jql=project%20%3D%20ACME%20and+fixVersion+%3D+1.0"
    text, _ = read({"type": "blockCard", "attrs": {"url": address, "datasource": LIST}})
    assert text == f"{address} (columns: summary, status)"
    odd = {"id": "x", "parameters": "whatever", "views": [None, {"type": "table", "properties": {"columns": 3}}]}
    assert read({"type": "blockCard", "attrs": {"datasource": odd}})[0] == "parameters: whatever"
    assert read({"type": "blockCard", "attrs": {"datasource": {}}}) == (
        "",
        [
            "a list that Jira fills by a search has no counterpart: what it asks for was kept",
            "a card without address was left out",
        ],
    )


def test_a_picture_has_the_width_it_was_given_and_what_else_its_place_says_is_told() -> None:
    def picture(**place: Any) -> Tuple[Any, Any]:
        file = {"type": "media", "attrs": {"type": "file", "id": "m", "__fileName": "a.png", "width": 900}}
        tree, told = read_adf({"type": "doc", "content": [{"type": "mediaSingle", "attrs": place, "content": [file]}]})
        (paragraph,) = tree.content
        assert isinstance(paragraph, rt.Paragraph) and isinstance(paragraph.content[0], rt.Image)
        return paragraph.content[0].width, told

    assert picture(layout="center") == (0, [])
    assert picture(layout="align-start", width=320, widthType="pixel") == (320, [])
    assert picture(width=100) == (0, [])
    assert picture(width=33.5) == (0, ["the width of a picture, 33.5 % of the page, was left out"])
    assert picture(layout="wrap-right") == (0, ["the place of a picture beside the text was left out"])
    assert picture(layout="center", width=float("nan"), widthType="pixel") == (0, [])
