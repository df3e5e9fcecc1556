"""The document tree: its stored form, its text, its references."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from j2o_core import richtext as rt
from tests.unit.richtext.trees import DOCUMENTS

BOLD_LINK = rt.Text("b", (rt.Mark(rt.LINK_KIND, "https://x.example"), rt.STRONG))


def one(*inlines: rt.Inline) -> rt.Document:
    return rt.Document((rt.Paragraph(inlines),))


@given(DOCUMENTS)
def test_the_stored_form_gives_back_the_same_tree(tree: rt.Document) -> None:
    stored = json.loads(json.dumps(rt.to_json(tree)))
    assert rt.from_json(stored) == tree
    assert rt.to_json(rt.from_json(stored)) == rt.to_json(tree)


def test_the_stored_form_is_compact_and_does_not_change() -> None:
    tree = rt.Document(
        (
            rt.Paragraph((rt.Text("a "), BOLD_LINK, rt.HardBreak(), rt.Mention("name", "joe"))),
            rt.OrderedList((rt.ListItem((rt.Paragraph((rt.IssueKey("ACME-1"),)),)),), 3),
            rt.CodeBlock("x", "java"),
        )
    )
    assert rt.to_json(tree) == [
        ["p", ["a ", ["t", "b", [["link", "https://x.example"], "strong"]], ["br"], ["at", "name", "joe"]]],
        ["ol", [["li", [["p", [["key", "ACME-1"]]]]]], 3],
        ["code", "x", "java"],
    ]


@pytest.mark.parametrize("stored", [[["nonsense"]], [["p", 7]], [[]], 7, [["hr", 1, 2]], [["p", [["t"]]]]])
def test_stored_data_that_are_no_tree_are_refused(stored: object) -> None:
    with pytest.raises(rt.TreeFormatError):
        rt.from_json(stored)  # type: ignore[arg-type]


def test_the_visible_text_holds_what_a_person_reads() -> None:
    tree = rt.Document(
        (
            rt.Heading(1, (rt.Text("Title"),)),
            rt.Panel("info", "Note", (rt.Paragraph((rt.Text("a"), rt.HardBreak(), rt.Text("b", (rt.CODE,)))),)),
            rt.CodeBlock("x = 1\ny", "", "file.py"),
            rt.Table((rt.TableRow((rt.TableCell((rt.Paragraph((rt.Status("DONE"), rt.Anchor("top"))),)),)),)),
        )
    )
    assert rt.visible_text(tree) == "Title\nNote\na\nb\nfile.py\nx = 1\ny\nDONE"


def test_references_are_found_wherever_they_stand() -> None:
    mention, key = rt.Mention("account_id", "5b1"), rt.IssueKey("ACME-1")
    file, image = rt.AttachmentLink("a.txt"), rt.Image("b.png")
    cell = rt.TableCell((rt.Paragraph((file,)), rt.Quote((rt.Paragraph((image,)),))))
    tree = rt.Document(
        (
            rt.BulletList((rt.ListItem((rt.Paragraph((mention,)),)),)),
            rt.Heading(2, (key,)),
            rt.Table((rt.TableRow((cell,)),)),
        )
    )
    assert list(rt.references(tree)) == [mention, key, file, image]


def keys(text: str, *projects: str) -> list[str]:
    """The typed keys that become references where these projects have every issue."""
    content = rt.with_issue_keys((rt.Text(text),), lambda key: key.rpartition("-")[0] in projects)
    assert "".join(map(rt.inline_text, content)) == text
    return [inline.key for inline in content if isinstance(inline, rt.IssueKey)]


def test_typed_keys_of_issues_become_references() -> None:
    assert keys("See ACME-12, (OPS-3) [ACME-5] and ACME-4.", "ACME", "OPS") == ["ACME-12", "OPS-3", "ACME-5", "ACME-4"]
    assert keys("UTF-8, NOPE-1 and ACME-1", "ACME") == ["ACME-1"]


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2021-44228 UTF-8 SHA-256 ISO-8859",
        "https://jira.example/browse/ACME-12",
        "https://x.example/?q=(ACME-1),ACME-2;ACME-3 www.x.example/,ACME-4 ssh+git://x/,ACME-5",
        "ACME-12-fix branch/ACME-12 ACME-12.txt MY_ACME-12 xACME-12 ACME-12a ACME-012 acme-12 user@ACME-12",
    ],
)
def test_words_that_only_look_like_keys_stay_text(text: str) -> None:
    assert keys(text, "ACME", "CVE") == []


def test_keys_in_code_and_links_stay_as_they_are() -> None:
    link = rt.Mark(rt.LINK_KIND, "https://x.example")
    content = (rt.Text("ACME-1", (rt.CODE,)), rt.Text("ACME-2", (link,)))
    assert rt.with_issue_keys(content, lambda key: True) is content


def test_links_and_pictures_of_the_source_are_led_elsewhere_and_keep_their_text() -> None:
    old, new = rt.Mark(rt.LINK_KIND, "https://jira/browse/A-1", "tip"), rt.Mark(rt.LINK_KIND, "/work_packages/1", "tip")
    content = (rt.Text("this", (old, rt.STRONG)), rt.Text(" and "), rt.Image(url=old.value), rt.Image("a.png"))
    led = rt.with_addresses(content, {old.value: new.value}.get)
    assert led == (
        rt.Text("this", (new, rt.STRONG)),
        rt.Text(" and "),
        rt.Image(url=new.value, alt=old.value),
        rt.Image("a.png"),
    )
    assert rt.with_addresses(content, lambda url: None) is content
