"""Effects are counted through two indexes, and the sums are those of the effects."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import pytest
from sqlalchemy import event, insert, select

from j2o_core.ledger import browse, counts, listing, runs, tables
from j2o_core.ledger.effect_rows import DONE, FAILED, OF_ITEMS, PLANNED, SENT, SKIPPED
from j2o_core.ledger.effects import CREATE, SHAPE, UPDATE, UPLOAD
from j2o_core.ledger.listing import Listed
from j2o_core.ledger.moment import one_moment
from j2o_core.ledger.projects import counts_of_unchanged, project_of
from j2o_core.ledger.queries import Queries
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.ledger.tally import effects_of, longest_sent
from j2o_core.model.problem import Problem
from tests.ledgers import begin_run

ENTITIES = ("comments", "users", "work_packages")
BEGAN = 1_800_000_000.0


@pytest.fixture()
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url, tmp_path)
    yield opened
    opened.close()


def fill(ledger: Ledger, number: int = 400) -> tuple[str, list[dict[str, Any]]]:
    """Two runs of effects of all kinds and states; the second is told."""
    chance = random.Random(7)
    rows: list[dict[str, Any]] = []
    with ledger.engine.begin() as connection:
        for _ in range(2):
            run = begin_run(connection).id
            runs.change(connection, run, stage=runs.APPLY)
            rows = [row(chance, run, at) for at in range(number)]
            connection.execute(insert(tables.effect), rows)
            refused = [one for one in rows if one["state"] in (FAILED, SKIPPED) and one["kind"] in OF_ITEMS]
            listing.put(
                connection,
                run,
                [Listed(one["entity"], one["origin"], one["key"], one["state"], "c", "m") for one in refused],
            )
    return run, rows


def row(chance: random.Random, run: str, at: int) -> dict[str, Any]:
    state = chance.choice((DONE, DONE, FAILED, SKIPPED, PLANNED, SENT))
    entity, key = chance.choice(ENTITIES), chance.choice(("OPS-{}", "SHOP-{}", "user{}")).format(at)
    return {
        "run": run,
        "step": chance.randrange(3),
        "rank": 0,
        "entity": entity,
        "origin": str(at),
        "key": key,
        "project": project_of(entity, key),
        "kind": chance.choice((CREATE, UPDATE, UPLOAD, SHAPE)),
        "effect_class": "marked",
        "lane": "",
        "partition": chance.randrange(4),
        "state": state,
        "record_digest": "",
        "mapping_digest": "",
        "fields": "{}",
        "sent": None if state == PLANNED else BEGAN / 2 + chance.random() * 1000,
        "finished": None if state in (PLANNED, SENT) else BEGAN + chance.random() * 1000,
        "attempts": 1,
        "resent": False,
        "adopted": state == DONE and chance.random() < 0.2,
        "doubtful": False,
    }


def test_the_groups_are_those_of_the_effects(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    expected = Counter((one["entity"], one["kind"], one["state"], one["adopted"]) for one in rows)
    with one_moment(ledger.engine) as connection:
        assert effects_of(connection, run) == expected
        of_items = {group: number for group, number in expected.items() if group[1] in OF_ITEMS}
        assert effects_of(connection, run, OF_ITEMS) == of_items
        assert effects_of(connection, "no such run") == {}


def test_nothing_is_counted_by_reading_effects(tmp_path: Path) -> None:
    ledger = open_ledger("sqlite:///ledger.db", tmp_path)
    run, _ = fill(ledger)
    asked: list[tuple[str, Any]] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    counts.entities(ledger.engine, run)
    browse.pace(ledger.engine, run)
    browse.pace(ledger.engine, run, "users")
    browse.partitions(ledger.engine, run, "users")
    browse.page(ledger.engine, run, DONE, project="OPS", partition=1)
    with ledger.engine.connect() as connection:
        for statement, parameters in set(asked):
            if "FROM effect" not in statement:
                continue
            plan = [one[-1] for one in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            of_effects = [words for words in plan if " effect " in words]
            is_queue = " USING INDEX effect_queue (run=? AND step=? AND state=?)"
            of_effects = [words for words in of_effects if " USING INTEGER PRIMARY KEY " not in words]  # what is shown
            assert of_effects and all("COVERING INDEX" in words or is_queue in words for words in of_effects), plan
            assert "stretch" not in statement or "finished>? AND finished<?" in plan[-1]
    ledger.close()


def test_items_that_ended_are_in_one_stretch_each(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    for entity in (None, "users"):
        moments = sorted(
            one["finished"]
            for one in rows
            if one["finished"] and one["kind"] in OF_ITEMS and entity in (None, one["entity"])
        )
        found = browse.pace(ledger.engine, run, entity, most=100)
        assert (found["since"], found["seconds"]) == (moments[0], 10)
        expected = Counter(int((moment - moments[0]) // 10) for moment in moments)
        assert found["ended"] == [expected[at] for at in range(max(expected) + 1)]
    assert browse.pace(ledger.engine, "no such run") == {"since": None, "seconds": 1, "ended": []}


def test_what_has_waited_longest_for_an_outcome_is_found_among_all_steps(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    waiting = sorted(one["sent"] for one in rows if one["state"] == SENT)
    found = longest_sent(ledger.engine, run, 3)
    assert found == sorted(found, reverse=True)
    assert [found[0] - age for age in found] == pytest.approx([moment - waiting[0] for moment in waiting[:3]], abs=1e-3)
    assert len(longest_sent(ledger.engine, run, 10_000)) == len(waiting)


def test_the_first_problems_are_read_alone(ledger: Ledger) -> None:
    told = [("1", Problem("c", f"words {number}")) for number in range(50)]
    with ledger.engine.begin() as connection:
        run, other = begin_run(connection).id, begin_run(connection).id
        for at, one in enumerate(told):  # stages of both take turns
            listing.put_problems(connection, run, ("plan", "apply")[at % 2], [one])
            listing.put_problems(connection, other, "plan", [one])
    asked = Queries(ledger.engine)
    everything = list(asked.problems(run))
    assert [one["message"] for one in everything] == [f"words {number}" for number in range(50)]
    assert [list(asked.problems(run, most)) for most in (1, 7, 50, 99)] == [
        everything[:most] for most in (1, 7, 50, 99)
    ]


def test_each_partition_has_its_items_and_no_others(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    expected = Counter((one["partition"], one["state"]) for one in rows if one["entity"] == "users" and is_item(one))
    found = browse.partitions(ledger.engine, run, "users")
    assert [one["partition"] for one in found] == [0, 1, 2, 3]
    assert {(one["partition"], state): one[state] for one in found for state in browse.STATES} == {
        (at, state): expected[at, state] for at in range(4) for state in browse.STATES
    }


def is_item(one: dict[str, Any]) -> bool:
    return one["kind"] in OF_ITEMS


def test_what_is_sent_is_counted_with_the_rest(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    found = counts.entities(ledger.engine, run, with_sent=True)
    for entity in ENTITIES:
        of_it = [one for one in rows if one["entity"] == entity and is_item(one)]
        assert found[entity]["sent"] == sum(one["state"] == SENT for one in of_it)
        assert found[entity]["left"] == sum(one["state"] in (SENT, PLANNED) for one in of_it)
    with ledger.engine.connect() as connection:
        listed = connection.execute(select(tables.listed.c.project).where(tables.listed.c.run == run)).scalars()
        assert set(listed) == {"OPS", "SHOP", None}


def test_the_projects_of_an_entity_add_up_to_it(ledger: Ledger) -> None:
    run, rows = fill(ledger)
    with ledger.engine.begin() as connection:
        target = connection.execute(select(tables.run.c.target).where(tables.run.c.id == run)).scalar_one()
        items = {"users": {"source": 0, "unchanged": 0}, "comments": {"source": 0, **counts_of_unchanged({"OPS": 5})}}
        runs.change(connection, run, entities=items)
        listing.put(connection, run, [Listed("projects", "1", "SHOP", SKIPPED, "c", "m")])
        known = dict.fromkeys(("record_digest", "mapping_digest", "fields", "image", "run", "display"), "")
        of_pair = {"target": target, "source": "acme", "entity": "projects", "owned": "created"}
        connection.execute(insert(tables.item), [{**known, **of_pair, "origin": "2", "key": "OPS", "item": "4"}])
    whole = counts.entities(ledger.engine, run, with_sent=True)
    for entity in ENTITIES:
        found = browse.projects(ledger.engine, run, entity)
        assert [one["project"] for one in found] == (["", "OPS", "SHOP"] if entity != "users" else [""])
        for name in ("created", "updated", "unchanged", "skipped", "failed", "left", "sent"):
            assert sum(one[name] for one in found) == whole[entity][name]
        for one in found:
            of_it = [it for it in rows if (it["project"] or "", it["entity"]) == (one["project"], entity)]
            left = [it for it in of_it if it["state"] in (PLANNED, SENT) and is_item(it)]
            assert (one["left"], one["sent"]) == (len(left), sum(it["state"] == SENT for it in left))
    assert next(one for one in found if one["project"] == "OPS")["unchanged"] > 0
