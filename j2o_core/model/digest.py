"""One canonical form of JSON data, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

#: made once: ``json.dumps`` makes one for each value
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(value: Any) -> str:
    """The one JSON text of ``value``: sorted keys, no blanks, Unicode kept."""
    return _encode(value)


def digest(value: Any) -> str:
    """32 hex digits that are equal exactly when the canonical JSON is."""
    text = canonical(value).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
