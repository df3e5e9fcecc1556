"""Who is who at the source: everybody by each of the names that an account on the target may have been made of."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional

Person = Mapping[str, Any]


class Directory:
    """People, each named by one alias."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._known: dict[str, str] = {}
        self._display_names: dict[str, str] = {}
        for person in people:
            aliases = list(_aliases(person))
            name = next((self._known[alias] for alias in aliases if alias in self._known), aliases[0])
            self._known.update(dict.fromkeys(aliases, name))
            self._display_names.update(dict.fromkeys(aliases, str(person.get("displayName"))))

    def who(self, person: Person) -> str:
        """The name of a person who is in it."""
        return next(self._known[alias] for alias in _aliases(person))

    def find(self, alias: str) -> Optional[str]:
        """The name of whoever has this alias."""
        return self._known.get(alias.casefold())

    def display_name(self, alias: str) -> str:
        """What a reader sees; the alias where nobody has it."""
        return self._display_names.get(alias.casefold(), alias)


def people_in(value: Any) -> Iterator[Person]:
    """Everybody anywhere in issues as Jira gives them."""
    if isinstance(value, list):
        for element in value:
            yield from people_in(element)
    elif isinstance(value, dict):
        if "displayName" in value and any(True for _ in _aliases(value)):
            yield value
        for element in value.values():
            yield from people_in(element)


def _aliases(person: Person) -> Iterator[str]:
    for name in ("accountId", "key", "name"):
        if person.get(name):
            yield str(person[name]).casefold()
    mail = str(person.get("emailAddress") or "")
    if "@" in mail:
        yield mail.casefold()
