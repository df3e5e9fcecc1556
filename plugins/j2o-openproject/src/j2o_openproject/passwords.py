"""Passwords for accounts whose owners will choose their own: made, sent once, and forgotten."""

from __future__ import annotations

import secrets
import string

_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%&()*+,-./:;<=>?@[]^_{|}~")
_LENGTH = 32


def new_password() -> str:
    """A random password with letters of both cases, digits and signs: every policy takes it."""
    chooser = secrets.SystemRandom()
    signs = [chooser.choice(kind) for kind in _CLASSES]
    signs += [chooser.choice("".join(_CLASSES)) for _ in range(_LENGTH - len(signs))]
    chooser.shuffle(signs)
    return "".join(signs)
