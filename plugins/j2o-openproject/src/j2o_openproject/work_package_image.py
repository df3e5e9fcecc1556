"""A work package as the API shows it, in the form in which it is compared."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from j2o_core.api import Found, ItemFailed

from .catalogue import Catalogue
from .custom_fields import stored
from .durations import stored_work
from .hal import linked, linked_all, raw
from .marks import Marks
from .target_items import sorted_ids
from .times import normal_time
from .work_package_draft import CUSTOM
from .work_package_schema import WorkPackageSchema
from .work_package_versions import version_image


def found_of(row: Mapping[str, Any], catalogue: Catalogue, marks: Marks, origin_field: str) -> Found:
    """The item with its mark (of the custom field, else of the description's last line) and image."""
    project, type_id = linked(row, "project") or "", linked(row, "type") or ""
    schema = _schema(catalogue, project, type_id)
    description = marks.read_last_line(raw(row.get("description")))
    origin = schema.custom_field(origin_field) if schema and origin_field else None
    mark = (marks.read_value(row.get(origin.property)) if origin else None) or description.id
    start, due = row.get("startDate"), row.get("dueDate")
    if "date" in row:
        start = due = row["date"]
    versions = sorted_ids(linked_all(row, "targetVersions") or linked_all(row, "version"))
    category = linked(row, "category")
    image: dict[str, Any] = {
        "project": project,
        "subject": row.get("subject"),
        "type": catalogue.types.name(type_id),
        "status": catalogue.statuses.name(linked(row, "status")),
        "priority": catalogue.priorities.name(linked(row, "priority")),
        "description": description.text,
        "sourceLink": description.id,
        "author": linked(row, "author"),
        "createdAt": normal_time(row.get("createdAt")),
        "assignee": linked(row, "assignee"),
        "responsible": linked(row, "responsible"),
        "parent": linked(row, "parent"),
        "startDate": start,
        "dueDate": due,
        "estimatedTime": stored_work(row.get("estimatedTime")),
        "remainingTime": stored_work(row.get("remainingTime")),
        "percentageDone": row.get("percentageDone"),
        "version": version_image("version", versions),
        "versions": versions,
        "sprints": linked(row, "sprint"),
        "category": catalogue.categories(project).name(category) if category else None,
    }
    for custom in schema.custom.values() if schema else ():
        if custom is not origin:
            image[f"{CUSTOM}{custom.name}"] = stored(custom, row, catalogue.options)
    return Found(
        id=str(row["id"]),
        mark=mark,
        version=str(row["lockVersion"]) if "lockVersion" in row else None,
        updated=row.get("updatedAt"),
        image=image,
        label=str(row.get("subject") or ""),
        parent=project,
        display=str(row.get("displayId") or "") if str(row.get("displayId")) != str(row["id"]) else "",
    )


def _schema(catalogue: Catalogue, project: str, type_id: str) -> Optional[WorkPackageSchema]:
    try:
        return catalogue.schema(project, type_id)
    except ItemFailed:  # the type was taken from the project since
        return None
