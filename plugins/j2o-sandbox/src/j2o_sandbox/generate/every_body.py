"""Texts with every construct: wiki markup for Server and Data Center, a document for Cloud."""

from __future__ import annotations

from typing import Any, List, Sequence

from j2o_sandbox.jira.model import Json

_WIKI = r"""h1. Plan of record
h3. Details *in bold*

A paragraph with *strong*, _emphasis_, -deleted-, +inserted+, ??cited??, ^super^, ~sub~, {{mono_space}}
and {color:red}red{color} words.
Forced {*}marks{*}in words, an escaped \*star\*, a path C:\temp\new and a dash -- or --- two.
----
bq. Quoted in one line
{quote}
Quoted over
two lines
{quote}
{panel:title=Panel title|bgColor=#fff}
Inside the panel
* with an item
{panel}
{code:title=Main.java|borderStyle=solid|java}
int a_b = 1 * 2; // *not bold*
{code}
{noformat}
raw [text] {here}
{noformat}
* one
** one point one
*# numbered inside
# first
# second
- dashed
||Name||Value||
|alpha|1|
|beta|[a link|https://wiki.example.com/beta?x=1&y=2]|
||row header|cell|

[https://wiki.example.com/plain] and [text|https://wiki.example.com/text] and [tip|https://wiki.example.com/tip|A tip].
[mailto:office@example.com] [#anchor] {anchor:anchor} [~PERSON] (/) (x) (!) :)
!picture of nothing.png|thumbnail! ends here.
{info:title=Note well}
Informed
{info}
{warning}Warned{warning}
{tip}Tipped{tip}
{unknown:with=parameters}left as it is{unknown}
Issue #12, r34, version:x, commit:abc, @somebody and attachment:file.txt do not come alive.
"""


def wiki_of_everything(person: str) -> str:
    """Wiki markup that mentions a person by login."""
    return _WIKI.replace("PERSON", person).replace("\n", "\r\n")


def adf_of_everything(person: str) -> Json:
    """A document that mentions a person by login, which is written as the account id when it is sent."""
    return {"version": 1, "type": "doc", "content": [*_texts(person), *_containers()]}


def _texts(person: str) -> List[Json]:
    marks: Sequence[Json] = (
        {"type": "strong"}, {"type": "em"}, {"type": "strike"}, {"type": "underline"}, {"type": "code"},
        {"type": "subsup", "attrs": {"type": "sub"}}, {"type": "subsup", "attrs": {"type": "sup"}},
        {"type": "textColor", "attrs": {"color": "#ff0000"}},
        {"type": "backgroundColor", "attrs": {"color": "#fedec8"}},
        {"type": "link", "attrs": {"href": "https://wiki.example.com/marked?x=1&y=2", "title": "Marked"}},
    )  # fmt: skip
    marked = [_text(f"word{number} ", mark) for number, mark in enumerate(marks)]
    inlines: List[Json] = [
        {"type": "mention", "attrs": {"id": person, "text": f"@{person}", "accessLevel": ""}},
        {"type": "emoji", "attrs": {"shortName": ":tada:", "text": "🎉"}},
        {"type": "date", "attrs": {"timestamp": "1717200000000"}},
        {"type": "status", "attrs": {"text": "In flight", "color": "blue", "localId": "s1"}},
        {"type": "inlineCard", "attrs": {"url": "https://wiki.example.com/card/1"}},
        {"type": "hardBreak"},
        _text("after the break; #12, r34 and version:x stay as they are"),
        {"type": "placeholder", "attrs": {"text": "Say more here"}},
    ]
    return [
        {"type": "heading", "attrs": {"level": 1}, "content": [_text("Plan of record")]},
        _paragraph(*marked),
        _paragraph(*inlines),
        {"type": "rule"},
    ]


def _containers() -> List[Json]:
    item = {"type": "listItem", "content": [_words("item"), {"type": "orderedList", "content": [_item("deep item")]}]}
    cells = [
        {"type": "tableHeader", "attrs": {}, "content": [_words("Name")]},
        {"type": "tableCell", "attrs": {"colspan": 2, "background": "#fff0b3"}, "content": [_words("wide cell")]},
    ]
    media = {"type": "external", "url": "https://wiki.example.com/p.png", "alt": "A picture"}
    caption = {"type": "caption", "content": [_text("Captioned")]}
    task = {"type": "taskItem", "attrs": {"localId": "t1", "state": "DONE"}, "content": [_text("task done")]}
    decision = {"type": "decisionItem", "attrs": {"localId": "d1", "state": "DECIDED"}, "content": [_text("decided")]}
    column = {"type": "layoutColumn", "attrs": {"width": 50}, "content": [_words("in a column")]}
    extension = {"extensionType": "com.example", "extensionKey": "chart", "text": "A chart of sales"}
    return [
        {"type": "bulletList", "content": [item]},
        {"type": "orderedList", "attrs": {"order": 3}, "content": [_item("third")]},
        {"type": "blockquote", "content": [_words("quoted")]},
        {"type": "codeBlock", "attrs": {"language": "python"}, "content": [_text("a_b = '<c>' # *not bold*")]},
        {"type": "panel", "attrs": {"panelType": "warning"}, "content": [_words("warned")]},
        {"type": "table", "attrs": {"layout": "default"}, "content": [{"type": "tableRow", "content": cells}]},
        {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": media}, caption]},
        {"type": "blockCard", "attrs": {"url": "https://wiki.example.com/card/2"}},
        {"type": "embedCard", "attrs": {"url": "https://wiki.example.com/card/3", "layout": "center"}},
        {"type": "expand", "attrs": {"title": "Unfold me"}, "content": [_words("unfolded")]},
        {"type": "taskList", "attrs": {"localId": "l1"}, "content": [task]},
        {"type": "decisionList", "attrs": {"localId": "l2"}, "content": [decision]},
        {"type": "layoutSection", "content": [column, column]},
        {"type": "extension", "attrs": extension},
        {"type": "bodiedExtension", "attrs": {**extension, "text": ""}, "content": [_words("inside an extension")]},
    ]


def _text(text: str, *marks: Json) -> Json:
    return {"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}


def _paragraph(*content: Any) -> Json:
    return {"type": "paragraph", "content": list(content)}


def _words(text: str) -> Json:
    return _paragraph(_text(text))


def _item(text: str) -> Json:
    return {"type": "listItem", "content": [_words(text)]}
