"""Secrets in the arguments of steps: references in the spec, what they stand for in the step, neither in any digest."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Callable, Mapping, Optional

from ..model.reference import MalformedReference, Reference, UnknownScheme, parse
from ..model.secret import Secret

#: (text with references, where it stands in the spec) → what it stands for
Resolve = Callable[[str, str], str]
#: stands for every secret where none is resolved: checking a spec, or testing it
STAND_IN = Secret("a stand-in for each secret")
_ROUNDS = 100_000


def secret_names(schema: Mapping[str, Any]) -> frozenset[str]:
    """The parts of a step's argument that are secrets."""
    found = {
        name
        for name, part in schema.get("properties", {}).items()
        if isinstance(part, Mapping) and part.get("format") == "secret"
    }
    for choice in schema.get("oneOf", ()):
        found |= secret_names(choice)
    return frozenset(found)


def is_reference(value: Any) -> bool:
    """Whether a text stands for a secret that is elsewhere."""
    try:
        return isinstance(value, str) and any(isinstance(part, Reference) for part in parse(value))
    except UnknownScheme:
        return True  # of a backend that a plugin may provide; resolving it tells
    except MalformedReference:
        return False


def resolved(text: str, where: str, resolve: Optional[Resolve]) -> Secret:
    """What a reference stands for, or the stand-in."""
    return STAND_IN if resolve is None else Secret(resolve(text, where))


@lru_cache(maxsize=64)
def fingerprint(secret: Secret) -> str:
    """What tells one secret from another, in digests, and is slow to try secrets with."""
    return hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8", "surrogatepass"), b"mapping", _ROUNDS, 16).hex()
