"""Keeps secrets out of everything that is written down."""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, Iterable, Mapping, Optional

from ..model.secret_forms import forms_of
from .people import People

HIDDEN = "***"
#: shorter values would tear holes into ordinary words
_SHORTEST = 4
#: how many texts, of fewer characters than that, are not looked at anew
_REMEMBERED, _SHORT = 2000, 200
#: how deep data is looked into
_DEEPEST = 20


class Redactor:
    """Hides known secrets in each form in which they travel, and whatever stands where secrets stand.

    ``people``: whose names are hidden too.
    """

    def __init__(self, secrets: Iterable[str] = (), people: Optional[People] = None) -> None:
        self._forms: list[str] = []
        self.people = people
        #: texts that come again and again, as they are without secrets, and without people too
        self._safe: dict[str, str] = {}
        self._hidden: dict[str, str] = {}
        self._names = 0
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide this value from now on: as it is, quoted for a URL or in JSON, and in base64 with whatever around it."""
        if len(secret) < _SHORTEST:
            return
        self._forms = sorted({*self._forms, *forms_of(secret)}, key=len, reverse=True)
        self._safe, self._hidden = {}, {}

    def text(self, text: str) -> str:
        """The text without its secrets and people."""
        if self.people is None:
            return self.word(text)
        if self.people.count != self._names or len(self._hidden) > _REMEMBERED:
            self._hidden, self._names = {}, self.people.count
        remembered = self._hidden  # a secret that is added meanwhile lets go of it, and of what is found without it
        hidden = remembered.get(text)
        if hidden is None:
            hidden = self.people.hide(self.word(text))
            if len(text) < _SHORT:
                remembered[text] = hidden
        return hidden

    def word(self, text: str) -> str:
        """The text without its secrets; people are not looked for, as in words of our own."""
        if len(self._safe) > _REMEMBERED:
            self._safe = {}
        remembered = self._safe
        safe = remembered.get(text)
        if safe is None:
            safe = self._without_secrets(text)
            if len(text) < _SHORT:
                remembered[text] = safe
        return safe

    def value(self, value: Any, depth: int = 0) -> Any:
        """The same for every text in data, which becomes plain; what lies under a secret's name is hidden whole."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
            return value
        if depth < _DEEPEST:
            if isinstance(value, Mapping):
                return {
                    self.text(str(key)): HIDDEN
                    if item and isinstance(key, str) and _SECRET_NAME.search(key)
                    else self.value(item, depth + 1)
                    for key, item in value.items()
                }
            if isinstance(value, (list, tuple, set, frozenset)):
                return [self.value(item, depth + 1) for item in value]
        return self.text(_told(value))

    def known(self, text: str) -> str:
        """The text without the secrets that were added."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def _without_secrets(self, text: str) -> str:
        text = self.known(text)
        small = text.lower()
        if _has(small, _SIGNS):
            for signs, pattern, replacement in _PATTERNS:
                if _has(small, signs):
                    text = pattern.sub(replacement, text)
        if not text.isascii():  # half a character can be in a server's words, and in no file
            text = text.encode("utf-8", "backslashreplace").decode("utf-8")
        return text


_current: list[Redactor] = []


def redact_with(redactor: Redactor) -> None:
    """The redactor of all that this process logs."""
    _current[:] = [redactor]


def as_logged(text: str) -> str:
    """The text as the log of this process would have it."""
    for redactor in _current:
        text = redactor.text(text)
    return text


def without_secrets(text: str) -> str:
    """The text without what this process knows, or takes, for a secret; also after its log is closed."""
    return (_current[0] if _current else Redactor()).word(text)


def without_known_secrets(text: str) -> str:
    """The same for words of our own, which may name places of secrets."""
    return _current[0].known(text) if _current else text


def hide_secret(secret: str) -> None:
    """Hide a secret that became known while the log is open, as that of a system that was just started."""
    for redactor in _current:
        redactor.add(secret)


def _told(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    try:
        return str(value) or type(value).__name__
    except Exception:  # noqa: BLE001 - whatever it is, a line about it must be written
        return type(value).__name__


def _basic(found: re.Match[str]) -> str:
    """What follows the word is hidden where it looks like a token, or holds a user and a password."""
    token = found[2]
    try:
        is_one = b":" in base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
    except (binascii.Error, ValueError):
        is_one = False
    return f"{found[1]}{HIDDEN}" if is_one or re.search(r"\d", token) else found[0]


_NAME = (
    r"(?:passw(?:or)?d|passphrase|secret|token|(?:api|private|secret|access)[_-]?key|cookie|session(?:id)?|signature"
    r"|credentials?|\b(?:pwd|jwt|sig))"
)
_NAMES = ("passw", "passphrase", "secret", "token", "key", "cookie", "session", "sig", "credential", "pwd", "jwt")
#: what stands between a name and its value: in headers, addresses, JSON (also within JSON), and lists of pairs
_IS = r"""(?:\\*["']?\s*(?:[=:]|%3a|%3d)|\\*["']\s*,)\s*"""
_QUOTED = r"""(?:b(?=\\*["']))?\\*["']"""
_SECRET_NAME = re.compile(rf"(?:{_NAME}|authorization)$", re.IGNORECASE)


def _has(small: str, signs: Iterable[str]) -> bool:
    for sign in signs:  # noqa: SIM110 - `any` costs three times as much, and each line comes by
        if sign in small:
            return True
    return False


def _pattern(
    signs: Iterable[str], pattern: str, replacement: Any = rf"\1{HIDDEN}"
) -> tuple[tuple[str, ...], re.Pattern[str], Any]:
    return tuple(signs), re.compile(pattern, re.IGNORECASE), replacement


#: what each finds begins with, or has in it, one of the signs, in small letters: most texts have none
_PATTERNS = (
    _pattern(["digest"], r"\b(Digest\s+)(?=\w+=)[^\r\n]+"),
    _pattern(["cookie"], rf"""(cookie{_IS}(?:{_QUOTED})?)[^"'\r\n]+"""),
    _pattern(["authorization"], rf"""(authorization{_IS}(?:{_QUOTED})?(?:Basic |Bearer )?)[^\s"',;&}}\\]+"""),
    # Elsewhere both are ordinary words: what follows must look like a token.
    _pattern(["basic"], r"\b(Basic\s+)([a-z0-9+/_=-]{8,})", _basic),
    _pattern(["bearer"], r"\b(Bearer\s+)(?=\S*\d)[a-z0-9+/._~=-]{8,}"),
    # To the last @ before the path: a password may hold one itself.
    _pattern(["://"], r"(://[^\s:/?#@]*:)[^\s/?#]+(?=@)"),
    _pattern(["://"], r"""(://[^\s:/?#@]+:)(?!\*\*\*@|\d{1,5}(?!\w))[^\s"'<>@]+(?=@)"""),
    _pattern(["://"], r"(://)[^\s:/?#@]+(?=@)"),
    _pattern(_NAMES, rf"""({_NAME}{_IS}(?:b(?=\\*["']))?\\*(["']))(?:(?!\\*\2)[^\r\n])+"""),
    _pattern(_NAMES, rf"""({_NAME}{_IS})(?!{_QUOTED})[^\s"',;&}}]+"""),
    # Tokens that are known by their form, wherever they stand.
    _pattern(["eyj"], r"\b()eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"),
    _pattern(["atatt", "atctt", "opapi-"], r"\b()(?:AT[AC]TT[\w=+/-]{8,}|opapi-[\w-]{8,})"),
)
_SIGNS = tuple({sign: None for signs, _, _ in _PATTERNS for sign in signs})
