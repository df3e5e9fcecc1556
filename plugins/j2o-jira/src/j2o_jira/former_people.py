"""People whom an issue names as it is, and those whom its history alone names: former values of fields of people."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Iterable, Iterator, Mapping

from j2o_core.api import Part, Record

from .people import People, person_part

#: account ids of Cloud, of each age and of customers; nothing else that a history holds looks like one
_ACCOUNT = re.compile(r"[0-9a-f]{24}|[0-9a-z]{1,32}(?::[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}){1,2}")
#: fields of people in every Jira; on Server a history does not tell which other fields are
_FIELDS = frozenset({"assignee", "reporter", "creator"})


class PresentPeople(People):
    """Every user embedded in a record, but in its history: who only changed something is left out."""

    name = "jira.present_people"

    def split(self, record: Record) -> Iterable[Part]:
        """Each person once."""
        return super().split(replace(record, data={k: v for k, v in record.data.items() if k != "changelog"}))


class FormerPeople(People):
    """Who was assignee, reporter, or on Cloud in any field of people, as the history of an issue tells.

    A history holds an identity and a name, no more, so these people count as deactivated: put this behind everything
    that knows them better.
    """

    name = "jira.former_people"

    def split(self, record: Record) -> Iterable[Part]:
        """Each person once, under the name that the history tells last."""
        found: dict[str, Part] = {}
        for entry in (record.data.get("changelog") or {}).get("histories") or ():
            for item in entry.get("items") or ():
                if isinstance(item, dict):
                    for person in _people(item):
                        identifier = str(person.get("accountId") or person["key"])
                        found[identifier] = person_part(identifier, person)
        return found.values()


def _people(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    plain = str(item.get("field", "")).lower() in _FIELDS and item.get("fieldtype", "jira") == "jira"
    for side in ("from", "to"):
        for identifier, name in _pairs(item.get(side), item.get(f"{side}String")):
            if _ACCOUNT.fullmatch(identifier):
                yield {"accountId": identifier, "displayName": name, "active": False}
            elif plain:
                yield {"key": identifier, "displayName": name, "active": False}


def _pairs(identity: Any, words: Any) -> Iterator[tuple[str, str]]:
    """Identities and names of one value. Fields of several people hold lists in brackets, whose names may hold commas:
    where they cannot be told apart, the identity is the name."""
    if not isinstance(identity, str) or not identity.strip():
        return
    listed = identity.startswith("[") and identity.endswith("]")
    identities = [one.strip() for one in (identity[1:-1].split(",") if listed else [identity]) if one.strip()]
    text = words if isinstance(words, str) else ""
    names = text[1:-1].split(", ") if listed and text.startswith("[") else [text]
    for position, one in enumerate(identities):
        yield one, (names[position].strip() if len(names) == len(identities) else "") or one
