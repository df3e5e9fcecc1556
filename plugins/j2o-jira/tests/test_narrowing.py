"""Searches by ever longer beginnings find all names, within so many searches."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_jira import narrowing
from j2o_jira.narrowing import Found, Narrowing

#: what one search gives at most
FEW = 5


def searched(names: list[str]) -> tuple[Narrowing, list[str]]:
    """A narrowing over some names, and the searches that it makes."""
    asked: list[str] = []

    def search(begin: str) -> Found:
        asked.append(begin)
        found = [{"name": name} for name in names if name.startswith(begin)]
        return Found(found[:FEW], len(found) > FEW)

    return Narrowing(search, lambda one, queries: map(one, queries)), asked


def names_in(found: Any) -> set[str]:
    return {entry["name"] for entries in found for entry in entries}


def test_a_letter_that_shows_late_goes_on_with_what_was_searched_for_before():
    names = [*(f"a{number}" for number in range(FEW)), "a.smith", "z.jones"]
    narrowed, asked = searched(names)
    assert names_in(narrowed.found()) == set(names)
    assert len(asked) == len(set(asked)), "nothing is searched for twice"
    assert narrowed.unfinished == []


def test_there_is_an_end_to_searching_and_what_is_left_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(narrowing, "_MOST", 80)
    names = [f"{first}{second}{number}" for first in "abcd" for second in "abcd" for number in range(FEW + 1)]
    narrowed, asked = searched(names)
    found = names_in(narrowed.found())
    assert len(asked) == 80
    assert found < set(names)
    assert {"b", "c", "d"} <= set(narrowed.unfinished) <= {one[:length] for one in names for length in (1, 2)}
