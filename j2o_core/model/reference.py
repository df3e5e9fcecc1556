"""The text form of references: ``${env:NAME}``, ``${env:NAME:default}``, ``${file:path}``, ``${secret:NAME}``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Collection, Optional, Union

#: schemes that the core resolves, and those that are known to need a secret backend; backends can bring others
SCHEMES = ("env", "file", "secret")
BACKEND_SCHEMES = ("keyring", "vault")

_MARK = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Reference:
    """One reference in a text. Only ``env`` knows a ``default``."""

    scheme: str
    name: str
    default: Optional[str] = None

    @property
    def variable(self) -> str:
        """The environment variable that is read for it."""
        return self.name if self.scheme == "env" else "J2O_SECRET_" + re.sub(r"[^A-Z0-9]", "_", self.name.upper())

    def __str__(self) -> str:
        return f"${{{self.scheme}:{self.name}}}"  # without the default, which may be private


class MalformedReference(ValueError):
    """A ``${...}`` that is no reference."""


class UnknownScheme(MalformedReference):
    """A reference whose scheme nothing provides."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"no plugin provides the scheme '{scheme}' of a reference")
        self.scheme = scheme


def parse(text: str, backends: Collection[str] = ()) -> list[Union[str, Reference]]:
    """The literal parts and references of a text, in order. ``$${`` stands for a literal ``${``.

    ``backends`` are the schemes of the installed secret backends.

    Raises:
        MalformedReference: a ``${`` that begins no reference; the message repeats no default.
    """
    parts: list[Union[str, Reference]] = []
    start = 0
    for match in _MARK.finditer(text):
        if match.start() > start:
            parts.append(text[start : match.start()])
        parts.append("${" if match.group() == "$${" else _reference(match, backends))
        start = match.end()
    if start < len(text):
        parts.append(text[start:])
    return parts


def _reference(match: re.Match[str], backends: Collection[str]) -> Reference:
    scheme, colon, rest = match.group(1).partition(":")
    if not match.group(2):
        raise MalformedReference("a reference is not closed with '}'")
    if not colon or not re.fullmatch(r"[a-z]+", scheme):
        raise MalformedReference("a reference has the form ${scheme:name}")
    if scheme not in SCHEMES and scheme not in backends:
        raise UnknownScheme(scheme)
    name, default = rest, None
    if scheme == "env":
        name, colon, text = rest.partition(":")
        default = text if colon else None
    form = {"env": _VARIABLE, "secret": _SECRET}.get(scheme)
    if not name or (form is not None and not form.fullmatch(name)):
        what = {"env": "an environment variable", "file": "a file"}.get(scheme, "a secret")
        raise MalformedReference(f"a reference with the scheme '{scheme}' needs the name of {what}")
    return Reference(scheme, name, default)
