"""Where the documents are wrong: each with its reason, and with a pointer to what says so.

An erratum stands in ``errata/DOCUMENT.yaml``:

* where: ``operation`` (``POST /api/v3/users``), ``schema`` (``UserModel``) or ``response`` (of the components), and
  ``at`` below it; or ``at`` alone, from the top. ``*`` is a wildcard in each
* what: ``set: value``, ``remove: true``, ``optional: [names]`` (of a list ``required``), ``also: {name: value}``
* or ``partial: SCHEMA``: that schema, of which nothing is required
* or ``format: date-time`` with ``also: REGEX``: what the format means in all of the document
* why: ``because`` and ``see``
* ``versions: "<17.4"`` or ``editions: [cloud]``: the servers that it is about
* ``stricter: true``: what the document leaves open, and other parts of it tell
* ``long: true``: only the long runs need it
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

import yaml

from .pointers import Nowhere, Pointer, covers, look_up, parse, places

_FOLDER = Path(__file__).parent / "errata"
_HEADS = {"schema": ("components", "schemas"), "response": ("components", "responses")}
_KEYS = {"operation", "schema", "response", "at", "set", "remove", "optional", "also", "partial", "format"}
_KEYS |= {"because", "see", "versions", "editions", "long", "stricter"}


@dataclass(frozen=True)
class Server:
    """Of whose traffic a document is to be true; ``version`` is OpenProject's."""

    edition: str = ""
    version: str = ""


@dataclass(frozen=True)
class Erratum:
    """One part of an entry: one place, and what is right there (``None``: nothing)."""

    name: str
    pattern: Pointer
    right: Any = field(compare=False)
    because: str
    see: str
    versions: str
    editions: Sequence[str]
    long: bool
    stricter: bool
    format: str = ""

    def is_about(self, server: Server) -> bool:
        """Whether it is true of a server."""
        if self.editions and server.edition not in self.editions:
            return False
        return not self.versions or _fits(self.versions, server.version)

    def is_needed_by(self, pointers: Sequence[Pointer]) -> bool:
        """Whether something that was found wrong at these places is what it is about."""
        return any(covers(self.pattern, pointer) for pointer in pointers)


def errata(document: str) -> tuple[Erratum, ...]:
    """Those of one document.

    Raises:
        ValueError: an entry says no reason, names no place, or says something unknown.
    """
    path = _FOLDER / f"{document}.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return tuple(
        one for number, entry in enumerate(entries, 1) for one in _parts(f"{path.name}, entry {number}", entry)
    )


def corrected(root: Mapping[str, Any], applied: Sequence[Erratum]) -> dict[str, Any]:
    """A copy of a document with errata applied.

    Raises:
        ValueError: an erratum is about a place that is not there.
    """
    made: dict[str, Any] = json.loads(json.dumps(root))  # a third of what deepcopy takes
    for one in sorted(applied, key=lambda one: isinstance(one.right, _Partial)):  # those copy what is right by then
        if one.format:
            continue
        if one.pattern[0] == "paths" and len(one.pattern) > 2 and "*" not in one.pattern[1]:
            operation = made["paths"].setdefault(one.pattern[1], {}).setdefault(one.pattern[2], {"responses": {}})
            if "parameters" in one.pattern[3:4]:
                operation.setdefault("parameters", [])
        found = list(places(made, one.pattern))
        if not found:
            raise ValueError(f"{one.name}: the document has no place {'/'.join(one.pattern)}")
        right = one.right
        if isinstance(right, _Partial):
            right = _without_required(made, {"$ref": f"#/components/schemas/{right.schema}"})
        for place in found:
            _write(made, place, right, one.name)
    return made


@dataclass(frozen=True)
class _Partial:
    schema: str


def _without_required(root: Mapping[str, Any], node: Any) -> Any:
    """A schema with the objects that it is made of, and none of their properties required."""
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        node = look_up(root, parse(node["$ref"]))
    made = {name: value for name, value in node.items() if name != "required"}
    for group in ("allOf", "anyOf", "oneOf"):
        if group in made:
            made[group] = [_without_required(root, one) for one in made[group]]
    links = made.get("properties", {}).get("_links")
    if links:
        made["properties"] = {**made["properties"], "_links": _without_required(root, links)}
    return made


def _write(root: dict[str, Any], place: Pointer, right: Any, name: str) -> None:
    *above, last = place
    node = look_up(root, above)
    if isinstance(node, list) and above[-1] == "required":
        if last in node:
            node.remove(last)
    elif isinstance(node, list) and last.isdigit():
        node[int(last)] = right
    elif isinstance(node, list) and above[-1] == "parameters":
        node[:] = [one for one in node if one.get("name") != last]
        node.append({"in": "query", **right, "name": last})
    elif isinstance(node, dict) and right is None:
        node.pop(last, None)
    elif isinstance(node, dict):
        node[last] = copy.deepcopy(right)
    else:
        raise ValueError(f"{name}: {last} cannot be written there")


def _parts(name: str, entry: Mapping[str, Any]) -> Iterator[Erratum]:
    unknown = set(entry) - _KEYS
    if unknown or not entry.get("because") or not entry.get("see"):
        raise ValueError(f"{name}: needs because and see, and knows no {sorted(unknown)}")
    about = (
        str(entry.get("versions", "")),
        tuple(entry.get("editions", ())),
        bool(entry.get("long")),
        bool(entry.get("stricter")),
    )
    why = (" ".join(entry["because"].split()), " ".join(entry["see"].split()))
    if "format" in entry:
        yield Erratum(name, ("format", entry["format"]), entry["also"], *why, *about, entry["format"])
        return
    for head in _heads(name, entry):
        where = (*head, *_segments(entry.get("at", "")))
        if "set" in entry:
            yield Erratum(name, where, entry["set"], *why, *about)
        if "partial" in entry:
            yield Erratum(name, where, _Partial(entry["partial"]), *why, *about)
        if entry.get("remove"):
            yield Erratum(name, where, None, *why, *about)
        for key in entry.get("optional", ()):
            yield Erratum(name, (*where, "required", key), None, *why, *about)
        for key, value in entry.get("also", {}).items():
            yield Erratum(name, (*where, str(key)), value, *why, *about)


def _heads(name: str, entry: Mapping[str, Any]) -> Iterator[Pointer]:
    named = [key for key in ("operation", "schema", "response") if key in entry]
    if len(named) > 1 or not (named or entry.get("at")):
        raise ValueError(f"{name}: needs one of operation, schema and response, or at")
    if not named:
        yield ()
        return
    for text in entry[named[0]] if isinstance(entry[named[0]], list) else [entry[named[0]]]:
        if named[0] == "operation":
            method, _, template = text.partition(" ")
            yield ("paths", template, method.lower())
        else:
            yield (*_HEADS[named[0]], text)


def _segments(text: str) -> Pointer:
    return parse(text)


def _fits(wanted: str, version: str) -> bool:
    for part in wanted.split():
        found = re.fullmatch(r"(<|>=)(\d+(?:\.\d+)*)", part)
        if found is None:
            raise ValueError(f"versions: {wanted}: expected '<17.4', '>=16' or both")
        ours, theirs = _numbers(version), _numbers(found[2])
        if not (ours < theirs if found[1] == "<" else ours >= theirs):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple([*numbers, 0, 0, 0][:3])


__all__ = ["Erratum", "Nowhere", "Server", "corrected", "errata"]
