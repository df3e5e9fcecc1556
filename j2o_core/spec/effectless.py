"""Finds what in a spec can never have an effect: keys that others overrule, rows that no value reaches."""

from __future__ import annotations

import re
from typing import Any, Collection, Iterator, Mapping, Optional

from ..hooks.log_components import log_components
from ..hooks.registry import Registry
from ..model.problem import Problem
from .codes import problem
from .node import Node, Path, dotted, key_place
from .options import maps
from .suggestion import listed, nearest

_CATCH_ALL = frozenset((".*", "^.*", ".*$", "^.*$", "^", "$", ".*?", "(.*)", "^(.*)$", "^.*?$"))
_SOME = frozenset((".+", "^.+", ".+$", "^.+$", ".", "(.+)", "^(.+)$"))
_LITERAL = re.compile(r"(\^?)((?:[^\\.^$*+?{}\[\]|()]|\\[^\w\s])*)(\$?)")


def check_effects(document: Mapping[str, Any], root: Node, registry: Optional[Registry] = None) -> Iterator[Problem]:
    """Every key and row without effect. Needs no valid document; without a registry no plugin's name is looked up."""
    for name, entity in maps(document, "entities").items():
        for field, form in maps(entity, "map").items():
            yield from _field(form, ("entities", name, "map", field), root)
    for table, rows in maps(document, "tables").items():
        yield from _rows(rows, ("tables", table), root)
    yield from _system(document.get("system"), root)
    yield from _tolerance(document.get("runtime"), root)
    if registry is not None:
        yield from _levels(document.get("runtime"), root, log_components(registry))


def _field(form: Mapping[str, Any], path: Path, root: Node) -> Iterator[Problem]:
    if _is_constant(form.get("value")) and not form.get("steps") and "table" not in form and "from" not in form:
        for key in ("default",) if "ref" in form else ("default", "missing"):
            if key in form:
                yield _idle(path, key, "the value is always there", root)
    elif _is_constant(form.get("default")) and "missing" in form and "ref" not in form:
        yield _idle(path, "missing", "the default fills what is missing", root)


def _is_constant(value: Any) -> bool:
    if isinstance(value, str):
        return value != "" and "{{" not in value
    return isinstance(value, (bool, int, float))


def _system(system: Any, root: Node) -> Iterator[Problem]:
    if isinstance(system, dict) and system.get("optional") and not system.get("unless"):
        yield _idle(("system",), "optional", "there is no `unless` beside it", root)


def _tolerance(runtime: Any, root: Node) -> Iterator[Problem]:
    tolerate = runtime.get("tolerate") if isinstance(runtime, dict) else None
    if isinstance(tolerate, dict) and "after" in tolerate and "failed" not in tolerate:
        yield _idle(("runtime", "tolerate"), "after", "there is no `failed` beside it", root)


def _levels(runtime: Any, root: Node, components: Collection[str]) -> Iterator[Problem]:
    log = runtime.get("log") if isinstance(runtime, dict) else None
    levels = log.get("levels") if isinstance(log, dict) else None
    for name in map(str, levels if isinstance(levels, dict) else ()):
        if name not in components:
            path = ("runtime", "log", "levels", name)
            message = f"no component and no plugin is called '{name[:80]}': the level has no effect"
            known = sorted(components)
            yield problem("J2O-S049", message, key_place(root, path), dotted(path), listed(known), nearest(name, known))


def _idle(path: Path, key: str, why: str, root: Node) -> Problem:
    message = f"'{key}' has no effect in {dotted(path)}: {why}"
    return problem("J2O-S049", message, key_place(root, (*path, key)), dotted((*path, key)), "one of the two")


# ------------------------------------------------------------------ rows


def _rows(rows: Mapping[str, Any], path: Path, root: Node) -> Iterator[Problem]:
    """Rows are tried: exact and folded ones, regular expressions in order, ``*``."""
    spelt = {str(row) for row in rows if row != "*" and not _pattern(str(row))}
    earlier: list[str] = []
    for row in map(str, rows):
        pattern = _pattern(row)
        if pattern is None:
            continue
        first = next((other for other in earlier if _covers(other, pattern)), None)
        literal = _LITERAL.fullmatch(pattern)
        if first is not None:
            yield _unreached(path, row, f"/{first}/", root)
        elif literal is not None and literal[1] and literal[3] and _plain(literal[2]) in spelt:
            yield _unreached(path, row, _plain(literal[2]), root)
        earlier.append(pattern)
    everything = next((pattern for pattern in earlier if pattern in _CATCH_ALL), None)
    if everything is not None and "*" in rows:
        yield _unreached(path, "*", f"/{everything}/", root)


def _pattern(row: str) -> Optional[str]:
    return row[1:-1] if len(row) > 2 and row[0] == row[-1] == "/" else None


def _covers(first: str, pattern: str) -> bool:
    """Whether ``first`` takes every value that ``pattern`` would take, as far as plain texts in them tell."""
    if first in _CATCH_ALL:
        return True
    if first in _SOME:
        return not _takes_nothing(pattern)
    one, two = _LITERAL.fullmatch(first), _LITERAL.match(pattern)
    if one is None or two is None or one[3] or not one[2]:
        return False
    begin, wanted = _plain(one[2]), _plain(two[2])
    if len(two[0]) < len(pattern) and pattern[len(two[0])] in "*?{|":
        return False  # the last character of the plain text, or all of it, need not be there
    if "|" in pattern:
        return False
    return bool(two[1]) and wanted.startswith(begin) if one[1] else begin in wanted


def _takes_nothing(pattern: str) -> bool:
    try:
        return re.search(pattern, "") is not None
    except (re.error, RecursionError, OverflowError):
        return True  # told as no regular expression


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _unreached(path: Path, row: str, by: str, root: Node) -> Problem:
    message = f"no value reaches the row '{row[:80]}': '{by[:80]}' takes it before"
    at = (*path, row)
    return problem("J2O-S050", message, key_place(root, at), dotted(at), "another order, or one of the two rows")
