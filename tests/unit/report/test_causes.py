"""Causes are counted through an index, and are those of the items one by one."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import pytest
from sqlalchemy import event, text

from j2o_core.ledger import listing
from j2o_core.ledger.listing import FAILED, SKIPPED, Listed
from j2o_core.ledger.queries import Queries
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.model.error_class import BECAUSE, error_class
from j2o_core.report.causes import Cause, rank
from tests.ledgers import begin_run

AWKWARD = (
    "{key}: status 'QA' has no target",
    'it\'s "{key}", said \\ %s {{}} ? :name',
    "Größe „ß“ ☃ 🎉 e\u0301 is too long",
    "größe „ß“ ☃ 🎉 é is too long",
    "HTTP 404 at https://jira.example/secure/attachment/{number}/a.png?id={number}",
    "to: 'OPS-{number}' is not among the migrated work_packages",
    "",
    " ",
    "no\x00end",
)


@pytest.fixture()
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url, tmp_path)
    yield opened
    opened.close()


def put(ledger: Ledger, items: list[Listed]) -> str:
    """A run that has them listed, beside another one with the same."""
    with ledger.engine.begin() as connection:
        for _ in range(2):
            run = begin_run(connection).id
            listing.put(connection, run, items)
    return run


def an_item(chance: random.Random, number: int) -> Listed:
    key = chance.choice(("", f"ACME-{number}", f"ACME-{number}#7", "'", "☃", "%", "_"))
    words = chance.choice(AWKWARD).format(key=key, number=chance.randrange(5))
    because = "".join(chance.choices(BECAUSE, k=chance.choice((0, 0, 0, 1, 2))))
    return Listed(
        chance.choice(("comments", "relations", "work_packages")),
        str(number),
        key,
        chance.choice((FAILED, SKIPPED)),
        "J2O-E010" if because else chance.choice(("J2O-E010", "J2O-M111", "http_404")),
        because + words,
        chance.choice(("", "a.yaml:1:2", "a.yaml:3:4")),
        chance.choice(("", "conflict")),
        chance.choice(("", f"r{number}")),
    )


def one_by_one(rows: list[dict[str, Any]], alike: Any) -> list[Any]:
    """The same from all rows: (outcome, class, code, place, entities, keys, requests)."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["outcome"], alike(row)), []).append(row)
    told = []
    for (outcome, _), these in found.items():
        lead = next((row for row in these if row["code"] != "J2O-E010"), these[0])
        entities = Counter(row["entity"] for row in these)
        place = lead["place"] or these[0]["place"]
        keys, requests = [row["key"] for row in these], [row["request"] for row in these if row["request"]]
        told.append((outcome, lead["class"], lead["code"], place, entities, keys[:5], requests[:5]))
    names = [", ".join(name for name, _ in one[4].most_common()) for one in told]
    order = sorted(
        range(len(told)),
        key=lambda at: (told[at][0] != FAILED, -sum(told[at][4].values()), names[at], told[at][2]),
    )
    return [told[at] for at in order]


def all_of(cause: Cause) -> Any:
    named = (cause.outcome, cause.error_class, cause.code, cause.place)
    return (*named, cause.entities, cause.keys, cause.requests)


def plain(row: dict[str, Any]) -> str:
    """What stays of an awkward message when all is left out that differs from item to item."""
    message = str(row["message"])
    while any(message.startswith(words) for words in BECAUSE):
        message = message[message.index(": ") + 2 :]
    if row["key"]:
        message = message.replace(row["key"], "…")
    for number in range(5):
        message = message.replace(f"/{number}/", "/…/").replace(f"id={number}", "id=…")
        message = message.replace(f"'OPS-{number}'", "'…'")
    return message


@pytest.mark.parametrize("seed", range(4))
def test_they_are_those_that_the_items_one_by_one_give(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)
    run = put(ledger, [an_item(chance, number) for number in range(600)])
    rows = list(Queries(ledger.engine).listed(run))
    assert len(rows) == 600
    assert [all_of(cause) for cause in rank(Queries(ledger.engine), run)] == one_by_one(rows, plain)
    for outcome, kind in ((FAILED, None), (None, "conflict"), (SKIPPED, "validation")):
        some = [row for row in rows if outcome in (None, row["outcome"]) and kind in (None, row["class"])]
        found = rank(Queries(ledger.engine), run, outcome, kind)
        assert [all_of(cause) for cause in found] == one_by_one(some, plain)


def test_texts_are_read_of_examples_alone(ledger: Ledger) -> None:
    told = (FAILED, "c", "too long", "p", "")
    run = put(ledger, [Listed("comments", str(n), f"K-{n}", *told, f"r{n}") for n in range(900)])
    read: list[int] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "message" in statement:
            read.append(statement.count("?") or statement.count("%"))

    event.listen(ledger.engine, "before_cursor_execute", count)
    (cause,) = rank(Queries(ledger.engine), run)
    assert (cause.count, cause.keys) == (900, [f"K-{n}" for n in range(5)])
    assert read and max(read) <= 5


def test_items_that_name_different_others_share_a_cause_which_names_none(ledger: Ledger) -> None:
    told = "to: '{}' is not among the migrated work_packages"
    names = ["OPS-1", "OPS-2", "LEGACY-7#3"]
    other = [Listed("relations", "9", "K-9", SKIPPED, "J2O-E012", "type: 'QA' is no type")]
    some = [Listed("relations", str(n), f"K-{n}", SKIPPED, "J2O-E012", told.format(one)) for n, one in enumerate(names)]
    run = put(ledger, [*some, *other])
    found = [(cause.count, cause.message) for cause in rank(Queries(ledger.engine), run)]
    assert found == [(3, told.format("…")), (1, "type: 'QA' is no type")]
    run = put(ledger, some[:1])
    assert [cause.message for cause in rank(Queries(ledger.engine), run)] == [told.format("OPS-1")]


def test_more_causes_of_one_code_than_can_be_told_apart_are_one_more(ledger: Ledger) -> None:
    items = [Listed("users", str(n), f"u{n}", FAILED, "c", f"words {n // 2}") for n in range(300)]
    found = rank(Queries(ledger.engine), put(ledger, [*items, Listed("users", "x", "x", FAILED, "d", "words 140")]))
    rest = found[0]
    assert (rest.message, rest.count, rest.keys) == (
        "other items with the code c",
        100,
        [f"u{n}" for n in range(200, 205)],
    )
    assert [cause.count for cause in found[1:]] == [*[2] * 100, 1]


def test_what_was_listed_by_an_older_version_has_its_causes(ledger: Ledger) -> None:
    from alembic import command
    from alembic.config import Config

    from j2o_core.ledger import store

    chance = random.Random(9)
    run = put(ledger, [an_item(chance, number) for number in range(100)])
    before = [all_of(cause) for cause in rank(Queries(ledger.engine), run)]
    with ledger.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.downgrade(config, "0012")
        connection.execute(text("UPDATE listed SET class = NULL WHERE code = 'http_404'"))
    with ledger.engine.begin() as connection:
        store.migrate(connection)
    old = {code: error_class(code) for code in ("http_404",)}
    found = [all_of(cause) for cause in rank(Queries(ledger.engine), run)]
    assert [(one[0], old.get(one[2], one[1]), *one[2:]) for one in before] == found
