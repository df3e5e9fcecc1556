"""Of which project an item is: its key begins with the project's, which is written in capitals."""

from __future__ import annotations

import re
from typing import Optional

#: ``ACME-1``, ``ACME-1#7``, ``ACME-1/a.png``, ``ACME/1.0``, ``ACME: admin`` and ``ACME`` itself are of ``ACME``
_BEGINNING = re.compile(r"([A-Z][A-Z0-9_]*)(?:[-#/:]|\Z)")


def project_of(key: str) -> Optional[str]:
    """The project that a key seems to name: who shows it asks whether there is such a project."""
    found = _BEGINNING.match(key)
    return None if found is None else found.group(1)
