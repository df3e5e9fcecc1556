"""The Markdown that OpenProject renders."""

from __future__ import annotations

from typing import Optional, Tuple, Union

import pytest
from markdown_it import MarkdownIt

from j2o_core.api import richtext as rt
from j2o_openproject.richtext import write_markdown

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render


class Known(rt.NoResolver):
    """Knows one of everything."""

    def mention(self, alias: rt.Alias) -> Optional[Tuple[int, str]]:
        return (7, 'Ann "A" <Lee>') if alias == ("name", "ann") else None

    def issue(self, key: str) -> Optional[str]:
        return {"ACME-1": "/work_packages/123", "ACME-2": "/op/work_packages/7"}.get(key)

    def is_issue(self, key: str) -> bool:
        return self.issue(key) is not None

    def address(self, url: str) -> Optional[str]:
        return "/work_packages/123" if url == "https://jira/browse/ACME-1" else None

    def attachment(self, name: str) -> Optional[str]:
        return "/api/v3/attachments/5/content" if name == "a b.png" else None


def write(*blocks: rt.Block) -> str:
    return write_markdown(rt.Document(blocks), Known())[0]


def p(*content: Union[str, rt.Inline]) -> rt.Paragraph:
    return rt.Paragraph(tuple([rt.Text(item) if isinstance(item, str) else item for item in content]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("snake_case a*b 2 * 3", "snake_case a\\*b 2 * 3"),
        ("# x", "\\# x"),
        ("#x", "#x"),
        ("- x", "\\- x"),
        ("12. x", "12\\. x"),
        ("> x", "\\> x"),
        ("---", "\\---"),
        ("=", "\\="),
        ("|---|", "\\|---|"),
        ("a[0](b)", "a\\[0](b)"),
        ("<b> a < b", "\\<b> a < b"),
        ("&nbsp; a & b", "\\&nbsp; a & b"),
        ("`x` ~~y~~", "\\`x\\` \\~\\~y\\~\\~"),
        ("C:\\temp \\*", "C:\\temp \\\\\\*"),
    ],
)
def test_text_is_escaped_where_it_must_be_and_nowhere_else(text: str, expected: str) -> None:
    assert write(p(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see #12.", "see !#12."),
        ("##12 ###3", "!##12 !###3"),
        ("r34, r3x", "!r34, r3x"),
        ("version:1.0 user:joe commit:ab12", "!version:1.0 !user:joe !commit:ab12"),
        ('version:"1.0 beta"', '!version:"1.0 beta"'),
        ("demo:version#3 document#17", "!demo:version#3 !document#17"),
        ("x#12 #12x issue#3 http://user:x@y", "x#12 #12x issue#3 http://user:x@y"),
        ("version: 1.0", "version: 1.0"),
        ("[[Wiki]]", "!\\[\\[Wiki]]"),
        ("{{opSetting:host_name}}", "{<span>{</span>opSetting:host_name}}"),
        ("workPackageValue:subject", "workPackageValue<span>:</span>subject"),
    ],
)
def test_text_that_would_come_alive_is_kept_from_it(text: str, expected: str) -> None:
    assert write(p(text)) == expected


def test_code_is_never_touched() -> None:
    assert write(p(rt.Text("#12 version:x a_b*", (rt.CODE,)))) == "`#12 version:x a_b*`"
    assert write(rt.CodeBlock("#12 r34\n*x*", "java")) == "```java\n#12 r34\n*x*\n```"


def test_fences_are_longer_than_what_they_hold() -> None:
    assert write(p(rt.Text("a`b``c", (rt.CODE,)))) == "```a`b``c```"
    assert write(p(rt.Text("`", (rt.CODE,)))) == "`` ` ``"
    assert write(rt.CodeBlock("```\nx\n````")) == "`````\n```\nx\n````\n`````"


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ((rt.Text("a", (rt.STRONG,)), rt.Text("b")), "<strong>a</strong>b"),
        ((rt.Text("a"), rt.Text("b", (rt.EM,)), rt.Text("c")), "a<em>b</em>c"),
        ((rt.Text("a"), rt.Text('"b"', (rt.STRONG,)), rt.Text("c")), 'a<strong>"b"</strong>c'),
        ((rt.Text("a "), rt.Text(" b ", (rt.STRONG,)), rt.Text("c")), "a  <strong>b</strong> c"),
        ((rt.Text("a", (rt.STRONG,)), rt.Text("b", (rt.STRONG, rt.EM))), "<strong>a<em>b</em></strong>"),
        ((rt.Text("a", (rt.STRIKE,)),), "<s>a</s>"),
        ((rt.Text("a", (rt.Mark(rt.UNDERLINE_KIND), rt.SUB)),), "<ins><sub>a</sub></ins>"),
        ((rt.Status("A"), rt.Status("B")), "<strong>A</strong><strong>B</strong>"),
    ],
)
def test_marks_read_back_as_the_same_marks(content: rt.Inlines, html: str) -> None:
    rendered = RENDER(write(rt.Paragraph(content)))
    assert rendered.replace("&quot;", '"').strip() == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://x.y/a_b?c=1&d=2", "[t](https://x.y/a_b?c=1&d=2)"),
        ("https://x.y/a (b)", "[t](<https://x.y/a (b)>)"),
        ("https://x.y/?a&copy;=1", "[t](https://x.y/?a&amp;copy;=1)"),
        ("javascript:alert(1)", "t (`javascript:alert(1)`)"),
    ],
)
def test_addresses_survive_and_unsafe_ones_are_text(href: str, expected: str) -> None:
    assert write(p(rt.Text("t", (rt.Mark(rt.LINK_KIND, href),)))) == expected


def test_a_bare_address_is_an_autolink() -> None:
    assert write(p(rt.Text("https://x.y", (rt.Mark(rt.LINK_KIND, "https://x.y"),)))) == "<https://x.y>"


def test_an_exclamation_mark_before_a_link_makes_no_picture() -> None:
    assert write(p("Look!", rt.Text("t", (rt.Mark(rt.LINK_KIND, "https://x.y"),)))) == "Look\\![t](https://x.y)"


@pytest.mark.parametrize(
    ("tip", "expected"),
    [
        ("a tip", '[t](https://x.y "a tip")'),
        ('say "hi" \\', '[t](https://x.y "say \\"hi\\" \\\\")'),
        ("&amp; more", '[t](https://x.y "\\&amp; more")'),
    ],
)
def test_the_tip_of_a_link_stays_its_tip(tip, expected):
    linked = rt.Text("t", (rt.Mark(rt.LINK_KIND, "https://x.y", tip),))
    assert write(p(linked)) == expected
    (token,) = [one for one in MarkdownIt().parse(expected)[1].children if one.type == "link_open"]
    assert token.attrs["title"] == tip
    assert write(p(rt.Text("https://x.y", linked.marks))) == expected.replace("[t]", "[https://x.y]")


def test_the_tip_of_an_unsafe_link_is_text_beside_its_address() -> None:
    unsafe = rt.Text("t", (rt.Mark(rt.LINK_KIND, "javascript:x", "a_b *tip*"),))
    assert write(p(unsafe)) == "t (`javascript:x`) (a_b \\*tip\\*)"


def test_references_are_written_with_their_ids() -> None:
    assert write(p(rt.Mention("name", "ann"))) == (
        '<mention class="mention" data-id="7" data-type="user" data-text="@Ann &quot;A&quot; &lt;Lee&gt;">'
        '@Ann "A" \\<Lee></mention>'
    )
    assert write(p(rt.IssueKey("ACME-1"), " ", rt.IssueKey("ACME-2", "the bug"))) == (
        "[ACME-1](/work_packages/123) [the bug (ACME-2)](/op/work_packages/7)"
    )
    assert write(p(rt.Image("a b.png"))) == "![a b.png](/api/v3/attachments/5/content)"
    assert write(p(rt.AttachmentLink("a b.png", "pic"))) == "[pic](/api/v3/attachments/5/content)"


def test_typed_keys_and_links_into_the_source_lead_to_the_target() -> None:
    link = rt.Text("it", (rt.Mark(rt.LINK_KIND, "https://jira/browse/ACME-1"),))
    assert write(p("See ACME-1, ACME-9: ", link, rt.Text("ACME-1", (rt.CODE,)))) == (
        "See [ACME-1](/work_packages/123), ACME-9: [it](/work_packages/123)`ACME-1`"
    )
    assert write(p(rt.Text("ACME-1", (rt.STRONG,)), "!", rt.IssueKey("ACME-1"))) == (
        "**[ACME-1](/work_packages/123)**\\![ACME-1](/work_packages/123)"
    )
    cell = rt.TableRow((rt.TableCell((p("ACME-1"),), True, 2),))
    assert write(rt.Table((cell,))) == (
        '<table>\n<tr><th colspan="2"><a href="/work_packages/123">ACME-1</a></th></tr>\n</table>'
    )


def test_unknown_references_are_readable_and_listed() -> None:
    tree = rt.Document(
        (p(rt.Mention("account_id", "5b1", "Bob"), rt.IssueKey("X-1"), rt.AttachmentLink("f"), rt.Image("i.png")),)
    )
    markdown, warnings = write_markdown(tree, Known())
    assert markdown == "@BobX-1f![i.png](i.png)"
    assert len(warnings) == 4
    assert "unresolved mention 'Bob': kept as text" in warnings


def test_lists_keep_start_nesting_and_tasks() -> None:
    inner = rt.OrderedList((rt.ListItem((p("b"),)),), 1)
    assert write(rt.BulletList((rt.ListItem((p("a"), inner)), rt.ListItem((p("c"), rt.CodeBlock("x")))))) == (
        "- a\n  1. b\n- c\n  ```\n  x\n  ```"
    )
    assert write(rt.OrderedList((rt.ListItem((p("a"),)), rt.ListItem((p("b"),))), 9)) == "9. a\n10. b"
    assert write(rt.TaskList((rt.TaskItem(True, (p("a"),)), rt.TaskItem(False, (p("b"),))))) == "- [x] a\n- [ ] b"


def test_neighbouring_lists_stay_two() -> None:
    one = rt.BulletList((rt.ListItem((p("a"),)),))
    assert RENDER(write(one, one)).count("<ul>") == 2


def test_a_table_is_gfm_with_html_where_a_cell_is_more_than_a_line() -> None:
    list_ = rt.BulletList((rt.ListItem((p("x|y"),)),))
    head = rt.TableRow((rt.TableCell((p("a"),), True), rt.TableCell((p("b"),), True)))
    row = rt.TableRow((rt.TableCell((p("c", rt.HardBreak(), "d"),)), rt.TableCell((list_,))))
    assert write(rt.Table((head, row))) == ("| a | b |\n| --- | --- |\n| c<br>d | <ul><li>x\\|y</li></ul> |")


def test_a_table_with_spans_is_html() -> None:
    row = rt.TableRow((rt.TableCell((p("a <b> #12"),), True, 2), rt.TableCell((rt.CodeBlock("x\n\ny"),))))
    assert write(rt.Table((row,))) == (
        '<table>\n<tr><th colspan="2">a &lt;b&gt; !#12</th><td><pre><code>x&#10;&#10;y</code></pre></td></tr>\n</table>'
    )


def test_panels_and_expands_keep_title_and_content() -> None:
    assert write(rt.Panel("info", "T", (p("a"),))) == "> **T**\n>\n> a"
    assert write(rt.Expand("T & U", (p("a"),))) == ("<details>\n<summary>T &amp; U</summary>\n\na\n\n</details>")


def test_breaks_stand_between_lines_and_never_at_the_edge() -> None:
    assert write(p(rt.HardBreak(), "a", rt.HardBreak(), "- b", rt.HardBreak())) == "a\\\n\\- b"
