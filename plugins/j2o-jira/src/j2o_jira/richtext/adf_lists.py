"""Lists of the Atlassian Document Format: bullets, numbers, tasks, decisions."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from j2o_core.api import richtext as rt

from .adf_nodes import Blocks, attributes_of, nodes_of, number_of


class AdfLists:
    """Reads lists; ``blocks`` reads what their items hold."""

    def __init__(self, blocks: Blocks, warnings: List[str]) -> None:
        self._blocks = blocks
        self._warnings = warnings

    def bullet_list(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A ``bulletList``."""
        return [rt.BulletList(self._items(node))]

    def ordered_list(self, node: Dict[str, Any]) -> List[rt.Block]:
        """An ``orderedList``, from the number it gives."""
        return [rt.OrderedList(self._items(node), max(0, number_of(attributes_of(node).get("order"), 1)))]

    def task_list(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A ``taskList``; what stands beside its tasks joins the task before it."""
        items: List[rt.TaskItem] = []
        for child in nodes_of(node.get("content"), self._warnings):
            if child.get("type") in ("taskItem", "blockTaskItem"):
                done = attributes_of(child).get("state") == "DONE"
                items.append(rt.TaskItem(done, tuple(self._blocks(child.get("content")))))
                continue
            blocks = tuple(self._blocks([child]))
            if items:
                items[-1] = rt.TaskItem(items[-1].done, items[-1].content + blocks)
            else:
                items.append(rt.TaskItem(False, blocks))
        return [rt.TaskList(tuple(items))]

    def stray_task(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A task outside of any list."""
        return self.task_list({"content": [node]})

    def decision_list(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A ``decisionList``."""
        for child in nodes_of(node.get("content"), []):
            if child.get("type") == "decisionItem" and attributes_of(child).get("state") != "DECIDED":
                self._warnings.append("a decision that is not taken yet became a point of a list, as those that are")
        items = [
            rt.DecisionItem(
                attributes_of(child).get("state") == "DECIDED",
                tuple(self._blocks(child.get("content") if child.get("type") == "decisionItem" else [child])),
            )
            for child in nodes_of(node.get("content"), self._warnings)
        ]
        return [rt.DecisionList(tuple(items))]

    def _items(self, node: Dict[str, Any]) -> Tuple[rt.ListItem, ...]:
        """List items; what stands beside them joins the item before it."""
        items: List[rt.ListItem] = []
        for child in nodes_of(node.get("content"), self._warnings):
            if child.get("type") == "listItem":
                items.append(rt.ListItem(tuple(self._blocks(child.get("content")))))
                continue
            blocks = tuple(self._blocks([child]))
            if items:
                items[-1] = rt.ListItem(items[-1].content + blocks)
            else:
                items.append(rt.ListItem(blocks))
        return tuple(items)
