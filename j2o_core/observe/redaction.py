"""Keeps secrets out of everything that is written down."""

from __future__ import annotations

import base64
import re
from typing import Any, Iterable, Optional
from urllib.parse import quote

from .people import People

HIDDEN = "***"
#: shorter values would tear holes into ordinary words
_SHORTEST = 4
#: how many texts, of fewer characters than that, are not looked at anew
_REMEMBERED, _SHORT = 2000, 200


class Redactor:
    """Hides known secrets in each form in which they travel, and whatever stands where secrets stand.

    ``people``: whose names are hidden too.
    """

    def __init__(self, secrets: Iterable[str] = (), people: Optional[People] = None) -> None:
        self._forms: list[str] = []
        self.people = people
        #: texts that come again and again, as they are without secrets and people
        self._hidden: dict[str, str] = {}
        self._names = 0
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Hide this value from now on: as it is, quoted for a URL, and in base64."""
        if len(secret) < _SHORTEST:
            return
        forms = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()}
        # An API key travels as the password of this fixed user.
        forms.add(base64.b64encode(f"apikey:{secret}".encode()).decode())
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)
        self._hidden = {}

    def text(self, text: str) -> str:
        """The text without its secrets and people."""
        known = self.people.count if self.people is not None else 0
        if known != self._names or len(self._hidden) > _REMEMBERED:
            self._hidden, self._names = {}, known
        remembered = self._hidden  # a secret that is added meanwhile lets go of it, and of what is found without it
        hidden = remembered.get(text)
        if hidden is None:
            hidden = self._text(text)
            if len(text) < _SHORT:
                remembered[text] = hidden
        return hidden

    def _text(self, text: str) -> str:
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        if _SIGNS.search(text):
            for pattern, replacement in _PATTERNS:
                text = pattern.sub(replacement, text)
        return self.people.hide(text) if self.people is not None else text

    def value(self, value: Any) -> Any:
        """The same for every text in plain data; what lies under a secret's name is hidden whole."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                key: HIDDEN if item and isinstance(key, str) and _SECRET_NAME.search(key) else self.value(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return value


_current: list[Redactor] = []


def redact_with(redactor: Redactor) -> None:
    """The redactor of all that this process logs."""
    _current[:] = [redactor]


def hide_secret(secret: str) -> None:
    """Hide a secret that became known while the log is open, as that of a system that was just started."""
    for redactor in _current:
        redactor.add(secret)


_NAME = r"(?:password|passwd|secret|token|api[_-]?key|x-api-token|cookie)"
#: without any of these no pattern finds anything
_SIGNS = re.compile(r"://|authorization|basic|bearer|passw|secret|token|api[_-]?key|cookie", re.IGNORECASE)
_SECRET_NAME = re.compile(rf"^(?:\w+[_-])?(?:{_NAME}|authorization)$", re.IGNORECASE)
_PATTERNS = (
    (
        re.compile(r"""(authorization["']?\s*[=:]\s*["']?(?:Basic |Bearer )?)[^\s"',;&}]+""", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
    # Elsewhere both are ordinary words: what follows must look like a token.
    (re.compile(r"\b(Basic|Bearer)\s+(?=\S*\d)[A-Za-z0-9+/._~=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(\w+://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(rf"""(["']?\b{_NAME}["']?\s*[=:]\s*["']?)[^\s"',;&}}]+""", re.IGNORECASE), rf"\1{HIDDEN}"),
)
