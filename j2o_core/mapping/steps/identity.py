"""Steps for names that systems and privacy ask for. Lists are taken element by element.

``identifier``    a project identifier: ``a-z 0-9 - _``, at most 100 characters, never digits alone (then ``p-`` stands
                  before them); ``{identifier: N}`` for at most N
``login``         a login: letters, digits and ``_ - . @ +``, lower case, accents taken off, at most 256 characters
``hash``          SHA-256 in hex, keyed where a ``secret`` is given; ``{hash: {secret: "${env:KEY}", length: 12}}``
``pseudonym``     a stable made-up name, ``user-1f9a03c2d41b77aa``:
                  ``{pseudonym: {secret: "${env:PSEUDONYMS}", prefix: person}}``

Both take a person by what identifies the person (account id, key, name), so that one person has one pseudonym. Without
the secret nobody can find out the person by trying names; whoever has it can. With another secret all change.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import Any, Optional

from ...hooks.protocols import StepError
from ...model.secret import Secret
from .shape import choices, each, maybe, option, text_of

IDENTIFIER_LIMIT, LOGIN_LIMIT = 100, 256
#: the fewest characters of a secret that nobody guesses
SECRET_LENGTH = 16


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
    """A digest; without a secret anybody can compare it with the digests of names."""
    return _digest(value, option(argument, "secret"))[: option(argument, "length", 64)]


def pseudonym(value: Any, argument: Any) -> str:
    """The same made-up name for the same value and secret."""
    return f"{option(argument, 'prefix', 'user')}-{_digest(value, option(argument, 'secret', ''))[:16]}"


def _digest(value: Any, secret: Optional[str]) -> str:
    if isinstance(value, dict):
        value = next((value[name] for name in _IDENTITY if isinstance(value.get(name), str) and value[name]), value)
    text = text_of(value).strip()
    if not text:
        raise StepError("expected a text, found blanks")
    data = text.encode("utf-8", "surrogatepass")
    if secret is None:
        return hashlib.sha256(data).hexdigest()
    if not isinstance(secret, Secret):
        raise StepError('the secret is a reference under steps:, as in {secret: "${env:NAME}"}')
    if len(secret) < SECRET_LENGTH:
        raise StepError(f"the secret has fewer than {SECRET_LENGTH} characters and could be guessed")
    return hmac.new(secret.encode("utf-8", "surrogatepass"), data, hashlib.sha256).hexdigest()


def _plain_letters(text: str) -> str:
    text = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("æ", "ae").replace("Æ", "AE")
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_IDENTITY = ("accountId", "key", "name", "emailAddress", "displayName", "value")
_SECRET = {
    "type": "string",
    "format": "secret",
    "minLength": 1,
    "description": f"The key, at least {SECRET_LENGTH} characters: a reference, never written out.",
    "examples": ["${env:PSEUDONYMS}"],
}

STEPS = (
    each(
        "identifier",
        identifier,
        "Makes a project identifier of a key or a name.",
        maybe(
            {
                "type": "integer",
                "minimum": 3,
                "maximum": IDENTIFIER_LIMIT,
                "default": IDENTIFIER_LIMIT,
                "description": "The most characters.",
                "examples": [20],
            }
        ),
        examples=((None, "Ünïcode & Co.", "unicode-co"), (None, "2024", "p-2024")),
    ),
    each(
        "login",
        login,
        "Makes a login of a name or a mail address.",
        examples=((None, "Ann Lee", "ann.lee"), (None, "Ann.Müller@X.example", "ann.muller@x.example")),
    ),
    each(
        "hash",
        hashed,
        "Replaces a value by its SHA-256 digest, keyed where a secret is given.",
        maybe(
            choices(
                secret=_SECRET,
                length={
                    "type": "integer",
                    "minimum": 8,
                    "maximum": 64,
                    "default": 64,
                    "description": "The characters of the digest that are kept.",
                    "examples": [16],
                },
            )
        ),
        "2",
        examples=(({"length": 8}, "abc", "ba7816bf"),),
    ),
    each(
        "pseudonym",
        pseudonym,
        "Replaces a person or a personal value by a stable made-up name that only a secret connects with it.",
        choices(
            ("secret",),
            secret=_SECRET,
            prefix={
                "type": "string",
                "minLength": 1,
                "default": "user",
                "description": "How the made-up name begins.",
                "examples": ["person"],
            },
        ),
        "2",
        examples=(
            (
                {"secret": Secret("an example of a secret"), "prefix": "person"},
                {"accountId": "5b1", "displayName": "Ann Lee"},
                "person-56e2bdf342ac787e",
            ),
        ),
    ),
)
