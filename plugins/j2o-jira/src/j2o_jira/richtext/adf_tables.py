"""Tables of the Atlassian Document Format."""

from __future__ import annotations

from typing import Any, Dict, List

from j2o_core.api import richtext as rt

from .adf_nodes import Blocks, attributes_of, nodes_of, number_of


class AdfTables:
    """Reads tables; ``blocks`` reads what their cells hold."""

    def __init__(self, blocks: Blocks, warnings: List[str]) -> None:
        self._blocks = blocks
        self._warnings = warnings

    def table(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A ``table``; a cell outside of any row is a row of its own."""
        if attributes_of(node).get("isNumberColumnEnabled") is True:
            self._warnings.append("the numbers before the rows of a table were left out")
        rows: List[rt.TableRow] = []
        for row in nodes_of(node.get("content"), self._warnings):
            cells = nodes_of(row.get("content"), self._warnings) if row.get("type") == "tableRow" else [row]
            rows.append(rt.TableRow(tuple([self._cell(cell) for cell in cells])))
        return [rt.Table(tuple(rows))]

    def stray_row(self, node: Dict[str, Any]) -> List[rt.Block]:
        """A row outside of any table."""
        return self.table({"content": [node]})

    def _cell(self, node: Dict[str, Any]) -> rt.TableCell:
        attributes = attributes_of(node)
        kind = node.get("type")
        content = node.get("content") if kind in ("tableCell", "tableHeader") else [node]
        background = attributes.get("background")
        return rt.TableCell(
            tuple(self._blocks(content)),
            kind == "tableHeader",
            max(1, number_of(attributes.get("colspan"), 1)),
            max(1, number_of(attributes.get("rowspan"), 1)),
            background if isinstance(background, str) else "",
        )
