"""The document tree: its stored form, its text, its references."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from j2o_core import richtext as rt
from tests.unit.richtext.trees import DOCUMENTS

BOLD_LINK = rt.Text("b", (rt.Mark(rt.LINK_KIND, "https://x.example"), rt.STRONG))


def one(*inlines: rt.Inline) -> rt.Document:
    return rt.Document((rt.Paragraph(inlines),))


@settings(max_examples=80, deadline=None)
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


def test_bare_keys_of_known_projects_become_references() -> None:
    tree = rt.link_issue_keys(one(rt.Text("See ACME-12, (OPS-3) and ACME-4.")), {"ACME", "OPS"})
    assert [node.key for node in rt.references(tree) if isinstance(node, rt.IssueKey)] == ["ACME-12", "OPS-3", "ACME-4"]
    assert rt.visible_text(tree) == "See ACME-12, (OPS-3) and ACME-4."


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2021-44228 UTF-8 SHA-256 ISO-8859",
        "https://jira.example/browse/ACME-12",
        "ACME-12-fix branch/ACME-12 ACME-12.txt MY_ACME-12 xACME-12 ACME-12a ACME-012 acme-12 user@ACME-12",
    ],
)
def test_words_that_only_look_like_keys_stay_text(text: str) -> None:
    tree = one(rt.Text(text))
    assert rt.link_issue_keys(tree, {"ACME"}) is not tree or not list(rt.references(tree))
    assert not list(rt.references(rt.link_issue_keys(tree, {"ACME"})))


def test_keys_in_code_and_links_stay_as_they_are() -> None:
    link = rt.Mark(rt.LINK_KIND, "https://x.example")
    tree = rt.Document(
        (rt.Paragraph((rt.Text("ACME-1", (rt.CODE,)), rt.Text("ACME-2", (link,)))), rt.CodeBlock("ACME-3"))
    )
    assert rt.link_issue_keys(tree, {"ACME"}) == tree


def test_a_version_of_a_cve_number_stays_text_even_beside_a_project_of_that_name() -> None:
    assert not list(rt.references(rt.link_issue_keys(one(rt.Text("CVE-2021-44228")), {"CVE"})))
