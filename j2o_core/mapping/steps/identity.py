"""Steps for names that systems and privacy ask for. Lists are taken element by element.

``identifier``    a project identifier: ``a-z 0-9 - _``, at most 100 characters, never digits alone (then ``p-`` stands
                  before them); ``{identifier: N}`` for at most N
``login``         a login: letters, digits and ``_ - . @ +``, lower case, accents taken off, at most 256 characters
``hash``          SHA-256 in hex; ``{salt: text, length: N}``
``pseudonym``     a stable made-up name, ``user-1f9a03c2d4``; ``{prefix: text, salt: text}``
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from ...hooks.protocols import StepError
from .shape import NOTHING, each, option, text_of

IDENTIFIER_LIMIT, LOGIN_LIMIT = 100, 256


def identifier(value: Any, argument: Any = None) -> str:
    """A project identifier made of a key or a name."""
    limit = argument or IDENTIFIER_LIMIT
    made = re.sub(r"[^a-z0-9_-]+", "-", _plain_letters(text_of(value)).lower()).strip("-")
    if not made:
        made = "p-" + hashlib.sha256(text_of(value).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    if made.isdigit():
        made = "p-" + made
    return made[:limit].rstrip("-")


def login(value: Any, argument: Any = None) -> str:
    """A login made of a name or a mail address."""
    made = re.sub(r"[^a-z0-9_.@+-]+", ".", _plain_letters(text_of(value)).lower()).strip(".")
    if not made:
        made = "user-" + hashlib.sha256(text_of(value).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return made[:LOGIN_LIMIT]


def hashed(value: Any, argument: Any = None) -> str:
    """A digest that shows nothing of the value to who does not know the salt."""
    made = _digest(value, option(argument, "salt", ""))
    return made[: option(argument, "length", 64)]


def pseudonym(value: Any, argument: Any = None) -> str:
    """The same made-up name for the same value and salt."""
    return f"{option(argument, 'prefix', 'user')}-{_digest(value, option(argument, 'salt', ''))[:10]}"


def _digest(value: Any, salt: str) -> str:
    text = text_of(value)
    if not text.strip():
        raise StepError("expected a text, found blanks")
    return hashlib.sha256(f"{len(salt)}:{salt}{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _plain_letters(text: str) -> str:
    text = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("æ", "ae").replace("Æ", "AE")
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_SALT = {"type": "string"}

STEPS = (
    each(
        "identifier",
        identifier,
        "Makes a project identifier of a key or a name.",
        {"oneOf": [NOTHING, {"type": "integer", "minimum": 3, "maximum": IDENTIFIER_LIMIT}]},
    ),
    each("login", login, "Makes a login of a name or a mail address."),
    each(
        "hash",
        hashed,
        "Replaces a value by its SHA-256 digest.",
        {
            "oneOf": [
                NOTHING,
                {
                    "type": "object",
                    "properties": {"salt": _SALT, "length": {"type": "integer", "minimum": 8, "maximum": 64}},
                    "additionalProperties": False,
                },
            ]
        },
    ),
    each(
        "pseudonym",
        pseudonym,
        "Replaces a personal value by a stable made-up name.",
        {
            "oneOf": [
                NOTHING,
                {
                    "type": "object",
                    "properties": {"prefix": {"type": "string", "minLength": 1}, "salt": _SALT},
                    "additionalProperties": False,
                },
            ]
        },
    ),
)
