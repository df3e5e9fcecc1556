"""Text that OpenProject would turn into links and macros stays the text it was, wherever it stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown
from tests.unit.richtext.rendered import REFERENCES, seen

FORMS = [
    "#12", "##12", "###12", "#ACME-12", "##ACME-12", "r34", "version:1.0", 'version:"1.0 beta"', "version#3",
    "commit:a85130f", "source:some/file", "source:some/file@52#L120", "export:some/file", "document:Greetings",
    'document:"Some doc"', "document#17", "attachment:file.zip", "user:joe", "user#5", "user:joe@example.com",
    "group#7", "group:devs", "project:demo", "project#3", "message#1218", "meeting#9", "meeting:x", "view#2",
    "demo:version:1.0", "demo:#12", "demo:r34", "demo:document#17", "[[Page]]", "[[Page|label]]",
    "[[demo:Page#part|label]]", "[[a[0]]]", "![[Page]]", "!#12", "!user:joe", "!r34", "projectLabel:name",
    "workPackageValue:subject", 'workPackageValue:1234:"Some attribute"', "projectValue:demo:status",
    "{{opSetting:base_url}}", "{{opSetting:host_name}}", "@joe", "@user#5",
]  # fmt: skip
PLACES = [
    "%s",
    "see %s.",
    "(%s)",
    "a, %s, b",
    "%s\u00a0and\u00a0%s",
    "%s…",
    "x>%s",
    "x-%s",
    "[%s]",
    "~%s~",
    "%s: x",
    "„%s“ ",
    "%s %s",
]


def paragraph(*inlines: rt.Inline) -> rt.Document:
    return rt.Document((rt.Paragraph(inlines),))


def check(tree: rt.Document) -> None:
    markdown, _ = write_markdown(tree, rt.NoResolver())
    for references in REFERENCES:
        text, alive = seen(markdown, references)
        assert alive == [], markdown
        assert _bare(text) == _bare(rt.visible_text(tree)), markdown


def _bare(text: str) -> str:
    """Without white space, and the boxes of tasks."""
    return re.sub(r"\[[ x]\] |\s+", "", text)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_stays_a_text_in_every_place(form: str) -> None:
    for place in PLACES:
        check(paragraph(rt.Text(place.replace("%s", form))))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_stays_a_text_beside_others(form: str) -> None:
    for place in PLACES[:3]:
        said = rt.Text(place.replace("%s", form))
        strong = rt.Text(said.text, (rt.STRONG,))
        link = rt.Text(said.text, (rt.Mark(rt.LINK_KIND, "https://x.example"),))
        check(paragraph(strong, rt.Emoji("🙂"), said, rt.HardBreak(), link, rt.Status(said.text)))
    check(paragraph(rt.Mention("name", form, form), rt.AttachmentLink(form), rt.UnknownInline("x", form)))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_stays_a_text_in_every_block(form: str) -> None:
    said = rt.Text(f"see {form}.")
    text = rt.Paragraph((said,))
    cell = rt.TableCell((text, rt.Expand(form, (text,)), rt.Panel("info", form)))
    check(
        rt.Document(
            (
                rt.Heading(2, (said,)),
                rt.BulletList((rt.ListItem((text,)),)),
                rt.TaskList((rt.TaskItem(True, (text,)),)),
                rt.Expand(form, (text,)),
                rt.Panel("info", form, (rt.Quote((text,)),)),
                rt.CodeBlock("x", "", form),
                rt.UnknownBlock("x", form),
                rt.Table((rt.TableRow((cell, cell)),)),
                rt.Table((rt.TableRow((rt.TableCell((text,), True, 2), cell)),)),
            )
        )
    )


@pytest.mark.parametrize("form", FORMS)
def test_no_form_is_touched_in_code(form: str) -> None:
    cell = rt.TableRow((rt.TableCell((rt.CodeBlock(form), rt.Paragraph((rt.Text(form, (rt.CODE,)),)))),))
    blocks = (rt.Paragraph((rt.Text(form, (rt.CODE,)),)), rt.CodeBlock(form), rt.Table((cell,)))
    markdown, _ = write_markdown(rt.Document(blocks), rt.NoResolver())
    text, alive = seen(markdown)
    assert alive == []
    assert text.count(form) == 4, markdown


def test_both_dialects_are_kept_from_it() -> None:
    wiki = "see #12, {{#12}} and [version:1.0|http://x.example/#12] [#12|http://x.example/a,#12] http://x.example/a,#12"
    assert seen(write_markdown(read_wiki(wiki)[0], rt.NoResolver())[0])[1] == []
    text = {"type": "text", "text": "user:"}
    adf = {"type": "doc", "content": [{"type": "paragraph", "content": [text, {"type": "text", "text": "joe #12"}]}]}
    assert write_markdown(read_adf(adf)[0], rt.NoResolver())[0] == "!user:joe !#12"


@pytest.mark.parametrize(
    "text", ["x#12", "#12x", "issue#3", "http://user:x@y", "version: 1.0", "a::b", "r3x", "ratio 3:4"]
)
def test_what_stays_a_text_anyway_is_written_as_it_is(text: str) -> None:
    assert write_markdown(paragraph(rt.Text(text)), rt.NoResolver())[0] == text


_PIECES = st.sampled_from(
    [*FORMS, *"#!:[]|<>&-,~().\"'r12 ", "A-1", "user", "Value", " ", " ", "\u00a0", "é", "…", "_", "`", "*"]
)


@given(st.lists(_PIECES, min_size=1, max_size=8).map("".join), st.booleans())
@example("<#12>", False)
@example("&#12;", True)
def test_any_mixture_stays_the_text_it_was(text: str, strong: bool) -> None:
    text = text.strip() or "x"
    check(paragraph(rt.Text(text)))
    check(paragraph(rt.Text(text, (rt.STRONG,) if strong else (rt.EM,)), rt.Text(text), rt.Date("2024-02-29")))
