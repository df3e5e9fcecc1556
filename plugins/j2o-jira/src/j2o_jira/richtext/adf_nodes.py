"""Nodes of the Atlassian Document Format as they come, well-formed or not."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from j2o_core.api import richtext as rt

from .cleaning import clean

#: the reader of a content list's blocks
Blocks = Callable[[Any], List[rt.Block]]


def nodes_of(content: Any, warnings: List[str]) -> List[Dict[str, Any]]:
    """The nodes of a content list; a bare node is a list of one, and anything else is kept as text."""
    if content is None:
        return []
    if not isinstance(content, list):
        content = [content]
    good: List[Dict[str, Any]] = []
    for node in content:
        if isinstance(node, dict):
            good.append(node)
        elif node is not None:
            warnings.append(f"a {type(node).__name__} stands where a node belongs: its text was kept")
            good.append({"type": "text", "text": str(node)})
    return good


def attributes_of(node: Dict[str, Any]) -> Dict[str, Any]:
    """Its attributes, empty where there are none."""
    attributes = node.get("attrs")
    return attributes if isinstance(attributes, dict) else {}


def text_of(node: Dict[str, Any]) -> str:
    """Its own text, without that of its content."""
    text = node.get("text")
    return text if isinstance(text, str) else ""


def number_of(value: Any, default: int) -> int:
    """A number of whatever form, or the default."""
    if isinstance(value, bool):
        return default
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def line_of(value: Any) -> str:
    """A string attribute on one line, control characters left out; empty for anything else."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return ""
    return " ".join(clean(str(value), []).split())
