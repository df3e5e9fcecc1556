"""Cards of the Atlassian Document Format: links that Jira shows with a title, a preview, or as what a search finds."""

from __future__ import annotations

from typing import Any, Dict, List
from urllib.parse import unquote_plus

from j2o_core.api import richtext as rt

from .adf_nodes import line_of
from .marks import in_order

#: parameters of a datasource that name an installation, and show nothing
_UNSEEN = frozenset({"cloudId", "workspaceId", "schemaId"})


def read_card(attributes: Dict[str, Any], marks: rt.Marks, warnings: List[str]) -> List[rt.Inline]:
    """The link by its title; of a list what it asks for, where the address does not say so."""
    address, title = line_of(attributes.get("url")), ""
    data = attributes.get("data")
    if isinstance(data, dict):
        address = address or line_of(data.get("url")) or line_of(data.get("@id"))
        title = line_of(data.get("name")) or line_of(data.get("title"))
    asked = _asked(attributes.get("datasource"), address, warnings)
    if address:
        out: List[rt.Inline] = [rt.Text(title or address, in_order([rt.Mark(rt.LINK_KIND, address), *marks]))]
    else:
        out = [rt.Text(title, marks)] if title else []
    if asked:
        out.append(rt.Text(f" ({asked})" if out else asked, marks))
    if not out:
        warnings.append("a card without address was left out")
    return out


def _asked(datasource: Any, address: str, warnings: List[str]) -> str:
    """What a list is a list of: ``jql: project = ACME; columns: summary, status``."""
    if not isinstance(datasource, dict):
        return ""
    warnings.append("a list that Jira fills by a search has no counterpart: what it asks for was kept")
    parameters = datasource.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {"parameters": parameters}
    known = unquote_plus(address)
    told = [
        f"{line_of(name)}: {line_of(value)}"
        for name, value in parameters.items()
        if name not in _UNSEEN and line_of(value) and line_of(value) not in known
    ]
    columns = ", ".join(_columns(datasource.get("views")))
    return "; ".join([*told, f"columns: {columns}"] if columns else told)


def _columns(views: Any) -> List[str]:
    names: List[str] = []
    for view in views if isinstance(views, list) else []:
        properties = view.get("properties") if isinstance(view, dict) else None
        columns = properties.get("columns") if isinstance(properties, dict) else None
        for column in columns if isinstance(columns, list) else []:
            names.append(line_of(column.get("key") if isinstance(column, dict) else column))
    return [name for name in dict.fromkeys(names) if name]
