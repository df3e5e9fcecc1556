"""What is written reads back: the text of the tree is the text of the rendered Markdown."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown
from tests.unit.richtext.adf_documents import ADF_DOCUMENTS, Shown
from tests.unit.richtext.rendered import seen
from tests.unit.richtext.similarity import Node, tree_of_markdown
from tests.unit.richtext.sources import ODD, SOURCES, Source, everywhere
from tests.unit.richtext.trees import DOCUMENTS


def same(tree: rt.Document) -> None:
    markdown, _ = write_markdown(tree, rt.NoResolver())
    text, alive = seen(markdown)
    assert alive == [], markdown
    assert plain(text) == plain(rt.visible_text(tree)), markdown


def plain(text: str) -> str:
    """Without white space (blocks part words) and the boxes of tasks."""
    return re.sub(r"\[[ x]\]|\s+", "", text)


@given(SOURCES)
def test_the_text_of_any_document_arrives_whole_from_either_dialect(source: Source) -> None:
    arrives(source)


@pytest.mark.parametrize("inline", ODD, ids=[one.wiki for one in ODD])
def test_what_a_dialect_has_a_form_for_arrives_whole_wherever_it_stands(inline: Source) -> None:
    for source in everywhere(inline):
        arrives(source)


@given(ADF_DOCUMENTS)
def test_the_words_of_nodes_in_any_nesting_arrive(shown: Shown) -> None:
    document, words = shown
    markdown, _ = write_markdown(read_adf(document)[0], rt.NoResolver())
    text, alive = seen(markdown)
    assert alive == [], markdown
    assert plain(text) == plain(words), markdown


def arrives(source: Source) -> None:
    """The text is the one that a reader of the source sees, from either dialect."""
    for tree, _ in (read_wiki(source.wiki), read_adf(source.adf)):
        markdown, _ = write_markdown(tree, rt.NoResolver())
        text, alive = seen(markdown)
        assert alive == [], markdown
        assert plain(text) == plain(source.text), markdown
        assert kinds(tree_of_markdown(markdown)) >= source.kinds, markdown


def kinds(node: Node) -> set[str]:
    """All kinds of blocks of a tree."""
    return {node.label[0], *(kind for child in node.children for kind in kinds(child))}


@given(DOCUMENTS)
@example(rt.Document((rt.Paragraph((rt.Status("0\\ "), rt.Text("a\\ ", (rt.STRONG,)), rt.Text("b"))),)))
def test_every_tree_reads_back_as_its_text(tree: rt.Document) -> None:
    same(tree)


_SIGNS = r"""
* _ - + ^ ~ ?? {{ }} { } [ ] | || ! \ \\ # h1. bq. ---- {code} {code:java} {noformat} {quote} {panel:title=x}
{color:red} {color} [a|http://x.y] [~joe] [^f.txt] !a.png! http://x.y/z :) (/) -- --- {*} &amp; <b> 1. > {anchor:x} `
""".split()  # noqa: SIM905
_WORDS = ["\n", "\n\n", " ", "a", "word", "x y", "é", "\r\n", "\t"]
_WIKI = st.lists(st.one_of(st.sampled_from(_SIGNS), st.sampled_from(_WORDS)), max_size=25).map("".join)


@given(_WIKI)
@example("{quote}{code}{quote}")
@example("|{panel}|{panel}|")
@example("!a.png!a*!a.png!")
def test_any_wiki_markup_is_read_and_reads_back(text: str) -> None:
    tree, _ = read_wiki(text)
    same(tree)
    assert rt.from_json(rt.to_json(tree)) == tree


@given(st.text(max_size=60))
@example("0\r\xa0")
@example("\xa0\n0")
def test_any_text_is_read_and_reads_back(text: str) -> None:
    same(read_wiki(text)[0])


_KINDS = ["text", "paragraph", "table", "tableRow", "bulletList", "listItem", "media", "mention", "doc"]
_NAMES = ["type", "content", "text", "attrs", "marks", "id", "level"]
_JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5),
        st.sampled_from(_KINDS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    ),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_any_json_is_read_as_adf(document: object) -> None:
    tree, _ = read_adf(document)  # type: ignore[arg-type]
    same(tree)
