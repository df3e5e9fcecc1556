"""Names that mean the same find each other; names that only look alike do not."""

from __future__ import annotations

from typing import Optional

import pytest

from j2o_core.pipeline.proposal.matching import THRESHOLD, Matcher, are_opposed
from j2o_core.pipeline.proposal.synonyms import SYNONYMS

STATUSES = ("New", "In progress", "In testing", "Tested", "On hold", "Closed", "Rejected", "Wont fix", "Grün")


def found(name: str, *names: str, table: str = "", **rows: str) -> Optional[tuple[str, float]]:
    match = Matcher(names or STATUSES, rows, SYNONYMS.get(table, ())).find(name)
    return None if match is None else (match.name, round(match.confidence, 2))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Closed", ("Closed", 1.0)),
        ("CLOSED ", ("Closed", 0.98)),
        ("In-Progress", ("In progress", 0.98)),
        ("Won't Fix", ("Wont fix", 0.98)),
        ("gru\u0308n", ("Grün", 0.98)),
        ("In testinh", ("In testing", 0.89)),
        ("QA", None),
        ("Testing", ("In testing", 0.82)),
        ("Test", None),
        ("", None),
        ("日本語", None),
    ],
)
def test_spelling_and_likeness(name: str, wanted: Optional[tuple[str, float]]):
    assert found(name) == wanted


def test_a_stated_row_wins_over_synonyms_and_likeness_but_not_over_the_name_itself():
    assert found("Done", table="statuses") == ("Closed", 0.9)
    assert found("Done", table="statuses", Done="Rejected") == ("Rejected", 0.95)
    assert found("Closed", Closed="New") == ("Closed", 1.0)


def test_a_stated_row_to_what_is_not_there_is_no_match():
    assert found("Marinating", Marinating="Gone") is None


def test_of_synonyms_the_usual_word_is_taken_first_and_any_that_is_there():
    assert found("To Do", table="statuses") == ("New", 0.9)
    assert found("To Do", "Backlog", "Closed", table="statuses") == ("Backlog", 0.9)
    assert found("Story", "User story", "Task", table="types") == ("User story", 0.9)
    assert found("is blocked by", "blocks", "blocked", table="links") == ("blocked", 0.9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("level 1", "level 2"),
        ("approved", "not approved"),
        ("resolved", "unresolved"),
        ("active users", "inactive users"),
        ("opened", "reopened"),
    ],
)
def test_what_looks_alike_and_means_the_opposite_is_no_match(one: str, other: str):
    assert are_opposed(one, other) and are_opposed(other, one)
    assert found(one, other) is None


def test_nothing_alike_is_surer_than_a_synonym_or_less_sure_than_the_threshold():
    match = Matcher(["Customer reference number"], {}, ()).find("Customer reference numbers")
    assert match is not None and THRESHOLD <= match.confidence < 0.9


def test_no_word_means_two_things_in_one_table_with_different_usual_words():
    for table, groups in SYNONYMS.items():
        usual: dict[str, str] = {}
        for group in groups:
            for word in group[1:]:
                assert usual.setdefault(word.casefold(), group[0]) == group[0], (table, word)
