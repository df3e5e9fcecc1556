"""Looking at a tree: its visible text, its references; and rebuilding it."""

from __future__ import annotations

from typing import Callable, Iterator, List, Tuple, Union

from j2o_core.richtext import tree as t

Reference = Union[t.Mention, t.IssueKey, t.AttachmentLink, t.Image]


def visible_text(tree: t.Document) -> str:
    """What a person reads, one line for each line on the page, without any markup."""
    lines: List[str] = []
    _block_text(tree.content, lines)
    return "\n".join(lines)


def references(tree: t.Document) -> Iterator[Reference]:
    """Every node that names something outside the text, in reading order; images from the web included."""
    for inline in inlines(tree.content):
        if isinstance(inline, (t.Mention, t.IssueKey, t.AttachmentLink, t.Image)):
            yield inline


def inlines(blocks: t.Blocks) -> Iterator[t.Inline]:
    """All inlines below some blocks, in reading order."""
    stack: List[Iterator[t.Node]] = [iter(blocks)]
    while stack:
        for node in stack[-1]:
            if isinstance(node, (t.Paragraph, t.Heading)):
                yield from node.content
                continue
            inner = children(node)
            if inner:
                stack.append(iter(inner))
                break
        else:
            stack.pop()


def children(node: t.Node) -> Tuple[t.Node, ...]:
    """The nodes directly below a node; none for inlines."""
    if isinstance(node, (t.BulletList, t.OrderedList, t.TaskList, t.DecisionList)):
        return node.items
    if isinstance(node, t.Table):
        return node.rows
    if isinstance(node, t.TableRow):
        return node.cells
    return getattr(node, "content", ())


def inline_text(inline: t.Inline) -> str:
    """The visible text of one inline."""
    if isinstance(inline, (t.Text, t.Emoji, t.Status, t.UnknownInline)):
        return inline.text
    if isinstance(inline, t.HardBreak):
        return "\n"
    if isinstance(inline, t.Mention):
        return "@" + (inline.label or inline.alias_value)
    if isinstance(inline, t.IssueKey):
        return f"{inline.label} ({inline.key})" if inline.label else inline.key
    if isinstance(inline, t.AttachmentLink):
        return inline.label or inline.name
    if isinstance(inline, t.Image):
        return inline.alt or inline.name
    if isinstance(inline, t.Date):
        return inline.day
    return ""


def map_content(tree: t.Document, change: Callable[[t.Inlines], t.Inlines]) -> t.Document:
    """The tree with the inlines of each paragraph and heading replaced; code blocks stay as they are.

    Blocks in which nothing changes are reused, not copied.
    """
    return t.Document(_map_blocks(tree.content, change))


def _block_text(nodes: Tuple[t.Node, ...], lines: List[str]) -> None:
    for node in nodes:
        if isinstance(node, (t.Paragraph, t.Heading)):
            text = "".join([inline_text(inline) for inline in node.content])
            lines.extend(text.split("\n"))
            continue
        title = getattr(node, "title", "")
        if title:
            lines.append(title)
        if isinstance(node, (t.CodeBlock, t.UnknownBlock)) and node.text:
            lines.extend(node.text.split("\n"))
        _block_text(children(node), lines)


def _map_blocks(blocks: t.Blocks, change: Callable[[t.Inlines], t.Inlines]) -> t.Blocks:
    changed = [_map_block(block, change) for block in blocks]
    if all(new is old for new, old in zip(changed, blocks)):
        return blocks
    return tuple(changed)


def _map_block(block: t.Block, change: Callable[[t.Inlines], t.Inlines]) -> t.Block:
    if isinstance(block, t.Paragraph):
        content = change(block.content)
        return block if content is block.content else t.Paragraph(content)
    if isinstance(block, t.Heading):
        content = change(block.content)
        return block if content is block.content else t.Heading(block.level, content)
    if isinstance(block, t.Quote):
        return t.Quote(_map_blocks(block.content, change))
    if isinstance(block, t.Panel):
        return t.Panel(block.kind, block.title, _map_blocks(block.content, change))
    if isinstance(block, t.Expand):
        return t.Expand(block.title, _map_blocks(block.content, change))
    if isinstance(block, t.UnknownBlock):
        return t.UnknownBlock(block.kind, block.text, _map_blocks(block.content, change))
    if isinstance(block, t.BulletList):
        return t.BulletList(tuple([t.ListItem(_map_blocks(item.content, change)) for item in block.items]))
    if isinstance(block, t.OrderedList):
        items = tuple([t.ListItem(_map_blocks(item.content, change)) for item in block.items])
        return t.OrderedList(items, block.start)
    if isinstance(block, t.TaskList):
        return t.TaskList(tuple([t.TaskItem(item.done, _map_blocks(item.content, change)) for item in block.items]))
    if isinstance(block, t.DecisionList):
        return t.DecisionList(
            tuple([t.DecisionItem(item.decided, _map_blocks(item.content, change)) for item in block.items])
        )
    if isinstance(block, t.Table):
        return t.Table(tuple([_map_row(row, change) for row in block.rows]))
    return block


def _map_row(row: t.TableRow, change: Callable[[t.Inlines], t.Inlines]) -> t.TableRow:
    return t.TableRow(
        tuple(
            [
                t.TableCell(_map_blocks(cell.content, change), cell.header, cell.colspan, cell.rowspan, cell.background)
                for cell in row.cells
            ]
        )
    )
