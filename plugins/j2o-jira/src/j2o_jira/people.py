"""People wherever they are embedded: how to tell one, what identifies one, and the splitter that finds all."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Part, Record, Splitter

_ACCOUNT = "accountid:"
_KEPT = ("accountId", "accountType", "key", "name", "displayName", "emailAddress", "active", "timeZone", "locale")


def is_person(value: Any) -> bool:
    """Whether a JSON value is a user as Jira embeds them, in either edition and of any age."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("accountId"), str):
        return bool(value["accountId"])
    name = value.get("name")
    if not isinstance(name, str) or not name or name == value.get("displayName") == "Anonymous":
        return False
    if isinstance(value.get("displayName"), str):
        return "type" not in value and "groupId" not in value
    return isinstance(value.get("active"), bool) and "id" not in value


def person_id(person: Mapping[str, Any]) -> str:
    """The immutable identity: account id on Cloud, user key on Server (the name where there is none)."""
    return str(person.get("accountId") or person.get("key") or person.get("name") or "")


def person_aliases(value: Any) -> Sequence[str]:
    """Every name of a user object, the identity first; of a text: itself, as a mention or history holds it."""
    if isinstance(value, dict):
        mail = value.get("emailAddress")
        names = [value.get("accountId"), value.get("key"), value.get("name")]
        if isinstance(mail, str) and "@" in mail:
            names.append(mail.lower())
        return tuple(dict.fromkeys(str(name) for name in names if name))
    if not isinstance(value, str) or not value.strip():
        return ()
    name = value.strip()
    if name.startswith("[~") and name.endswith("]"):
        name = name[2:-1]
    return (name[len(_ACCOUNT) :] if name.startswith(_ACCOUNT) else name,)


def person_label(value: Any) -> str:
    """What people call the user."""
    if isinstance(value, dict):
        return str(value.get("displayName") or value.get("name") or value.get("accountId") or "")
    return str(value) if value is not None else ""


def person_data(person: Mapping[str, Any]) -> dict[str, Any]:
    """The user without noise, the same from wherever it was read."""
    return {name: person[name] for name in _KEPT if person.get(name) is not None}


def embedded_people(value: Any) -> Iterator[Mapping[str, Any]]:
    """All users in a JSON value, in its order, however deep; each as often as it stands there."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if is_person(found):
                yield found
            elif not (found.get("type") == "doc" and "content" in found):
                waiting.extend(reversed(list(found.values())))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


class People(Splitter):
    """Every user embedded anywhere in a record: fields, comments, worklogs, attachments, mentions in all its texts, and
    who changed something (authors in its history)."""

    name = "jira.people"
    shared = True

    def split(self, record: Record) -> Iterable[Part]:
        """Each person once."""
        seen: dict[str, Part] = {}
        for person in embedded_people(record.data):
            identifier = person_id(person)
            if identifier not in seen:
                seen[identifier] = person_part(identifier, person)
        return seen.values()

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """See ``person_aliases``."""
        return person_aliases(value)

    @staticmethod
    def label(value: Any) -> str:
        """See ``person_label``."""
        return person_label(value)


class Actors(People):
    """The person of a membership that a role gives. Who takes part without a role is found in the issues."""

    name = "jira.actors"

    def split(self, record: Record) -> Iterable[Part]:
        """At most one."""
        return super().split(record) if record.data.get("roles") else ()


def person_part(identifier: str, person: Mapping[str, Any]) -> Part:
    """The user as a child record."""
    data = person_data(person)
    return Part(identifier, person_key(data), data, tuple(person_aliases(data)))


def person_key(person: Mapping[str, Any]) -> str:
    """What reports call the user: the login, or the display name where logins are hidden."""
    return str(person.get("name") or person.get("displayName") or person_id(person))


def member_id(project: Mapping[str, Any], kind: str, identifier: str) -> str:
    """The id of a membership, the same whether it comes from a role or from taking part. ``kind``: user or group."""
    return f"{project.get('id')}:{kind}:{identifier}"


def project_reference(project: Optional[Mapping[str, Any]]) -> dict[str, Any]:
    """A project as records refer to it."""
    return {name: str(project[name]) for name in ("id", "key", "name") if project and project.get(name) is not None}
