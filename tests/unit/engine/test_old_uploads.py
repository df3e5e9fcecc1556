"""Files that were uploaded long ago are not claimed: the target may have cleaned them up, and says nothing of it."""

from __future__ import annotations

import pytest

from j2o_core.engine import task
from j2o_core.ledger import effects
from j2o_core.model.outcome import Retriable

from .conftest import Bench, thing


@pytest.mark.parametrize(("age", "uploads"), [(task.CLAIM_AGE, 1), (0.0, 2)])
def test_a_file_that_has_waited_too_long_for_its_create_is_sent_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, age: float, uploads: int
):
    monkeypatch.setattr(task, "CLAIM_AGE", age)
    bench.target.before[2] = Retriable("busy")
    bench.things(1)
    file = {"fileName": "1.png"}
    bench.plan(thing(1, kind=effects.UPLOAD, entity="files", payload=file, parent_entity="things", parent_origin="1"))
    bench.go()
    assert bench.target.calls.count("upload F-1") == uploads
    assert list(bench.target.files.values()) == [*[None] * (uploads - 1), "1"]
    assert set(bench.states().values()) == {effects.DONE}
