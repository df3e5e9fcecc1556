"""Who is who: a person of Jira and an account of OpenProject, by login, mail or whole name."""

from __future__ import annotations

import re
from typing import Any, Collection, Mapping, Optional
from urllib.parse import unquote

from .values import body_words
from .words import markdown_words, missing_words, words

Json = Mapping[str, Any]

_MENTION = re.compile(r"\[~\s*([^\]|]+?)\s*\]")


class People:
    """All people of the source, and the accounts of the target by number; ``before`` had accounts before the run.

    ``placeholders`` are rows of those who stand in for people without an account.
    """

    def __init__(
        self,
        source: list[Json],
        accounts: Mapping[str, Json],
        before: Collection[str] = (),
        placeholders: Collection[Json] = (),
    ) -> None:
        self.accounts = accounts
        self.before = before
        self.by_identity = {self.identity(person): person for person in source}
        self.numbers = _numbers(source, accounts)
        self._placeholders = {" ".join(words(str(row["name"]))): str(row["id"]) for row in placeholders}

    @staticmethod
    def identity(person: Json) -> str:
        """The id that never changes."""
        return str(person.get("accountId") or person.get("key") or person.get("name") or "")

    def find(self, alias: str) -> Optional[Json]:
        """The person with this account id, or whose key or login it is."""
        known = self.by_identity.get(alias)
        return known or next(
            (one for one in self.by_identity.values() if alias in (one.get("name"), one.get("key"))), None
        )

    def number(self, person: Json) -> Optional[str]:
        """The account of a person."""
        return self.numbers.get(self.identity(person))

    def placeholder(self, person: Json) -> Optional[str]:
        """The placeholder user of a person: it bears the name, and the login, which keeps namesakes apart."""
        shown = str(person.get("displayName") or person.get("name") or "")
        for alias in (person.get("name"), person.get("accountId"), person.get("key")):
            number = self._placeholders.get(" ".join(words(f"{shown} {alias}"))) if alias else None
            if number is not None:
                return number
        return None

    def is_same(self, person: Json, number: str) -> bool:
        """Whether an account, or a placeholder, is this person's."""
        return (self.number(person) or self.placeholder(person)) == number != ""

    def names(self, person: Json) -> list[str]:
        """What a text may call a person: the name in Jira, or the one an account had before, or its login."""
        shown = str(person.get("displayName") or person.get("name") or "")
        number = self.number(person)
        account = self.accounts.get(number or "")
        return [shown, str(account["name"])] if account is not None and number in self.before else [shown]

    def told(self, person: Json, text: str) -> bool:
        """Whether a text names a person."""
        return any(not missing_words(words(name), markdown_words(text)) for name in self.names(person))

    def missing_of(self, body: Any, text: str) -> list[str]:
        """What a text lacks of the words of a body, in their order; who is mentioned may go by name or by login."""
        held = markdown_words(text)
        gone = missing_words(body_words(self._spelled(body, 0)), held)
        for way in (1, 2):
            if gone:
                gone = min(gone, missing_words(body_words(self._spelled(body, way)), held), key=len)
        for same in (text, unquote(text)):  # code may hold `&amp;` as it is, and addresses are quoted
            gone = gone and min(gone, missing_words(body_words(self._spelled(body, 0)), words(same)), key=len)
        return gone

    def _spelled(self, body: Any, way: int) -> Any:
        if not isinstance(body, str):
            return self._renamed(body, way) if way else body

        def named(found: re.Match[str]) -> str:
            bare = found[1][len("accountid:") :] if found[1].startswith("accountid:") else found[1]
            person = self.find(bare)
            account = self.accounts.get(self.number(person) or "") if person else None
            if person is None or way == 1:
                return f" {bare} "
            return (
                f" {account['name']} " if account is not None and way == 2 else f" {person.get('displayName', bare)} "
            )

        return _MENTION.sub(named, body)

    def _renamed(self, node: Any, way: int) -> Any:
        """A document in which mentions say what the people are called now, in Jira or by their accounts."""
        if isinstance(node, list):
            return [self._renamed(one, way) for one in node]
        if not isinstance(node, dict):
            return node
        person = self.find(str((node.get("attrs") or {}).get("id"))) if node.get("type") == "mention" else None
        if person is None:
            return {name: self._renamed(one, way) for name, one in node.items()}
        account = self.accounts.get(self.number(person) or "")
        name = account["name"] if account is not None and way == 2 else person.get("displayName")
        return {**node, "attrs": {**node["attrs"], "text": f"@{name}"}}


def _numbers(source: list[Json], accounts: Mapping[str, Json]) -> dict[str, str]:
    """Accounts by identity: by mail, else by login, else by a name that only one of either has."""
    mails = {str(row.get("email") or "").casefold(): number for number, row in accounts.items()}
    logins = {str(row.get("login") or "").casefold(): number for number, row in accounts.items()}
    found: dict[str, str] = {}
    for person in source:
        mail = str(person.get("emailAddress") or "").strip().casefold()
        aliases = [str(person.get(name) or "").casefold() for name in ("name", "accountId", "key")]
        for number in (mails.get(mail) if "@" in mail else None, *(logins.get(alias) for alias in aliases if alias)):
            if number is not None:
                found.setdefault(People.identity(person), number)
    taken = set(found.values())
    left: dict[str, list[str]] = {}
    for number, row in accounts.items():
        if number not in taken:
            left.setdefault(" ".join(words(str(row["name"]))), []).append(number)
    for person in source:
        numbers = left.get(" ".join(words(str(person.get("displayName") or person.get("name")))), [])
        if People.identity(person) not in found and len(numbers) == 1:
            found[People.identity(person)] = numbers[0]
    return found
