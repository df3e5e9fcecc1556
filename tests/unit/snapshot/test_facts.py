"""What records say to rules across items, and who breaks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.snapshot.facts import Broken, Fact, Facts
from j2o_core.snapshot.store import Snapshot

from .test_store import put, record


@pytest.fixture
def snapshot(tmp_path: Path):
    opened = Snapshot(tmp_path / "snapshot.db", "acme")
    opened.begin(1)
    yield opened
    opened.close()


def say(facts: Facts, **values: str) -> None:
    facts.put("users", [Fact(f"{name[1:]}", "d", (("r", value),)) for name, value in values.items()])


def test_values_that_are_shared_are_found_with_their_records_in_the_order_of_their_ids(snapshot):
    put(snapshot, *(record(str(number), key=f"k{number}") for number in (10, 9, 8, 7)))
    facts = Facts(snapshot)
    say(facts, _10="a", _9="a", _8="b", _7="")
    assert list(facts.groups("users", "r")) == [("", 1), ("a", 2), ("b", 1)]
    assert list(facts.groups("users", "r", at_least=2)) == [("a", 2)]
    assert list(facts.sharing("users", "r", "a")) == [[("9", "k9"), ("10", "k10")]]


def test_thousands_of_groups_and_members_come_in_chunks_while_others_are_entered(snapshot):
    put(snapshot, *(record(str(number)) for number in range(3_000)))
    facts = Facts(snapshot)
    facts.put("users", [Fact(str(number), "d", (("r", str(number % 1_500)), ("one", "x"))) for number in range(3_000)])
    assert sum(1 for _ in facts.groups("users", "r", at_least=2)) == 1_500
    seen = 0
    for chunk in facts.sharing("users", "one", "x"):
        assert len(chunk) <= 500
        facts.enter("users", [Broken(id, "one", "x") for id, _ in chunk])
        seen += len(chunk)
    assert seen == 3_000
    assert len(facts.broken("users", [str(number) for number in range(500)])) == 500


def test_what_a_record_says_replaces_what_it_said(snapshot):
    put(snapshot, record("1"))
    facts = Facts(snapshot)
    say(facts, _1="a")
    say(facts, _1="b")
    assert list(facts.groups("users", "r")) == [("b", 1)]
    assert facts.digests("users", ["1", "2"]) == {"1": "d"}


def test_records_that_are_gone_from_the_source_have_no_say(snapshot):
    put(snapshot, record("1"), record("2"))
    facts = Facts(snapshot)
    say(facts, _1="a", _2="a")
    snapshot.begin(2)
    put(snapshot, record("2"))
    assert list(facts.groups("users", "r")) == [("a", 1)]


def test_a_value_must_name_a_record_that_is_still_there(snapshot):
    put(snapshot, record("1", "projects", key="ACME"), record("2", "projects", key="OLD"))
    snapshot.begin(2)
    put(snapshot, record("1", "projects", key="ACME"), record("5"), record("6"), record("7"))
    facts = Facts(snapshot)
    facts.put(
        "users",
        [
            Fact("5", "d", (("r", "acme"), ("r", "1"))),
            Fact("6", "d", (("r", "old"),)),
            Fact("7", "d", (("r", "acme"), ("r", "none"))),
        ],
    )
    assert list(facts.nameless("users", "r", "projects")) == [[("6", "old"), ("7", "none")]]


def test_who_breaks_a_rule_is_forgotten_but_for_those_who_could_say_nothing(snapshot):
    put(snapshot, record("1"), record("2"))
    facts = Facts(snapshot)
    facts.put("users", [Fact("1", "d"), Fact("2", "d", (), (("r", "cannot be ordered"),))])
    facts.enter("users", [Broken("1", "r", "a", 2, "k9")])
    assert facts.broken("users", ["1"]) == {"1": [Broken("1", "r", "a", 2, "k9")]}
    facts.clear("users")
    assert facts.broken("users", ["1", "2"]) == {"2": [Broken("2", "r", "cannot be ordered", failed=True)]}
