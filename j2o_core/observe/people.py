"""Keeps people out of the log: names, logins and mail addresses become made-up names, the same for the same text."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Optional
from urllib.parse import unquote

#: the file of the home folder with the key of the made-up names
KEY = "people.key"
#: by what sources name a person in a record, from the most to the least particular
NAMES = ("accountId", "key", "name", "login", "email", "emailAddress", "displayName", "firstName", "lastName")
#: what only records of people have
_MARKS = ("emailAddress", "displayName", "lastName")

#: also quoted for a URL
_MAIL = re.compile(r"(?:%2B|[\w.+-])+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_](?:[\w.@+'’-]*[^\W_])?")
#: what stands around a name that is quoted, or mentioned in markup
_BEFORE, _AFTER = frozenset("'\"~@‘“„«`:"), frozenset("'\"]’”“»`")
_LONGEST = 6
_RECENT = 20_000
_OUR_WORDS = (
    "admin administrator agile anonymous api attachment automation board bot build cloud comment current "
    "default deleted demo email error fail failed field filter group guest host issue item jira key line "
    "list login mail member name none null openproject owner package page person project read release "
    "reporter request root run server service source spec sprint staging state status support system "
    "target team test time token true type unknown user users version watcher work worker write "
)
#: words that our own lines use, and accounts that are nobody's: hidden only where they are quoted
_ORDINARY = frozenset(_OUR_WORDS.split())


class People:
    """The names that are known, and the key of what stands for them."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        #: hashes of the names: a hundred thousand people take some 20 MB
        self._known: set[int] = set()
        self._longest = 0
        #: names that came lately, as they came: people come again with each issue
        self._recent: set[Any] = set()

    def add(self, names: Iterable[Any]) -> None:
        """Hide these from now on. Numbers are ids, and no names."""
        for name in names:
            if name in self._recent:
                continue
            if len(self._recent) > _RECENT:
                self._recent.clear()
            self._recent.add(name)
            words = _WORD.findall(name) if isinstance(name, str) else []
            if not words or len(words) > _LONGEST or "".join(words).isdigit():
                continue
            self._known.add(hash(" ".join(words).casefold()))
            self._longest = max(self._longest, len(words))

    @property
    def count(self) -> int:
        """How many names are known."""
        return len(self._known)

    def pseudonym(self, name: str) -> str:
        """What stands for a name, however it is spaced and whatever its case."""
        plain = " ".join(_WORD.findall(name)).casefold() or name
        return "person-" + hmac.new(self._key, plain.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]

    def hide(self, text: str) -> str:
        """The text with made-up names: for mail addresses, known or not, and for names that are known."""
        if "@" in text or "%40" in text:
            text = _MAIL.sub(lambda found: self.pseudonym(unquote(found[0])), text)
        if not self._known:
            return text
        parts, end = [], 0
        for start, stop in self._found(text):
            parts += [text[end:start], self.pseudonym(text[start:stop])]
            end = stop
        return "".join([*parts, text[end:]]) if parts else text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        words = [(found.start(), found.end(), found[0].casefold()) for found in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            for size in range(min(self._longest, len(words) - at), 0, -1):
                name = " ".join(word for _, _, word in words[at : at + size])
                start, stop = words[at][0], words[at + size - 1][1]
                if hash(name) in self._known and (size > 1 or _is_meant(text, start, stop, name)):
                    yield start, stop
                    at += size - 1
                    break
            at += 1


def names_of(data: Mapping[str, Any]) -> list[str]:
    """The names in a record of a person; none where the record is of something else."""
    if not any(isinstance(data.get(mark), str) for mark in _MARKS):
        return []
    return [data[name] for name in NAMES if isinstance(data.get(name), str)]


def key_of(home: Path) -> bytes:
    """The key of this home folder, made where there is none yet; one for this process where it cannot be kept."""
    path = home / KEY
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_hex(32)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(made)
        except FileExistsError:
            made = path.read_text(encoding="ascii")
            if not made:  # who made it died before it was written: with an empty key everybody could make the names
                beside = path.with_name(f"{KEY}.{os.getpid()}")
                made = secrets.token_hex(32)
                with os.fdopen(
                    os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
                ) as file:
                    file.write(made)
                beside.replace(path)
        return made.encode()
    except (OSError, ValueError):
        return secrets.token_bytes(32)


_current: list[People] = []


def hide_from_now_on(people: Optional[People]) -> None:
    """Whose names the log of this process hides; ``None``: nobody's."""
    _current[:] = [people] if people is not None else []


def remember(names: Iterable[Any]) -> None:
    """Hide these names in the log of this process, where it hides any."""
    for people in _current:
        people.add(names)


def are_hidden() -> bool:
    """Whether the log of this process hides names."""
    return bool(_current)


def _is_meant(text: str, start: int, stop: int, word: str) -> bool:
    """Whether a single word stands for the person: an ordinary one only where it is quoted, or all there is."""
    if word not in _ORDINARY and len(word) > 2:
        return True
    return (start == 0 and stop == len(text)) or (
        start > 0 and text[start - 1] in _BEFORE and stop < len(text) and text[stop] in _AFTER
    )
