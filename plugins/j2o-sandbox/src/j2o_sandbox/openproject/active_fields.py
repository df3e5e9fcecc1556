"""Which custom fields are active on work packages."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from j2o_sandbox.openproject.store import Store


class ActiveFields:
    """Custom fields that are active for a type in a project, looked up once per pair."""

    def __init__(self) -> None:
        self._kept: Dict[Tuple[int, int], Tuple[Any, List[Any]]] = {}

    def __call__(self, store: Store, project: Any, type_id: Optional[int]) -> List[Any]:
        """The active fields; others neither show nor take values."""
        if type_id is None:
            return []
        key = (project.id, type_id)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is project:
            return kept[1]
        fields = [
            field
            for field in store.custom_fields.find("of", "work_package")
            if type_id in field.types and (field.for_all or field.id in project.fields)
        ]
        self._kept[key] = (project, fields)
        return fields
