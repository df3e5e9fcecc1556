"""People whom texts mention: each whom the readers see is looked up, wherever in a text it stands."""

from __future__ import annotations

import time

import pytest

from j2o_core.api import richtext as rt
from j2o_jira.mentions import mentioned
from j2o_jira.richtext import read_adf, read_wiki


def test_mentions_are_found_in_markup_and_documents():
    texts = {
        "description": "ask [~fred] or [~accountid:5a], not [~two\nlines] nor [~]",
        "comment": {"comments": [{"body": {"type": "doc", "content": [{"type": "mention", "attrs": {"id": "5b"}}]}}]},
    }
    assert list(mentioned(texts)) == ["fred", "5a", "5b"]


@pytest.mark.parametrize(
    "markup",
    [
        "[ ~fred ]",
        "[the *chief*|~fred|a tip]",
        "[!face.png|width=10!|~fred]",
        f"[{'x' * 300}|~accountid:fred]",
        "h1. To [~fred]",
        "* {color:red}*[~fred]*{color}",
        "{panel:title=T}\n||a||[~fred]|\n{panel}",
        "{expand:T}\n{info}\n|a|[the chief|~fred]|\n{info}\n{expand}",
        "{quote}\n# x\n## [~fred]\n{quote}",
    ],
)
def test_whoever_is_mentioned_in_the_text_that_is_written_was_looked_up(markup):
    tree, _ = read_wiki(markup)
    named = [found.alias_value for found in rt.references(tree) if isinstance(found, rt.Mention)]
    assert list(mentioned({"fields": markup})) == named == ["fred"]


PARAGRAPH = {"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "5b", "text": "@Fred"}}]}
INLINES = PARAGRAPH["content"]


def nested(kinds, inside):
    for kind in reversed(kinds.split(" ")):
        inside = [{"type": kind, "attrs": {}, "content": inside}]
    return {"type": "doc", "version": 1, "content": inside}


@pytest.mark.parametrize(
    "document",
    [
        *(
            nested(kinds, INLINES)
            for kinds in ("paragraph", "heading", "taskList taskItem", "decisionList decisionItem")
        ),
        nested("mediaSingle caption", INLINES),
        *(
            nested(kinds, [PARAGRAPH])
            for kinds in (
                *("bulletList listItem", "orderedList listItem", "taskList blockTaskItem", "blockquote", "panel"),
                *("table tableRow tableCell", "table tableRow tableHeader", "table tableRow tableCell nestedExpand"),
                *("expand", "layoutSection layoutColumn", "bodiedExtension", "bodiedSyncBlock"),
                *("multiBodiedExtension extensionFrame", "expand panel bulletList listItem taskList taskItem"),
            )
        ),
    ],
)
def test_whoever_is_mentioned_in_a_document_that_is_written_was_looked_up(document):
    tree, _ = read_adf(document)
    named = [found.alias_value for found in rt.references(tree) if isinstance(found, rt.Mention)]
    assert list(mentioned({"fields": document})) == named == ["5b"]


def test_looking_for_mentions_is_linear():
    began = time.process_time()
    assert list(mentioned({"a": "[~" * 100_000, "b": "[~" + "x" * 500_000, "c": "[a|~" * 100_000})) == []
    assert time.process_time() - began < 10
