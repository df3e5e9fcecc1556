"""The Atlassian Document Format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from j2o_core.api import richtext as rt
from j2o_jira.richtext import read_adf
from j2o_jira.richtext.adf import _READERS
from j2o_jira.richtext.adf_inlines import INLINE_KINDS

SCHEMA = Path(__file__).parents[5] / "shared" / "openapi" / "adf-schema.json"


def doc(*content: Any) -> Dict[str, Any]:
    return {"version": 1, "type": "doc", "content": list(content)}


def p(*content: Any) -> Dict[str, Any]:
    return {"type": "paragraph", "content": list(content)}


def t(text: str, *marks: Any) -> Dict[str, Any]:
    return {
        "type": "text",
        "text": text,
        "marks": [mark if isinstance(mark, dict) else {"type": mark} for mark in marks],
    }


def blocks(*content: Any) -> List[Any]:
    return rt.to_json(read_adf(doc(*content))[0])


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.is_file(), reason=f"no shared ADF schema at {SCHEMA}")
def test_every_node_of_the_schema_has_a_reader() -> None:
    kinds = set()
    for name, definition in json.loads(SCHEMA.read_text("utf-8"))["definitions"].items():
        if name.endswith("_node"):
            kinds.update(definition.get("properties", {}).get("type", {}).get("enum", []))
    kinds.discard("text")
    assert len(kinds) > 35
    assert kinds <= set(_READERS) | INLINE_KINDS


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.is_file(), reason=f"no shared ADF schema at {SCHEMA}")
def test_every_mark_of_the_schema_is_kept_shows_nothing_or_is_told() -> None:
    definitions = json.loads(SCHEMA.read_text("utf-8"))["definitions"]
    kinds = {one["properties"]["type"]["enum"][0] for name, one in definitions.items() if name.endswith("_mark")}
    attributes = {"href": "https://x.y", "type": "sub", "color": "#ff0000"}
    kept, told = set(), set()
    for kind in kinds:
        tree, warnings = read_adf(doc(p(t("a", {"type": kind, "attrs": attributes}))))
        assert rt.visible_text(tree) == "a"
        (paragraph,) = tree.content
        if paragraph.content[0].marks:
            kept.add(kind)
        elif warnings:
            told.add(kind)
    assert {"link", "subsup", "textColor", "backgroundColor", "strong", "em", "strike", "underline", "code"} <= kept
    assert told == {"alignment", "indentation", "border", "fontSize"}
    assert kinds - kept - told == {"annotation", "dataConsumer", "fragment", "breakout"}, "where things are, no look"


def test_marks_become_marks() -> None:
    link = {"type": "link", "attrs": {"href": "https://x.y"}}
    tipped = {"type": "link", "attrs": {"href": "https://x.y", "title": "a\ntip"}}
    assert blocks(p(t("a", tipped))) == [["p", [["t", "a", [["link", "https://x.y", "a tip"]]]]]]
    sub = {"type": "subsup", "attrs": {"type": "sub"}}
    colour = {"type": "textColor", "attrs": {"color": "#ff0000"}}
    assert blocks(p(t("a", "em", "strong", link), t("b", sub), t("c", colour, "underline"), t("d", "code"))) == [
        ["p", [
            ["t", "a", [["link", "https://x.y"], "strong", "em"]],
            ["t", "b", ["sub"]],
            ["t", "c", [["colour", "#ff0000"], "underline"]],
            ["t", "d", ["code"]],
        ]]
    ]  # fmt: skip


def test_inline_nodes_become_references_and_words() -> None:
    content = [
        {"type": "mention", "attrs": {"id": "5b1", "text": "@Ann"}},
        {"type": "emoji", "attrs": {"shortName": ":check_mark:", "text": ":check_mark:"}},
        {"type": "date", "attrs": {"timestamp": "1709164800000"}},
        {"type": "status", "attrs": {"text": "DONE", "color": "green"}},
        {"type": "inlineCard", "attrs": {"url": "https://x.y"}},
        {"type": "hardBreak"},
        {"type": "placeholder", "attrs": {"text": "type here"}},
        {"type": "mediaInline", "attrs": {"type": "file", "id": "u-1", "collection": "", "alt": "a.pdf"}},
    ]
    assert blocks(p(*content)) == [
        ["p", [
            ["at", "account_id", "5b1", "Ann"], ["emoji", "✅", ":check_mark:"], ["date", "2024-02-29"],
            ["status", "DONE", "green"], ["t", "https://x.y", [["link", "https://x.y"]]], ["br"],
            ["?", "placeholder", "type here"], ["file", "a.pdf"],
        ]]
    ]  # fmt: skip


def test_media_are_pictures_or_files_by_name() -> None:
    media = {"type": "media", "attrs": {"type": "file", "id": "u-1", "collection": "", "alt": "a.png"}}
    other = {"type": "media", "attrs": {"type": "file", "id": "u-2", "collection": "", "alt": "a.zip"}}
    caption = {"type": "caption", "content": [t("seen")]}
    assert blocks(
        {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [media, caption]},
        {"type": "mediaGroup", "content": [media, other]},
    ) == [
        ["p", [["img", "a.png", "", "a.png", 0, 0, "u-1"]]],
        ["p", ["seen"]],
        ["p", [["img", "a.png", "", "a.png", 0, 0, "u-1"], ["br"], ["file", "a.zip"]]],
    ]


def test_task_lists_keep_their_state_and_nesting() -> None:
    def task(state: str, text: str) -> Dict[str, Any]:
        return {"type": "taskItem", "attrs": {"localId": "1", "state": state}, "content": [t(text)]}

    inner = {"type": "taskList", "attrs": {"localId": "2"}, "content": [task("DONE", "b")]}
    assert blocks({"type": "taskList", "attrs": {"localId": "1"}, "content": [task("TODO", "a"), inner]}) == [
        ["tasks", [["task", False, [["p", ["a"]], ["tasks", [["task", True, [["p", ["b"]]]]]]]]]]
    ]


def test_tables_keep_headers_and_spans() -> None:
    cell = {"type": "tableHeader", "attrs": {"colspan": 2, "background": "#ff0000"}, "content": [p(t("a"))]}
    assert blocks({"type": "table", "content": [{"type": "tableRow", "content": [cell]}]}) == [
        ["table", [["tr", [["td", [["p", ["a"]]], True, 2, 1, "#ff0000"]]]]]
    ]


def test_numbers_that_a_table_shows_before_its_rows_are_told() -> None:
    row = {"type": "tableRow", "content": [{"type": "tableCell", "content": [p(t("a"))]}]}
    numbered = {"type": "table", "attrs": {"isNumberColumnEnabled": True}, "content": [row]}
    assert read_adf(doc(numbered))[1] == ["the numbers before the rows of a table were left out"]
    assert read_adf(doc({**numbered, "attrs": {"isNumberColumnEnabled": False}}))[1] == []


def test_an_unknown_node_is_its_text_and_a_warning() -> None:
    tree, warnings = read_adf(doc({"type": "hologram", "content": [p(t("kept"))]}, p({"type": "spark", "text": "too"})))
    assert rt.visible_text(tree) == "kept\ntoo"
    assert warnings == ["unknown node 'hologram': its text was kept", "unknown node 'spark': its text was kept"]


@pytest.mark.parametrize(
    "broken",
    [
        "no json", "[1, 2]", '"x"', {"type": "doc", "content": "x"}, {"type": "doc", "content": [{"type": 7}]},
        {"content": [{"type": "paragraph", "content": {"type": "text"}}]}, {"type": "heading", "attrs": {"level": "x"}},
        {"type": "table", "content": [{"type": "tableRow", "content": ["x"]}]}, 17, [], {},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "date", "attrs": {"timestamp": "x"}}]}]},
    ],
)  # fmt: skip
def test_broken_documents_never_raise(broken: Any) -> None:
    tree, _ = read_adf(broken)
    assert isinstance(tree, rt.Document)


def test_text_that_is_no_document_is_kept_as_paragraphs() -> None:
    tree, warnings = read_adf("first\r\nsecond")
    assert rt.to_json(tree) == [["p", ["first"]], ["p", ["second"]]]
    assert warnings == ["no ADF document: read as plain text"]


def test_blocks_nested_beyond_reason_are_flattened_not_refused() -> None:
    node: Dict[str, Any] = p(t("deep"))
    for _ in range(3_000):
        node = {"type": "blockquote", "content": [node]}
    tree, warnings = read_adf(doc(node))
    assert "deep" in rt.visible_text(tree)
    assert warnings
