"""The run's own word on what it left out: its report, and the lines of its spec that drop a field."""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional

Json = Mapping[str, Any]

#: why a thing is neither on the target nor among the items: nobody has told j2o to read it
NOT_ASKED = "the template does not ask for it"


class LeftOut:
    """``report`` is what ``j2o report --format json`` gives, ``spec`` what ``j2o render --json`` gives."""

    def __init__(self, report: Json, spec: Optional[Json] = None) -> None:
        self._entities = (spec or {}).get("entities") or {}
        self._tables = (spec or {}).get("tables") or {}
        self._by_origin: dict[tuple[str, str], str] = {}
        self._uncounted: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], str] = {}
        self._accounts: dict[tuple[str, str], list[Json]] = {}
        for row in report.get("accounts") or ():
            self._accounts.setdefault((str(row["entity"]), str(row["kind"])), []).append(row)
        for row in report["items"]:
            entity, origin = str(row["entity"]), str(row["origin"])
            if row["outcome"] == "failed":
                continue  # told, but it was to arrive
            self._by_origin[entity, origin] = str(row["message"])
            if "/unreturned/" in origin:
                name = entity, origin.split("/")[0]
                self._uncounted[name] = self._uncounted.get(name, 0) + 1
        for row in report["problems"]:
            told = str(row["entity"]), str(row["origin"])
            self._told[told] = f"{self._told.get(told, '')} {row['message']}"

    def item(self, entity: str, origin: Any) -> Optional[str]:
        """Why an item was left out, by its id."""
        return self._by_origin.get((entity, str(origin)))

    def reads(self, entity: str) -> bool:
        """Whether the spec has anything to do with an entity."""
        return bool(self._entities.get(entity))

    def has_option(self, entity: str, option: str) -> bool:
        """Whether the spec gives the loader of an entity an option."""
        return bool(((self._entities.get(entity) or {}).get("load") or {}).get(option))

    def listed(self, entity: str, kind: str, name: str) -> Optional[str]:
        """What the report says becomes of a thing of this name that is no item of its own, if it lists it."""
        for row in self._accounts.get((entity, kind), ()):
            if row["name"] == name or str(row["name"]).startswith(f"{name} ("):  # who owns it, who uses it
                return str(row["becomes"])
        return None

    def told(self, entity: str, origin: Any) -> str:
        """What the run's problems say of an item that was written: what the target made of it."""
        return self._told.get((entity, str(origin)), "")

    def becomes(self, table: str, name: str) -> Optional[str]:
        """What a table of the spec makes of a name; ``None`` where it does not list it."""
        return self._tables.get(table, {}).get(name)

    def uncounted(self, entity: str, issue: Any) -> int:
        """How many items of an issue are listed that Jira counts and does not return."""
        return self._uncounted.get((entity, str(issue)), 0)

    def field(self, entity: str, path: str, name: str = "") -> Optional[str]:
        """Why the spec drops a field, by its path or its display name."""
        drops = (self._entities.get(entity) or {}).get("drop") or {}
        return drops.get(path) or (drops.get(f'field("{name}")') if name else None)

    def called(self, entity: str, path: str, name: str) -> list[str]:
        """What the spec calls a field on the target: the custom fields that are made of it."""
        lines = (self._entities.get(entity) or {}).get("map") or {}
        return [
            key[3:]
            for key, line in lines.items()
            if key.startswith("cf:")
            and re.search(rf"{re.escape(path)}\b|field\([\"']{re.escape(name)}[\"']\)", str(line))
        ]


def mark_of(text: str, letter: str = "") -> Optional[str]:
    """The id in the last origin mark of a text: ``j2o-SOURCE-`` letter and number."""
    found = re.findall(rf"j2o-[a-z0-9-]+?-{letter}(\d+)(?=[;)\s]|$)", text)
    return found[-1] if found else None
