"""Issues as they were seen on many servers, put together as if they came from one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator, Sequence


def read_shapes(shared_data: Path, folders: Sequence[str]) -> list[dict[str, Any]]:
    """The issues below folders of ``jira-shapes``: of those that mean different things by one id or key the first."""
    found: list[dict[str, Any]] = []
    taken: dict[str, str] = {}
    for folder in folders:
        for path in sorted((shared_data / "jira-shapes" / folder).rglob("*.json")):
            for issue in _issues(json.loads(path.read_text(encoding="utf-8"))):
                project = issue["key"].rpartition("-")[0]
                # They were seen on several servers: an id means one thing here.
                names = {issue["id"]: "", issue["key"]: "", f"project {issue['fields']['project'].get('id')}": project}
                if all(taken.get(name, meant) == meant != "" or name not in taken for name, meant in names.items()):
                    taken.update(names)
                    found.append(issue)
    return found


def _issues(value: Any) -> Iterator[dict[str, Any]]:
    """Whole issues of the current API, wherever they stand in an answer."""
    if isinstance(value, list):
        for element in value:
            yield from _issues(element)
    elif isinstance(value, dict):
        fields = value.get("fields")
        if (
            isinstance(fields, dict)
            and re.fullmatch(r"\d+", str(value.get("id", "")))
            and re.fullmatch(r"[A-Z][A-Z0-9_]*-\d+", str(value.get("key", "")))
            and isinstance(fields.get("created"), str)
            and isinstance(fields.get("project"), dict)
        ):
            for file in fields.get("attachment") or ():  # the oldest servers tell their number in the address alone
                file.setdefault("id", str(file["content"]).split("/")[-2])
            yield {**value, "id": str(value["id"])}
        elif "issues" in value:
            yield from _issues(value["issues"])
