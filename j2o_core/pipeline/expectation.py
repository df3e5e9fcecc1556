"""Compares what became of a record with what its test expects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Optional, Sequence

from ..model.effect import TargetItem
from ..model.problem import Place, Problem
from ..spec.cases import REFERENCE, Case
from ..spec.model import Spec

#: stands for a value that is not there
ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False})()


@dataclass(frozen=True)
class Mocked(TargetItem):
    """An item that a test says exists, under all the names by which it was asked for."""

    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Became:
    """What became of a record: its payload with items for references and Markdown for formatted text, and what is kept
    as readable text; or why it was skipped; or the problems for which it failed."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    preserved: Mapping[str, Any] = field(default_factory=dict)
    skipped: Optional[Problem] = None
    failures: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected; ``ABSENT`` is what is not there. ``what`` names a target field, ``preserved``
    with a name, ``warnings`` or ``outcome``.

    ``place`` is where the test expects it, ``made_at`` the line of the spec that made it so.
    """

    what: str
    expected: Any
    actual: Any
    place: Optional[Place] = None
    made_at: Optional[Place] = None


def compare(case: Case, became: Became, spec: Spec) -> Iterator[Difference]:
    """Everything that is not as the test expects."""
    if case.skip is not None:
        yield from _ended(case, "skip", case.skip, became)
    elif case.fail is not None:
        yield from _ended(case, "fail", case.fail, became)
    elif became.skipped is not None or became.failures:
        yield Difference("outcome", "written", _outcome(became), case.place, _decided_at(became))
    else:
        fields = spec.entities[case.entity].map
        for path, expected, actual in _values(case.expect, became.payload, case.exact):
            made_at = fields[path[0]].place if path[0] in fields else None
            yield Difference(_name(path), expected, actual, _place(case, "expect", path), made_at)
        for path, expected, actual in _values(case.preserved, became.preserved, case.exact):
            yield Difference(_name(("preserved", *path)), expected, actual, _place(case, "preserved", path))
    yield from _warnings(case, became)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: an item as the reference that a test would write, with all its names."""
    if isinstance(value, Mocked):
        return {"ref": value.entity, "key": value.id, "aliases": list(value.aliases)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if value is ABSENT else value


def legible(value: Any) -> Any:
    """The same for people: an item by all its names."""
    if isinstance(value, Mocked):
        return f"{' or '.join(value.aliases)} ({value.entity})"
    if isinstance(value, (list, tuple)):
        return [legible(item) for item in value]
    return plain(value)


# ------------------------------------------------------------------ outcomes


def _ended(case: Case, how: str, text: str, became: Became) -> Iterator[Difference]:
    """Whether the record was skipped, or failed, for the reason that the test gives."""
    found: Sequence[Problem] = became.failures
    if how == "skip":
        found = () if became.skipped is None else (became.skipped,)
    if not any(text in _told(problem) for problem in found):
        expected = f"{_ENDINGS[how]}: {text}"
        yield Difference("outcome", expected, _outcome(became), case.places.get((how, "")), _decided_at(became))


def _outcome(became: Became) -> str:
    if became.failures:
        return "failed: " + "; ".join(_told(problem) for problem in became.failures)
    return "written" if became.skipped is None else f"skipped: {_told(became.skipped)}"


def _decided_at(became: Became) -> Optional[Place]:
    first = became.failures[0] if became.failures else became.skipped
    return first.place if first is not None else None


def _warnings(case: Case, became: Became) -> Iterator[Difference]:
    if case.warnings is None:
        return
    told = [_told(problem) for problem in became.warnings]
    missing = [text for text in case.warnings if not any(text in line for line in told)]
    more = [line for line in told if not any(text in line for text in case.warnings)]
    if missing or more:
        made_at = next((problem.place for problem in became.warnings if _told(problem) in more), None)
        yield Difference("warnings", list(case.warnings), told, case.places.get(("warnings", "")), made_at)


def _told(problem: Problem) -> str:
    return f"{problem.code} {problem.message}"


_ENDINGS = {"skip": "skipped", "fail": "failed"}


# ------------------------------------------------------------------ values


def _values(expected: Optional[Mapping[str, Any]], actual: Mapping[str, Any], exact: bool) -> Iterator[Any]:
    """(path, expected, actual) of each value that differs; nothing where nothing is expected."""
    if expected is not None:
        yield from _maps(expected, actual, exact, ())


def _maps(expected: Mapping[str, Any], actual: Mapping[str, Any], exact: bool, path: tuple[str, ...]) -> Iterator[Any]:
    for name, value in expected.items():
        yield from _differing(value, actual.get(name), exact, (*path, name))
    if exact:
        for name, value in actual.items():
            if name not in expected and value is not None:
                yield (*path, name), ABSENT, value


def _differing(expected: Any, actual: Any, exact: bool, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(actual, Mocked):
        if not _means(expected, actual):
            yield path, expected, actual
    elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
        yield from _maps(expected, actual, exact, path)
    elif isinstance(expected, list) and isinstance(actual, list):
        pairs = zip(expected, actual)
        if len(expected) != len(actual) or any(True for a, b in pairs for _ in _differing(a, b, exact, path)):
            yield path, expected, actual
    elif not _same(expected, actual):
        yield path, ABSENT if expected is None else expected, ABSENT if actual is None else actual


def _means(expected: Any, item: Mocked) -> bool:
    """Whether a test names this item: by one of its names, or with its entity too."""
    if isinstance(expected, Mapping) and expected.keys() == REFERENCE:
        return bool(expected["ref"] == item.entity) and str(expected["key"]) in item.aliases
    return isinstance(expected, (str, int)) and not isinstance(expected, bool) and str(expected) in item.aliases


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, str) and isinstance(actual, str):
        return expected.rstrip("\n") == actual.rstrip("\n")
    return bool(expected == actual)


def _name(path: Sequence[str]) -> str:
    return " > ".join(path)


def _place(case: Case, outcome: str, path: Sequence[str]) -> Optional[Place]:
    return case.places.get((outcome, path[0])) or case.places.get((outcome, "")) or case.place
