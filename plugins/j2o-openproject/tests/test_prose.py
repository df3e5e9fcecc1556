"""Whatever a text holds, the mark below it is found and the text comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core import richtext as tree
from j2o_core.api import Note, RichText
from j2o_openproject import prose
from j2o_openproject.marks import COMMENT, WORK_PACKAGE, Marks
from j2o_openproject.plain_text import plain_text
from j2o_openproject.prose import block, joined, link_label, plain, written
from j2o_openproject.texts import normal_text, one_line

MARKS = Marks("acme", "https://jira.example")
NASTY = st.text(alphabet=st.sampled_from("[]()\\`*_#<>|&!{}:;-+. \n\r\tabÜ😀\u00a0\x00"), max_size=60) | st.text(
    max_size=60
)


@given(label=NASTY)
def test_any_label_can_stand_in_a_mark(label: str) -> None:
    written = link_label(label)
    read = MARKS.read_first_line(MARKS.link(COMMENT, "55", "ACME-1", written) + "\n\nbody")
    assert (read.id, read.label, read.text) == ("55", written, "body")


@pytest.mark.parametrize("label", ["Joe https://x.y/a*b", "https://x.y/a-r34 [1]", "(http://x.y/_a_)"])
def test_a_label_with_an_address_holds_no_link(label: str) -> None:
    written = link_label(label)
    assert "<http" not in written and "](" not in written
    read = MARKS.read_first_line(MARKS.link(COMMENT, "55", "ACME-1", written) + "\n\nbody")
    assert (read.id, read.label, read.text) == ("55", written, "body")


@given(body=NASTY)
def test_any_text_comes_back_from_above_its_mark(body: str) -> None:
    text = normal_text(body)
    read = MARKS.read_last_line(joined(text, MARKS.link(WORK_PACKAGE, "1", "ACME-1", "ACME-1")).replace("\n", "\r\n"))
    assert (read.id, read.text) == ("1", text)


@given(label=NASTY, value=NASTY)
def test_any_value_can_stand_in_the_readable_block(label: str, value: str) -> None:
    text = block("Preserved from acme", [Note(label, value)], tree.NoResolver())
    assert text == normal_text(text)
    assert text.startswith("#### Preserved from acme")


def test_a_time_in_the_readable_block_is_readable() -> None:
    notes = [Note("Resolved", "2022-02-11T15:03:37.000+0100"), Note("Release", "2022-02-11T15:03:37 or so")]
    text = block("Preserved from acme", notes, tree.NoResolver())
    assert "- **Resolved:** 2022-02-11 15:03:37 +01:00\n" in text
    assert "- **Release:** 2022-02-11T15:03:37 or so" in text


def test_plain_text_tells_the_tip_of_a_link_behind_its_address() -> None:
    one, two = (tree.Mark(tree.LINK_KIND, "https://x.y", tip) for tip in ("a tip", ""))
    rows = ((tree.Text("t", (one,)), "t (https://x.y, a tip)"), (tree.Text("t", (two,)), "t (https://x.y)"))
    rows += ((tree.Text("https://x.y", (one,)), "https://x.y (a tip)"),)
    for inline, expected in rows:
        told = RichText(tree.to_json(tree.Document((tree.Paragraph((inline,)),))))
        assert plain_text(told) == expected


def test_only_short_texts_are_remembered() -> None:
    before = prose._plain.cache_info().misses
    assert prose.plain("a_b *c* " * 100).startswith("a_b \\*c\\*")
    assert prose._plain.cache_info().misses == before
    assert prose.plain("only here *c*") == "only here \\*c\\*"
    assert prose._plain.cache_info().misses == before + 1


class KnowsIssues(tree.NoResolver):
    """Resolves every key, once with this target and once with that."""

    def __init__(self, base: str) -> None:
        self.base = base

    def is_issue(self, key: str) -> bool:
        return True

    def issue(self, key: str) -> str:
        return f"{self.base}/{key}"


@given(notes=st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=4))
def test_the_block_is_the_same_document_whether_its_lines_were_written_before_or_not(notes) -> None:
    whole = [
        tree.ListItem(
            (tree.Paragraph((tree.Text(f"{one_line(label)}:", (tree.STRONG,)), tree.Text(f" {one_line(value)}"))),)
        )
        for label, value in notes
    ]
    written_at_once = written([tree.Heading(4, (tree.Text("Kept"),)), tree.BulletList(tuple(whole))])
    for _ in range(2):
        kept = [Note(label, one_line(value)) for label, value in notes]
        assert block("Kept", kept, tree.NoResolver()) == written_at_once


def test_a_key_in_the_block_becomes_what_is_known_at_that_moment() -> None:
    notes = [Note("Epic Link", "ACME-7"), Note("Flagged", "Impediment")]
    here, there = (block("Kept", notes, KnowsIssues(base)) for base in ("https://a", "https://b"))
    assert "https://a/ACME-7" in here
    assert "https://b/ACME-7" in there
    assert here.endswith("- **Flagged:** Impediment")


def test_without_notes_there_is_no_block() -> None:
    assert block("Preserved from acme", [], tree.NoResolver()) == ""


@pytest.mark.parametrize("text", ["#12", "version:1.0", "r34", "{{opSetting:x}}", "user:admin"])
def test_plain_text_does_not_come_alive(text: str) -> None:
    assert plain(text) != text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://x.example/a-r34", "[https://x.example/a-!r34](https://x.example/a-r34)"),
        (
            '{"url":"https://x.example/a?q=version:x","t":"Label:x"}',
            '<https://x.example/a?q=version:x>","t":"Label<span>',
        ),
        ("(https://x.example/a*b*c).", "(<https://x.example/a*b*c>)."),
        ("https://x.example/a_b#c?d=1&e=2", " https://x.example/a_b#c?d=1&e=2"),
    ],
)
def test_an_address_in_a_preserved_value_stays_whole(text: str, written: str) -> None:
    assert written in block("Preserved", [Note("Value", text)], tree.NoResolver())
