"""Who we are to a server, kept out of every message."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Mapping

from ..model.outcome import Fatal
from ..model.secret_forms import forms_of

_SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Credentials:
    """The headers that prove who we are, and the texts that must never be shown."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def bearer(cls, token: str) -> Credentials:
        """A personal access token. Raises ``Fatal`` where it cannot stand in a header."""
        if not token or not all(33 <= ord(sign) < 127 for sign in token):
            raise Fatal(
                "the token is empty or holds a blank, a line break or a letter beyond ASCII: check the secret it "
                "comes from",
                code="credentials",
            )
        return cls({"Authorization": f"Bearer {token}"}, "", (token,))

    @classmethod
    def basic(cls, user: str, password: str) -> Credentials:
        """A user and password (or API token), sent as UTF-8."""
        if any(sign in user + password for sign in "\r\n\0"):
            raise Fatal("user or password holds a line break: check the secret it comes from", code="credentials")
        if ":" in user:
            raise Fatal("the user name holds a colon, which basic authentication cannot carry", code="credentials")
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return cls({"Authorization": f"Basic {encoded}"}, user, (password, encoded))

    def redact(self, text: str) -> str:
        """The text with every secret replaced by stars, in whatever form a server gives it back."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, "***")
        return text

    @cached_property
    def _forms(self) -> list[str]:
        secrets = [secret for secret in self.secrets if len(secret) >= _SHORTEST_SECRET]
        return sorted({form for secret in secrets for form in forms_of(secret)}, key=len, reverse=True)

    def redact_all(self, value: Any) -> Any:
        """Plain JSON data with every text in it redacted."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {name: self.redact_all(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.redact_all(item) for item in value]
        return value

    def fingerprint(self) -> str:
        """16 hex digits that differ between users; slow to compute, so that a stored one betrays no password."""
        secret = "\0".join([self.user, *sorted(self.headers.values())]).encode("utf-8", "surrogatepass")
        return hashlib.pbkdf2_hmac("sha256", secret, b"j2o metadata cache", 100_000, 8).hex()
