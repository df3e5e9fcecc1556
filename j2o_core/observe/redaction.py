"""Keeps secrets out of everything that is written down."""

from __future__ import annotations

import base64
import re
from typing import Any, Iterable
from urllib.parse import quote

HIDDEN = "***"
#: shorter values would tear holes into ordinary words
_SHORTEST = 4


class Redactor:
    """Hides known secrets in each form in which they travel, and whatever stands where secrets stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
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

    def text(self, text: str) -> str:
        """The text without its secrets."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

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


_NAME = r"(?:password|passwd|secret|token|api[_-]?key|x-api-token|cookie)"
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
