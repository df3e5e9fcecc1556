"""Checks the ``${...}`` references of a document without resolving any, and that no secret is written out."""

from __future__ import annotations

import re
from typing import Collection, Iterator, Union

from ..model.problem import Place, Problem
from ..model.reference import BACKEND_SCHEMES, SCHEMES, MalformedReference, Reference, UnknownScheme, parse
from .addresses import check_addresses, password_in
from .codes import problem
from .node import Node, Path, dotted, walk
from .suggestion import nearest

_LOOKS_LIKE_ONE = re.compile(r"\$\{(?:" + "|".join((*SCHEMES, *BACKEND_SCHEMES)) + r"):")
_SECRET_KEY = re.compile(r"(?i)(?:^|[_-])(?:token|api[_-]?key|pass(?:word|wd|phrase)?|secret|private[_-]?key)$")
_PUBLIC_AUTH_KEYS = frozenset(("user", "username", "login", "email", "name", "type", "scheme", "client_id", "realm"))
_STRUCTURE = frozenset(("plugin", "connection", "of", "each", "total", "split", "unless", "optional"))


def check_references(root: Node, backends: Collection[str] = ()) -> list[Problem]:
    """What is wrong with references, and every secret that is written out. ``backends`` are schemes of plugins."""
    problems: list[Problem] = []
    for path, node in walk(root):
        inner = path[2:] if path and path[0] == "environments" else path
        if not isinstance(node.value, str) or not inner or inner[0] == "extends":
            continue
        if _is_resolved(inner):
            problems += _resolved(path, inner, node, backends)
        elif _LOOKS_LIKE_ONE.search(node.value):
            message = f"a reference is not resolved in {dotted(path)}: it stays text"
            problems.append(problem("J2O-S034", message, node.place, dotted(path), expected="a value"))
    problems += check_addresses(root)
    return problems


def _is_resolved(path: Path) -> bool:
    """Whether references in the value at ``path`` are resolved when a run begins."""
    if path[0] in ("connections", "system", "select"):
        return path[-1] not in _STRUCTURE or len(path) > 3
    if path[0] == "entities" and len(path) > 3 and path[2] in ("extract", "load"):
        below = [part for part in path[3:] if not isinstance(part, int)]
        return not (below and below[0] in _STRUCTURE)
    if path[0] == "entities" and len(path) > 6 and path[2] == "map" and path[4] == "steps":
        return _SECRET_KEY.search(str(path[-1])) is not None
    return path == ("runtime", "ledger")


def _resolved(path: Path, inner: Path, node: Node, backends: Collection[str]) -> Iterator[Problem]:
    """``inner`` is the path without the environment that it stands in."""
    text, place = node.value, node.place
    try:
        parts = parse(text, backends)
    except UnknownScheme as error:
        guess = "" if error.scheme in BACKEND_SCHEMES else nearest(error.scheme, (*SCHEMES, *backends))
        expected = "${env:NAME}, ${file:path} or ${secret:NAME}"
        yield problem("J2O-S031", f"{error} in {dotted(path)}", place, dotted(path), expected, guess)
        return
    except MalformedReference as error:
        expected = "${env:NAME}, ${env:NAME:default}, ${file:path} or ${secret:NAME}"
        yield problem("J2O-S030", f"{error} in {dotted(path)}", place, dotted(path), expected)
        return
    if _is_secret(inner):
        yield from _literal(path, parts, place)
    elif inner == ("runtime", "ledger") or str(inner[-1]).endswith("url"):
        yield from password_in(path, text, place)


def _is_secret(path: Path) -> bool:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    if len(path) > 3 and path[0] == "connections" and path[2] == "auth":
        return key.lower() not in _PUBLIC_AUTH_KEYS
    return _SECRET_KEY.search(key) is not None


def _literal(path: Path, parts: list[Union[str, Reference]], place: Place) -> Iterator[Problem]:
    name = dotted(path)
    expected = "a reference: ${env:NAME}, ${file:path} or ${secret:NAME}"
    references = [part for part in parts if isinstance(part, Reference)]
    if not references:
        yield problem("J2O-S032", f"{name} is written out in the spec", place, name, expected)
    elif any(reference.default for reference in references):
        yield problem("J2O-S032", f"the default of {name} is a secret written out in the spec", place, name, expected)
