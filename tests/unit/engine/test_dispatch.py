from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Sequence

import pytest
from sqlalchemy import select, update

from j2o_core.engine.dispatch import Dispatcher, Stopped
from j2o_core.engine.turns import longest_lanes_first
from j2o_core.ledger import effects, sending, tables
from j2o_core.model.effect import Answer, Effect, Found
from j2o_core.model.outcome import (
    Conflict,
    Fatal,
    InDoubt,
    ItemFailed,
    ItemSkipped,
    NotSent,
    Retriable,
    Taken,
    Undecided,
)
from j2o_core.model.payload import Ref

from .conftest import Bench, NaturalThings, RepeatableThings, thing


def test_every_planned_effect_is_sent_once(bench: Bench):
    bench.things(50)
    bench.go()
    assert len(bench.target.rows) == 50
    assert bench.target.writes == 50
    assert set(bench.states().values()) == {effects.DONE}


@pytest.mark.parametrize("outcome", [NotSent("refused"), Retriable("busy", not_before=0.01), Conflict("stale")])
def test_what_was_not_applied_is_sent_again(bench: Bench, outcome: Exception):
    bench.target.before[3] = outcome
    bench.things(5)
    bench.go()
    assert bench.marks() == ["1", "2", "3", "4", "5"]
    assert bench.target.writes == 6


def test_what_is_to_be_changed_is_asked_for_so_many_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.things(7)
    bench.go()
    bench.plan(
        *(thing(number, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1) for number in range(1, 8))
    )
    things = bench.engine.loaders["things"]
    asked: list[int] = []

    def read_many(identifiers: Sequence[str]) -> list[Found]:
        asked.append(len(identifiers))
        return [things.read(identifier) for identifier in identifiers]

    monkeypatch.setattr(things, "read_many", read_many)
    things.read_batch = 3
    bench.go(step=1)
    assert asked == [3, 3, 1]
    assert {row["image"]["name"] for row in bench.target.rows.values()} == {"new"}


def test_a_lost_answer_of_an_applied_write_is_found_and_not_repeated(bench: Bench):
    bench.target.after[2] = InDoubt("reset")
    bench.things(4)
    bench.go()
    assert bench.marks() == ["1", "2", "3", "4"]
    assert bench.target.writes == 4


@pytest.mark.parametrize(("applied", "state"), [(True, effects.DONE), (False, effects.FAILED)])
def test_after_the_last_error_of_the_server_one_look_up_decides(bench: Bench, applied: bool, state: str):
    bench.connect(attempts=2)
    bench.target.before[1] = Undecided("500")
    (bench.target.after if applied else bench.target.before)[2] = Undecided("500")
    bench.things(1)
    bench.go()
    assert bench.target.writes == 2
    assert bench.marks() == (["1"] if applied else [])
    assert bench.states() == {"T-1": state}


def test_absence_counts_only_after_the_settle_time(bench: Bench):
    bench.target.before[1] = InDoubt("reset")
    bench.things(1)
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began >= bench.settle
    assert bench.marks() == ["1"]
    assert bench.target.writes == 2


def test_a_write_that_is_applied_late_is_found_within_the_settle_time(bench: Bench):
    bench.target.before[1] = InDoubt("reset")
    bench.things(1)
    loader = bench.engine.loaders["things"]
    row = {"mark": "1", "version": 0, "image": {"name": "thing 1"}}
    timer = threading.Timer(0.15, lambda: bench.target.rows.setdefault("late", row))
    timer.start()
    bench.go()
    timer.join()
    assert list(bench.target.rows) == ["late"]
    assert loader.client.writes == 1


def test_after_an_own_error_of_the_server_one_look_up_decides(bench: Bench):
    bench.settle = 60
    bench.connect()
    bench.target.before[1] = Undecided("500")
    bench.target.after[3] = Undecided("500")
    bench.things(3)
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began < bench.settle
    assert bench.marks() == ["1", "2", "3"]


def test_a_server_that_keeps_failing_on_an_item_fails_that_item_alone(bench: Bench):
    bench.target.before.update({number: Undecided("500: boom") for number in range(1, 5)})
    bench.things(3, lane="one")
    bench.go()
    assert bench.marks() == ["2", "3"]
    assert bench.listed() == {"T-1": "500: boom"}


def test_an_unreachable_server_stops_the_run_and_nothing_is_lost(bench: Bench):
    bench.target.before.update({number: NotSent("refused") for number in range(1, 200)})
    bench.things(10)
    with pytest.raises(Fatal) as caught:
        bench.go()
    assert caught.value.exit_code == 3
    bench.target.before.clear()
    bench.connect()
    bench.go()
    assert len(bench.target.rows) == 10


def test_a_refused_item_fails_with_the_servers_words_and_the_others_go_on(bench: Bench):
    bench.target.before[2] = ItemFailed("Subject can't be blank.", code="X")
    bench.target.before[3] = ItemSkipped("nobody may see it")
    bench.connect(workers=1)
    bench.things(4)
    bench.go()
    assert bench.marks() == ["1", "4"]
    assert bench.listed() == {"T-2": "Subject can't be blank.", "T-3": "nobody may see it"}
    assert [bench.states()[f"T-{number}"] for number in (2, 3)] == [effects.FAILED, effects.SKIPPED]


def test_a_loader_that_breaks_fails_its_item_alone(bench: Bench):
    bench.target.before[1] = KeyError("oops")
    bench.connect(workers=1)
    bench.things(2)
    bench.go()
    assert bench.marks() == ["2"]
    assert "KeyError" in bench.listed()["T-1"]


def test_what_the_server_says_is_taken_is_adopted_as_matched(tmp_path: Path, ledger_url: str):
    bench = Bench(tmp_path, NaturalThings, url=ledger_url)
    bench.target.rows["77"] = {"mark": "1", "version": 0, "image": {}}
    bench.target.before[1] = Taken("login has been taken")
    bench.things(1)
    bench.go()
    item = bench.engine.items.get("things", ["1"])["1"]
    assert (item.item, item.owned) == ("77", "matched")
    bench.close()


def test_what_is_taken_by_our_own_lost_request_is_ours(tmp_path: Path, ledger_url: str):
    bench = Bench(tmp_path, NaturalThings, url=ledger_url)
    bench.target.after[1] = InDoubt("reset")
    bench.things(1)
    bench.go()
    assert bench.engine.items.get("things", ["1"])["1"].owned == "created"
    assert bench.target.writes == 1
    bench.close()


def test_a_resent_create_that_is_refused_since_the_first_arrived_after_all_is_that_first(bench: Bench):
    bench.target.before[1] = InDoubt("reset")
    bench.things(1)
    write = bench.target.write

    def late(what, change):
        if bench.target.writes == 1:
            bench.target.rows["late"] = {"mark": "1", "version": 0, "image": {"name": "thing 1"}}
            bench.target.before[2] = ItemFailed("the files are claimed already")
        return write(what, change)

    bench.target.write = late  # type: ignore[method-assign]
    bench.go()
    assert list(bench.target.rows) == ["late"]
    assert bench.listed() == {}
    assert bench.states() == {"T-1": effects.DONE}


def test_a_repeatable_write_is_simply_repeated(tmp_path: Path, ledger_url: str):
    bench = Bench(tmp_path, RepeatableThings, settle=60, url=ledger_url)
    bench.target.before[1] = InDoubt("reset")
    bench.things(1)
    bench.go()
    assert bench.target.writes == 2
    bench.close()


def test_what_is_found_after_a_lost_answer_is_compared_with_what_was_sent(bench: Bench):
    """The server took it and kept another name: that is told as if its answer had come."""
    bench.target.before[2] = InDoubt("reset")
    bench.things(2)
    bench.target.rows["late"] = {"mark": "2", "version": 0, "image": {"name": "thing"}}
    bench.go()
    with bench.ledger.engine.connect() as connection:
        told = connection.execute(select(tables.problem.c.code, tables.problem.c.key, tables.problem.c.message)).all()
    assert [tuple(row) for row in told] == [("J2O-E020", "T-2", "the target stored 'thing' instead of 'thing 2'")]


class TakenTwice(RepeatableThings):
    """What the server takes twice is written once by ``create``, as far as the first one is there."""

    taken_twice = True

    def create(self, effect: Effect) -> Answer:
        found = self.find(effect)
        return Answer(found[0].id, found[0].version, found[0].image) if found else super().create(effect)


@pytest.mark.parametrize("arrives", [True, False])
def test_what_a_server_would_take_twice_is_repeated_only_where_it_does_not_arrive_late(
    tmp_path: Path, ledger_url: str, arrives: bool
):
    bench = Bench(tmp_path, TakenTwice, url=ledger_url)
    bench.target.before[1] = InDoubt("reset")
    bench.things(1)
    row = {"mark": "1", "version": 0, "image": {"name": "thing 1"}}
    timer = threading.Timer(0.15, lambda: bench.target.rows.setdefault("late", row) if arrives else None)
    timer.start()
    bench.go()
    timer.join()
    assert list(bench.target.rows) == ["late" if arrives else "1"]
    assert bench.target.writes == (1 if arrives else 2)
    bench.close()


def test_effects_of_one_lane_run_in_their_order(bench: Bench):
    bench.plan(*(thing(number, lane="one") for number in range(1, 21)))
    bench.go()
    assert bench.target.calls == [f"create T-{number}" for number in range(1, 21)]


def test_parents_come_before_children_by_rank(bench: Bench):
    parent = Ref("things", ("2",))
    bench.plan(thing(1, rank=1, payload={"name": "child", "parent": parent}), thing(2))
    bench.go()
    assert bench.target.calls == ["create T-2", "create T-1"]
    assert bench.target.rows["2"]["image"]["parent"] == "1"


def test_a_reference_that_must_be_there_fails_the_item(bench: Bench):
    bench.plan(thing(1, payload={"name": "x", "owner": Ref("people", ("9",), "Jane")}))
    bench.go()
    assert bench.listed() == {"T-1": "owner: 'Jane' is not among the migrated people"}
    assert bench.target.writes == 0


def test_a_sent_effect_without_outcome_is_looked_up_by_the_next_process(bench: Bench):
    bench.things(3)
    bench.go()
    with bench.ledger.engine.begin() as connection:  # the outcomes of two were lost with the process
        connection.execute(update(tables.effect).where(tables.effect.c.origin != "3").values(state=effects.SENT))
        connection.execute(tables.item.delete().where(tables.item.c.origin != "3"))
    bench.die()
    bench.go()
    assert bench.marks() == ["1", "2", "3"]
    assert bench.target.writes == 3
    assert set(bench.engine.items.get("things", ["1", "2", "3"])) == {"1", "2", "3"}


def test_a_sent_effect_that_never_arrived_is_sent_again_and_marked_so(bench: Bench):
    bench.things(1)
    sent = time.time()
    with bench.ledger.engine.begin() as connection:
        connection.execute(update(tables.effect).values(state=effects.SENT, sent=sent))
    bench.die()
    bench.go()
    assert time.time() - sent >= bench.settle
    assert bench.marks() == ["1"]
    assert [row.origin for row in bench.engine.effects.resent()] == ["1"]


def test_stopping_plans_again_what_was_never_started(bench: Bench):
    bench.connect(workers=1)
    bench.things(30)
    slow = bench.target.write
    started = threading.Event()

    def write(what, change):
        started.set()
        time.sleep(0.05)
        return slow(what, change)

    bench.target.write = write  # type: ignore[method-assign]
    threading.Thread(target=lambda: (started.wait(), bench.engine.stop.set())).start()
    with pytest.raises(Stopped):
        bench.go()
    states = list(bench.states().values())
    assert states.count(effects.SENT) == 0
    assert states.count(effects.DONE) == len(bench.target.rows) < 30
    bench.target.write = slow  # type: ignore[method-assign]
    bench.connect()
    bench.go()
    assert len(bench.target.rows) == 30


def test_above_the_tolerated_share_of_failures_the_run_stops(bench: Bench):
    bench.connect(workers=1, tolerate_share=0.1, tolerate_after=10)
    bench.target.before.update({number: ItemFailed("no") for number in range(1, 60)})
    bench.things(60)
    with pytest.raises(Fatal, match=r"have failed, more than the tolerated 10\.0%") as caught:
        bench.go()
    assert caught.value.exit_code == 4
    assert len(bench.listed()) < 60


def test_files_are_uploaded_just_before_the_create_that_claims_them(bench: Bench):
    bench.things(1)
    bench.plan(*(upload(number, "1") for number in (1, 2)))
    bench.go()
    assert bench.target.calls == ["upload F-1", "upload F-2", "create T-1"]
    assert set(bench.target.files.values()) == {"1"}
    assert set(bench.states().values()) == {effects.DONE}


def test_an_upload_is_not_repeated_when_only_the_create_was_refused(bench: Bench):
    bench.target.before[2] = Retriable("busy")
    bench.things(1)
    bench.plan(upload(1, "1"))
    bench.go()
    assert bench.target.calls == ["upload F-1", "create T-1", "create T-1"]


def test_a_file_that_fails_is_listed_and_its_item_written(bench: Bench):
    bench.target.before[1] = ItemFailed("too large")
    bench.things(1)
    bench.plan(upload(1, "1"))
    bench.go()
    assert bench.marks() == ["1"]
    assert bench.listed() == {"F-1": "too large"}


def test_files_of_an_item_that_failed_fail_with_it(bench: Bench):
    bench.target.before[2] = ItemFailed("no subject")
    bench.things(1)
    bench.plan(upload(1, "1"))
    bench.go()
    assert bench.listed() == {"T-1": "no subject", "F-1": "no subject"}


def test_files_of_a_create_in_doubt_are_settled_with_it(bench: Bench):
    bench.target.after[2] = InDoubt("reset")
    bench.things(1)
    bench.plan(upload(1, "1"))
    bench.go()
    assert bench.target.calls == ["upload F-1", "create T-1"]
    assert bench.states() == {"T-1": effects.DONE, "F-1": effects.DONE}


def test_a_file_that_an_adopted_create_does_not_hold_is_attached_later(bench: Bench):
    bench.things(1)
    bench.plan(upload(1, "1"))
    with bench.ledger.engine.begin() as connection:
        connection.execute(update(tables.effect).values(state=effects.SENT, sent=time.time()))
    bench.target.rows["1"] = {"mark": "1", "version": 0, "image": {"name": "thing 1"}}
    bench.die()
    bench.go()
    bench.go(step=5)
    assert bench.target.calls == ["attach F-1"]
    assert bench.states() == {"T-1": effects.DONE, "F-1": effects.DONE}


@pytest.mark.parametrize(("held", "calls"), [(True, []), (False, ["attach F-1"])])
def test_a_file_whose_outcome_alone_was_lost_is_looked_for_on_its_parent(bench: Bench, held: bool, calls: list[str]):
    bench.things(1)
    bench.go()
    bench.target.calls.clear()
    bench.plan(upload(1, "1"))
    with bench.ledger.engine.begin() as connection:
        connection.execute(
            update(tables.effect).where(tables.effect.c.kind == effects.UPLOAD).values(state=effects.SENT, sent=1.0)
        )
    if held:
        bench.target.files["1-7"] = "1"
    bench.die()
    bench.writer.submit(lambda connection: sending.release_orphans(connection, bench.run, "files", 5))
    bench.go(step=5)
    assert bench.target.calls == calls
    assert list(bench.target.files.values()) == ["1"]
    assert bench.states() == {"T-1": effects.DONE, "F-1": effects.DONE}


def test_an_update_keeps_what_was_there_before_it(bench: Bench):
    bench.things(1)
    bench.go()
    bench.plan(thing(1, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1))
    bench.go(step=1)
    assert bench.target.rows["1"]["image"] == {"name": "new"}
    with bench.ledger.engine.connect() as connection:
        row = connection.execute(select(tables.effect).where(tables.effect.c.kind == "update")).mappings().one()
    assert row["before"] == '{"name":"thing 1"}'
    assert '"fields": {"name": "thing 1"}' in row["inverse"]


def test_an_update_over_somebody_elses_change_is_reported_and_not_made(bench: Bench):
    bench.things(1)
    bench.go()
    bench.target.rows["1"]["image"]["name"] = "theirs"
    bench.plan(thing(1, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1))
    bench.go(step=1)
    assert bench.target.rows["1"]["image"] == {"name": "theirs"}
    assert bench.listed() == {"T-1": "changed on the target since the last run: name; left as it is"}


def test_a_lost_answer_of_an_update_is_settled_by_reading(bench: Bench):
    bench.things(1)
    bench.go()
    bench.target.after[2] = InDoubt("reset")
    bench.plan(thing(1, kind=effects.UPDATE, payload={"name": "new"}, only=["name"], step=1))
    bench.go(step=1)
    assert bench.target.rows["1"]["version"] == 1


def upload(number: int, parent: str):
    return thing(
        number,
        kind=effects.UPLOAD,
        entity="files",
        payload={"fileName": f"{number}.png"},
        parent_entity="things",
        parent_origin=parent,
    )


def test_what_runs_side_by_side_fills_the_gaps_that_long_lanes_leave(bench: Bench):
    bench.things(100, lane="one", step=0)
    bench.plan(*(thing(number, step=1) for number in range(101, 109)))
    write = bench.target.write

    def slowly(what, change):
        time.sleep(0.01)
        return write(what, change)

    bench.target.write = slowly  # type: ignore[method-assign]
    Dispatcher(bench.engine).run(0, 1)
    others = [place for place, call in enumerate(bench.target.calls) if int(call.split("-")[1]) > 100]
    assert others[0] < 40, "not before the long lane was nearly done"
    assert len(bench.target.calls) == 108


def test_what_has_to_go_one_after_the_other_is_begun_first(bench: Bench):
    bench.connect(workers=2)
    bench.things(20)
    bench.plan(*(thing(number, lane="long") for number in range(21, 31)))
    bench.go()
    assert sorted(bench.target.calls) == sorted(f"create T-{number}" for number in range(1, 31))
    long = [place for place, call in enumerate(bench.target.calls) if int(call.split("-")[1]) > 20]
    assert [bench.target.calls[place] for place in long] == [f"create T-{number}" for number in range(21, 31)]
    assert long[0] < 4 and long[4] < 16, bench.target.calls


def test_of_a_share_too_what_has_to_go_one_after_the_other_is_begun_first(bench: Bench):
    bench.connect(workers=2)
    bench.things(20)
    bench.plan(*(thing(number, lane="long") for number in range(21, 31)))
    Dispatcher(bench.engine).run_turn([(0, 0)], [range(256)])
    long = [place for place, call in enumerate(bench.target.calls) if int(call.split("-")[1]) > 20]
    assert len(bench.target.calls) == 30 and long[0] < 4 and long[4] < 16, bench.target.calls


def test_the_order_of_lanes_is_kept_and_short_or_too_many_ones_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch):
    assert longest_lanes_first([(1, "a"), (2, "b"), (3, "b"), (4, ""), (5, "c"), (6, "b"), (7, "c")]) == [
        2,
        3,
        5,
        1,
        4,
        6,
        7,
    ]
    assert longest_lanes_first([(1, "a"), (2, "b"), (3, ""), (4, "")]) == []
    monkeypatch.setattr("j2o_core.engine.turns.MOST_ORDERED", 2)
    assert longest_lanes_first([(1, "a"), (2, "a"), (3, "a")]) == []


def test_progress_counts_what_was_planned_after_the_beginning(bench: Bench):
    bench.things(2)
    told: list[dict[str, object]] = []
    dispatcher = Dispatcher(replace(bench.engine, emit=told.append))
    dispatcher.run(0)
    bench.plan(thing(3, step=1), thing(4, step=1))  # as texts that are written once more
    dispatcher.run(1)
    assert [(event["done"], event["total"]) for event in told[-1:]] == [(4, 4)]
