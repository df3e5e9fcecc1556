"""Identifiers of projects: what a server takes, which depends on how it numbers work packages."""

from __future__ import annotations

import re

_CLASSIC = re.compile(r"(?!\d+\Z)[a-z0-9_-]{1,100}")
_SEMANTIC = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_RESERVED = ("new", "menu", "queries", "filters", "identifier_update_dialog", "identifier_suggestion")


def is_possible(identifier: str, by_project: bool) -> bool:
    """Whether a server takes it that numbers work packages ``by_project`` (``ACME-42``), or one that does not."""
    return identifier not in _RESERVED and bool((_SEMANTIC if by_project else _CLASSIC).fullmatch(identifier))


def form_of(by_project: bool) -> str:
    """What an identifier may consist of, in words."""
    if by_project:
        return "up to 10 of A-Z 0-9 _ beginning with a letter, since work packages are numbered by project"
    return "up to 100 of a-z 0-9 - _ and not digits alone"


def suggested(identifier: str, by_project: bool) -> str:
    """The nearest one that the server takes; empty where nothing is left."""
    if by_project:
        return re.sub(r"[^A-Z0-9_]+", "_", identifier.upper()).lstrip("_0123456789")[:10]
    return re.sub(r"[^a-z0-9_-]+", "-", identifier.lower()).strip("-")[:100]
