"""Checks the addresses in a spec: no password in them, no credentials over plain http, a ledger that can be opened."""

from __future__ import annotations

import re
from typing import Iterator
from urllib.parse import urlsplit

from ..model.problem import Place, Problem
from .codes import problem
from .node import Node, Path, dotted
from .suggestion import nearest

_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(?:\.\d+){3}|::1")
_PASSWORD = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
#: of each database the drivers that there may be behind a +
_LEDGERS = {"sqlite": ("", "pysqlite"), "postgresql": ("", "psycopg")}
_LEDGER = "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
_DATABASE = re.compile(r"[^/]*/[^/?]+")


def check_addresses(root: Node) -> Iterator[Problem]:
    """What is wrong with the addresses of connections and of the ledger."""
    connections = root.value.get("connections")
    if connections is not None and connections.is_map:
        for name, connection in connections.value.items():
            yield from _plain_http(("connections", name), connection)
    runtime = root.value.get("runtime")
    if runtime is not None and runtime.is_map and "ledger" in runtime.value:
        yield from _ledger(("runtime", "ledger"), runtime.value["ledger"])


def password_in(path: Path, text: str, place: Place) -> Iterator[Problem]:
    """Whether the address at ``path`` holds a password that is no reference."""
    match = _PASSWORD.search(text)
    if match is not None and "${" not in match.group(1):
        message = f"{dotted(path)} holds a password that is written out in the spec"
        yield problem("J2O-S032", message, place, dotted(path), "a reference in place of the password")


def _plain_http(path: Path, connection: Node) -> Iterator[Problem]:
    url = connection.value.get("url") if connection.is_map else None
    if url is None or not isinstance(url.value, str) or not url.value.lower().startswith("http://"):
        return
    if "auth" not in connection.value and not _PASSWORD.search(url.value):
        return
    try:
        host = urlsplit(url.value).hostname or ""
    except ValueError:
        host = ""
    if not _LOOPBACK.fullmatch(host) and "${" not in host:
        name = dotted((*path, "url"))
        yield problem("J2O-S033", f"{name} sends credentials over plain http", url.place, name, "https://")


def _ledger(path: Path, node: Node) -> Iterator[Problem]:
    text = node.value
    if not isinstance(text, str) or not text or "${" in text.partition("://")[0]:
        return  # what a variable holds is seen when the ledger is opened
    scheme, mark, rest = text.partition("://")
    backend, _, driver = scheme.lower().partition("+")
    if not mark:
        message = "runtime.ledger is no database address"
        guess = f"sqlite:///{text}" if re.fullmatch(r"[\w./-]+", text) else ""
        yield problem("J2O-S019", message, node.place, dotted(path), _LEDGER, guess)
    elif backend not in _LEDGERS:
        message = f"there is no ledger in '{scheme[:40]}'"
        yield problem("J2O-S019", message, node.place, dotted(path), _LEDGER, nearest(backend, tuple(_LEDGERS)))
    elif driver not in _LEDGERS[backend]:
        message = f"a ledger is not opened with the driver '{driver[:40]}'"
        guess = f"{backend}+{_LEDGERS[backend][-1]}" if backend != "sqlite" else backend
        yield problem("J2O-S019", message, node.place, dotted(path), _LEDGER, guess)
    elif backend == "sqlite" and (not rest.startswith("/") or rest == "/" or rest.startswith("/:memory:")):
        message = "runtime.ledger names no file"
        yield problem("J2O-S019", message, node.place, dotted(path), _LEDGER)
    elif backend == "postgresql" and "${" not in rest and not _DATABASE.match(rest):
        message = "runtime.ledger names no database"
        yield problem("J2O-S019", message, node.place, dotted(path), _LEDGER)
