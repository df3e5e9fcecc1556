"""The forms in which a secret travels: whoever hides it looks for each of them."""

from __future__ import annotations

import base64
import json
import re
from typing import Iterator
from urllib.parse import quote, quote_plus

#: shorter pieces of base64 would tear holes into ordinary words
_SHORTEST_PIECE = 8


def forms_of(secret: str) -> Iterator[str]:
    """As it is, quoted for a URL or in JSON, and in base64 with whatever around it; some of them twice."""
    yield secret
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    data = secret.encode("utf-8", "surrogatepass")
    yield base64.b64encode(data).decode()
    # With a name before it, as credentials travel: what of it depends on the secret alone.
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data).decode()
        piece = whole[(0, 2, 3)[before] : len(whole) - (0, 3, 2)[(before + len(data)) % 3]]
        if len(piece) >= _SHORTEST_PIECE:
            yield piece
            yield piece.replace("+", "-").replace("/", "_")
