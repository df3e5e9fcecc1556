"""Who watches an issue."""

from __future__ import annotations

from typing import Iterable

from j2o_core.api import Part, Record, Splitter

from .people import is_person, person_data, person_id, person_label


class Watchers(Splitter):
    """One child per watcher of an issue: ``user``."""

    name = "jira.watchers"
    #: paths of the parent that these children stand for
    consumes = ("fields.watches",)

    def split(self, record: Record) -> Iterable[Part]:
        """In Jira's order, each once."""
        watches = (record.data.get("fields") or {}).get("watches") or {}
        seen: dict[str, Part] = {}
        for person in watches.get("watchers") or ():
            if is_person(person):
                data = person_data(person)
                identifier = f"{record.origin.id}:{person_id(data)}"
                key = f"{record.key}: {person_label(data)}"
                seen.setdefault(identifier, Part(identifier, key, {"id": identifier, "user": data}))
        return seen.values()
