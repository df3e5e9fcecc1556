"""Users, groups and who is in which project: every kind of account that a real directory holds."""

from __future__ import annotations

import random
import unicodedata
from typing import Dict, List, Optional, Tuple

from j2o_sandbox.generate.words import FIRST_NAMES, LAST_NAMES
from j2o_sandbox.jira.model import Group, User, account_id_of, group_id_of

ADMINISTRATOR = "admin"
READER = "reader"
DELETED = ("jgone", "user-21d5b")
ZONES = ("Africa/Lagos", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Etc/UTC")


def generate_users(seed: int, issues: int, people: Optional[int] = None) -> Dict[str, User]:
    """The directory, by login: 12 ``people``, one more per 150 issues, at most 2,000, unless told how many.

    Among them: inactive ones, one without mail, two of one display name, one whose mail is written in capitals, one
    renamed (login differs from key), a service account, and two deleted ones that only issues remember.
    """
    rng = random.Random(f"people/{seed}")
    users = [_user(ADMINISTRATOR, "admin", "Admin User"), _user(READER, "reader", "Read Only", number=1)]
    taken = {ADMINISTRATOR, READER}
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(names)
    count = min(2000, 12 + issues // 150) if people is None else people
    for number in range(count):
        first, last = names[number % len(names)]
        login = _login(first, last)
        while login in taken:
            login += str(number)
        taken.add(login)
        display = f"{first} {last}"
        mail: Optional[str] = f"{login}@example.com"
        key = login if number % 3 else f"JIRAUSER{10100 + number}"
        active = True
        if number == 4:
            display = users[4].display_name
        elif number == 5:
            mail = f"{login}@Example.COM".title()
        elif number == 6:
            mail = None
        elif number == 7 or (number > 20 and number % 17 == 0):
            active = False
        elif number == 8:
            key = "maidenname"
        elif number == 9:
            active, mail = False, None
        users.append(
            _user(login, key, display, mail, number=number, active=active, visible=number % 4 != 3, zone=number % 5)
        )
    users.append(_user("svc-build", "svc-build", "Build robot", number=2, account_type="app"))
    for number, login in enumerate(DELETED):
        users.append(
            User(
                login,
                f"jirauser8090{number}",
                account_id_of(login) if number == 0 else "unknown",
                login,
                None,
                False,
                None,
                "atlassian",
                False,
                (),
                False,
            )
        )
    return {user.name: _grouped(user, number) for number, user in enumerate(users)}


def generate_groups(users: Dict[str, User]) -> Tuple[Group, ...]:
    """Groups and their members, as the users' own ``groups`` say; one is empty."""
    members: Dict[str, List[str]] = {name: [] for name in GROUPS}
    for user in users.values():
        for group in user.groups:
            members[group].append(user.name)
    return tuple(Group(name, group_id_of(name), tuple(members[name])) for name in GROUPS)


GROUPS = ("jira-administrators", "jira-software-users", "developers", "support team", "site-archive")


def _grouped(user: User, number: int) -> User:
    if not user.listed:
        return user
    groups = ["jira-software-users"]
    if user.name == ADMINISTRATOR:
        groups.insert(0, "jira-administrators")
    elif user.name != READER and number % 2:
        groups.append("developers")
    elif user.name != READER and number % 3 == 0:
        groups.append("support team")
    return User(**{**user.__dict__, "groups": tuple(groups)})


def _user(
    login: str,
    key: str,
    display: str,
    mail: Optional[str] = "",
    *,
    number: int = 0,
    active: bool = True,
    visible: bool = True,
    zone: int = 0,
    account_type: str = "atlassian",
) -> User:
    address = f"{login}@example.com" if mail == "" else mail
    return User(login, key, account_id_of(login), display, address, active, ZONES[zone], account_type, visible)


def _login(first: str, last: str) -> str:
    plain = unicodedata.normalize("NFKD", (first[0] + last).replace("ø", "o").replace("Ł", "L").replace("ł", "l"))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())
