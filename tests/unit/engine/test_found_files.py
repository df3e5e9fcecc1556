"""Creates that are found on the target, with files that nobody can look for at first: each counts once."""

from __future__ import annotations

from collections import Counter

import pytest

from j2o_core.ledger import effects
from j2o_core.model.outcome import InDoubt, ItemFailed, Outcome, Retriable

from .conftest import Bench, thing


def with_a_file(bench: Bench, *refusals: Outcome) -> list[int]:
    """A thing with a file; the first look-ups for the file end with ``refusals``. Returns how many writes each saw."""
    bench.things(1)
    bench.plan(thing(1, kind=effects.UPLOAD, entity="files", step=5, parent_entity="things", parent_origin="1"))
    files, left, seen = bench.engine.loaders["files"], list(refusals), []
    find = files.find

    def look(effect):
        seen.append(bench.target.writes)
        if left:
            raise left.pop(0)
        return find(effect)

    files.find = look  # type: ignore[method-assign]
    return seen


def test_a_found_create_and_its_file_count_once_however_often_the_file_is_looked_for(bench: Bench):
    bench.target.after[2] = InDoubt("reset")
    seen = with_a_file(bench, Retriable("busy"), Retriable("busy"))
    bench.go()
    assert seen == [2, 2, 2]
    assert Counter(bench.observed.ended) == {("T-1", "done"): 1, ("F-1", "done"): 1}
    assert bench.target.calls == ["upload F-1", "create T-1"]
    assert bench.states() == {"T-1": effects.DONE, "F-1": effects.DONE}


def test_a_create_whose_file_nobody_may_look_for_stands_and_only_the_file_fails(bench: Bench):
    bench.target.after[2] = InDoubt("reset")
    with_a_file(bench, ItemFailed("not allowed"))
    bench.go()
    assert Counter(bench.observed.ended) == {("T-1", "done"): 1, ("F-1", "failed"): 1}
    assert bench.states() == {"T-1": effects.DONE, "F-1": effects.FAILED}
    assert bench.listed() == {"F-1": "not allowed"}


@pytest.mark.parametrize("busy", [0, 2])
def test_a_refusal_after_doubt_sends_nothing_again_before_it_is_known_what_stands(bench: Bench, busy: int):
    bench.target.before[2] = InDoubt("reset")
    with_a_file(bench, *(Retriable("busy") for _ in range(busy)))
    write = bench.target.write

    def late(what, change):
        if bench.target.writes == 2:  # the first create arrives after all, and takes the file
            bench.target.rows["late"] = {"mark": "1", "version": 0, "image": {"name": "thing 1"}}
            bench.target.files = dict.fromkeys(bench.target.files, "late")
            bench.target.before[3] = ItemFailed("the files are claimed already")
        return write(what, change)

    bench.target.write = late  # type: ignore[method-assign]
    bench.go()
    assert bench.target.calls == ["upload F-1", "create T-1", "create T-1"]
    assert list(bench.target.rows) == ["late"]
    assert Counter(bench.observed.ended) == {("T-1", "done"): 1, ("F-1", "done"): 1}
