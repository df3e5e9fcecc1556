"""Answers about references are kept as long as they are likely to be asked for, in any number."""

from __future__ import annotations

from typing import Any, Iterable, Optional

from j2o_core.engine import resolve
from j2o_core.engine.resolve import Resolver
from j2o_core.model.effect import TargetItem


class Stored:
    """A ledger that knows every item, and how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def names(self, entity: str, origins: Iterable[str]) -> dict[str, tuple[str, str, str]]:
        self.asked.extend(origins)
        return {origin: (f"7{origin}", "", f"K-{origin}") for origin in self.asked[-1:]}


def alias(entity: str, name: str) -> Optional[tuple[str, str]]:
    return name, f"K-{name}"


def test_a_resolver_keeps_a_bounded_number_of_answers_and_the_ledger_has_the_rest() -> None:
    stored: Any = Stored()
    resolver = Resolver(stored, alias)
    for number in range(3 * resolve._CACHE):
        resolver.remember("comments", str(number), TargetItem("comments", f"7{number}", "", ""))
        resolver.origin("users", str(number))
    assert len(resolver._cache) <= resolve._CACHE
    assert len(resolver._aliases) <= resolve._CACHE
    last, first = resolver.item("comments", str(3 * resolve._CACHE - 1)), resolver.item("comments", "0")
    assert last is not None
    assert first is not None
    assert (first.id, first.label, stored.asked) == ("70", "K-0", ["0"])
    assert resolver.item("comments", "0") == first
    assert stored.asked == ["0"]
