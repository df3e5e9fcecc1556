"""Which account of the target each person of the source has."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence

from ...expressions.names import fold
from ...hooks.protocols import SourcePerson, TargetPerson
from ...spec.undecided import TODO
from .matching import Matcher
from .rows import Row, row_key

#: the name of the table of people
TABLE = "users"
#: up to so many people stand in the spec itself
MOST_INLINE = 30
COLUMNS = ("id", "login", "match", "name", "mail", "active")
#: an account of the same name, where nothing else tells
_BY_NAME = 0.85

NewLogin = Callable[[SourcePerson], str]


@dataclass(frozen=True)
class Account:
    """A person's account: an existing one, a new one, or ``TODO`` where several could be meant."""

    person: SourcePerson
    login: str
    why: str


def propose_accounts(
    people: Sequence[SourcePerson], accounts: Sequence[TargetPerson], new_login: NewLogin
) -> list[Account]:
    """By mail, then by login, then by name; an account belongs to one person. Others get an account of their own."""
    free = _Free(accounts)
    found: dict[str, Account] = {}
    for tell in (free.by_mail, free.by_login, free.by_name):
        claimed: dict[str, list[tuple[SourcePerson, str]]] = {}
        for person in people:
            if person.id in found:
                continue
            logins, why = tell(person)
            if len(logins) > 1:
                found[person.id] = Account(person, TODO, f"several accounts are called so: {', '.join(sorted(logins))}")
            elif logins:
                claimed.setdefault(logins[0], []).append((person, why))
        for login, claims in claimed.items():
            alone = len(claims) == 1
            for person, why in claims:
                reason = why if alone else f"'{login}' may be any of {len(claims)} people"
                found[person.id] = Account(person, login if alone else TODO, reason)
            free.take(login)
    owners = {fold(account.login): f"{account.login} ({account.name})" for account in accounts}
    made = []
    for person in people:
        account = found.get(person.id)
        if account is None:
            login = new_login(person)
            owner = owners.get(fold(login))
            account = Account(
                person, TODO if owner else login, f"the login is taken: {owner}" if owner else "a new account"
            )
            owners.setdefault(fold(login), f"{login}, new for {_called(person)}")
        made.append(account)
    return made


def table_rows(accounts: Sequence[Account]) -> list[Row]:
    """Rows by the id that never changes."""
    return [
        Row(row_key(account.person.id), account.login, f"{_called(account.person)}; {account.why}")
        for account in accounts
    ]


def table_file(accounts: Iterable[Account]) -> str:
    """The same as CSV, with all that helps a person to decide."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for account in accounts:
        person = account.person
        row = (
            row_key(person.id),
            account.login,
            account.why,
            person.name,
            person.mail,
            "yes" if person.active else "no",
        )
        writer.writerow([" ".join(str(cell).split()) for cell in row])
    return out.getvalue()


def login_line(line: Any, paths: Sequence[str]) -> Optional[dict[str, Any]]:
    """The line that looks people up in the table, and makes a login as the template's ``line`` does for all others.

    ``None`` where that line is not of the form ``{from: [paths], steps: [steps]}``.
    """
    if not isinstance(line, Mapping) or set(line) - {"from", "steps"}:
        return None
    sources = line.get("from")
    sources = [sources] if isinstance(sources, str) else list(sources or ())
    steps = line.get("steps") or []
    if not all(isinstance(part, str) and part.isidentifier() for part in (*sources, *steps)) or not sources:
        return None
    first = " or ".join(f"item.{source}" for source in sources)
    made = "".join(f" | {step}" for step in steps)
    return {"from": list(paths), "table": TABLE, "default": f"{{{{ ({first}){made} }}}}"}


class _Free:
    """Accounts that are nobody's yet, by what tells them."""

    def __init__(self, accounts: Sequence[TargetPerson]) -> None:
        self._accounts = {account.login: account for account in accounts}
        self._mails = {fold(account.mail): account.login for account in accounts if account.mail}
        self._logins = {fold(account.login): account.login for account in accounts}
        self._names: dict[str, dict[str, None]] = {}
        self._words: dict[str, dict[str, None]] = {}
        for account in accounts:
            self._names.setdefault(fold(account.name), {})[account.login] = None
            for word in fold(account.name).split():
                self._words.setdefault(word, {})[account.login] = None

    def take(self, login: str) -> None:
        """It belongs to somebody now."""
        self._accounts.pop(login, None)

    def by_mail(self, person: SourcePerson) -> tuple[list[str], str]:
        """The account of this address."""
        return self._still([self._mails.get(fold(person.mail), "")] if person.mail else []), "1.00 mail"

    def by_login(self, person: SourcePerson) -> tuple[list[str], str]:
        """The account that is called as the person signs in."""
        return self._still([self._logins.get(fold(login), "") for login in person.logins])[:1], "1.00 login"

    def by_name(self, person: SourcePerson) -> tuple[list[str], str]:
        """Accounts of this name; else those of a name that shares a word with it and is much like it."""
        same = self._still(self._names.get(fold(person.name), ()))
        if same or not person.name:
            return same, f"{_BY_NAME:.2f} name"
        near = self._still({login: None for word in fold(person.name).split() for login in self._words.get(word, ())})
        match = Matcher([self._accounts[login].name for login in near], {}, ()).find(person.name)
        if match is None:
            return [], ""
        return self._still(self._names[fold(match.name)]), f"{min(match.confidence, _BY_NAME):.2f} name alike"

    def _still(self, logins: Iterable[str]) -> list[str]:
        return [login for login in logins if login in self._accounts]


def _called(person: SourcePerson) -> str:
    shown = " ".join(part for part in (person.name, f"<{person.mail}>" if person.mail else "") if part)
    return (shown or person.id) + ("" if person.active else ", not active")
