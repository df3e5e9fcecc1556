"""What the lists of custom fields offer, as far as it shows before anything is written: through a project's schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Collection, Mapping

from .hal import condition, elements, filters
from .texts import folded
from .work_package_schema import read_schema

if TYPE_CHECKING:
    from .connector import OpenProject

#: types of one project whose schemas are looked at
_MOST = 40
#: kinds of custom fields whose values are chosen from a list that an administrator makes
LISTS = ("CustomOption", "CustomField::Hierarchy::Item")


def offered_lists(client: OpenProject) -> Mapping[str, Collection[str]]:
    """Folded values by folded name of the field, of the first project with any; empty where there is no project.

    Lists that the schema only links to are left out, for they are long.
    """
    found: dict[str, Collection[str]] = {}
    projects = elements(client.get("projects", {"pageSize": 1, "filters": filters(condition("active", "=", ["t"]))}))
    for project in projects[:1]:
        types = elements(client.get(f"projects/{project['id']}/types"))[:_MOST]
        pairs = [f"{project['id']}-{row['id']}" for row in types]
        asked = {"filters": filters(condition("id", "=", pairs))}
        for schema in elements(client.get("work_packages/schemas", asked)) if pairs else ():
            for field in read_schema(schema).custom.values():
                if field.kind in LISTS and field.options:
                    found.setdefault(folded(field.name), frozenset(field.options))
    return found
