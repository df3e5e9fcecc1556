"""Documents as trees of blocks and inline marks, and how much of two such trees is alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Tuple

from tests.unit.richtext.structure import Entry, raw_of_adf, raw_of_markdown

_Label = Tuple[str, ...]


@dataclass
class Node:
    """A block (its kind), or a leaf: a run of text with its marks, a break, a picture."""

    label: _Label
    children: List[Node] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many nodes there are, itself included."""
        return 1 + sum(child.size for child in self.children)


def tree_of_adf(document: Dict[str, Any]) -> Node:
    """The tree of an ADF document."""
    return _tree(raw_of_adf(document))


def tree_of_markdown(markdown: str) -> Node:
    """The tree of rendered Markdown, without the empty header rows that GFM demands."""
    return _without_empty_headers(_tree(raw_of_markdown(markdown)))


def tree_similarity(left: Node, right: Node) -> float:
    """1 for equal trees: twice the nodes that an order-preserving match from the root pairs, over all nodes.

    Two nodes match where their labels are equal; below them their children are aligned. The roots count for nothing.
    """
    whole = left.size + right.size - 2
    return 1.0 if not whole else 2 * (_matched(left, right) - 1) / whole


def _matched(left: Node, right: Node) -> int:
    if left.label != right.label:
        return 0
    best = [0] * (len(right.children) + 1)
    for one in left.children:
        row = [0]
        for place, other in enumerate(right.children):
            paired = best[place] + _matched(one, other)
            row.append(max(paired, row[place], best[place + 1]))
        best = row
    return 1 + best[-1]


def _tree(entries: Sequence[Entry]) -> Node:
    stack = [Node(("doc",))]
    depths = [-1]
    for entry in entries:
        kind = entry[0]
        if kind in ("text", "break", "image"):
            stack[-1].children.append(Node(entry))
            continue
        depth = int(entry[1])
        while depths[-1] >= depth:
            stack.pop()
            depths.pop()
        if kind == "close":
            continue
        node = Node(entry[:1])
        stack[-1].children.append(node)
        if kind != "paragraph":
            stack.append(node)
            depths.append(depth)
    root = stack[0]
    _tidy(root)
    return root


def _tidy(node: Node) -> None:
    """Runs of equal marks joined, blanks at the edges of runs and breaks at those of lines left out."""
    joined: List[Node] = []
    for child in node.children:
        last = joined[-1].label if joined else ("",)
        if child.label[0] == last[0] == "text" and child.label[2:] == last[2:]:
            joined[-1] = Node(("text", last[1] + child.label[1], *last[2:]))
        else:
            joined.append(child)
    clean: List[Node] = []
    for place, child in enumerate(joined):
        kind = child.label[0]
        if kind == "text":
            text = child.label[1].strip()
            if text:
                clean.append(Node(("text", text, *child.label[2:])))
        elif kind == "break":
            after = joined[place + 1].label[0] if place + 1 < len(joined) else ""
            if clean and clean[-1].label[0] == "text" and after in ("text", "break", "image"):
                clean.append(child)
        elif kind != "paragraph":
            _tidy(child)
            clean.append(child)
    node.children = clean


def _without_empty_headers(node: Node) -> Node:
    def is_empty_header(row: Node) -> bool:
        cells = row.children
        return bool(cells) and all(cell.label == ("tableHeader",) and not cell.children for cell in cells)

    kept = [child for child in node.children if not (child.label == ("tableRow",) and is_empty_header(child))]
    return Node(node.label, [_without_empty_headers(child) for child in kept])
