"""A clock that jumps between two processes never makes an absence count too early."""

from __future__ import annotations

import time

import pytest

from j2o_core.engine.task import sent_age
from j2o_core.ledger import sending

from .conftest import Bench


def test_a_clock_that_was_set_forward_does_not_shorten_the_wait_for_a_lost_request(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    bench.settle = 0.5
    bench.things(1)
    (row,) = bench.engine.effects.window(0, 0, "planned", 0, 1)
    bench.writer.submit(lambda connection: sending.mark_sent(connection, [{"of": row.id, "digest": "", "image": None}]))
    bench.die()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    bench.connect(jumped=3600.0)
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began > 0.3
    assert bench.target.calls == ["create T-1"]


def test_a_clock_that_is_set_back_and_forward_while_a_request_leaves_does_not_shorten_the_wait(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    bench.settle = 0.5
    bench.things(1)
    bench.ledger.lock()
    (row,) = bench.engine.effects.window(0, 0, "planned", 0, 1)
    with monkeypatch.context() as wrong:
        now = time.time
        wrong.setattr(time, "time", lambda: now() - 3600)
        rows = [{"of": row.id, "digest": "", "image": None}]
        bench.writer.submit(lambda connection: sending.mark_sent(connection, rows))
    bench.die()
    bench.ledger.lock()
    began = time.monotonic()
    bench.go()
    assert time.monotonic() - began > 0.3
    assert bench.target.calls == ["create T-1"]


def test_a_request_from_the_future_has_only_just_been_sent(bench: Bench):
    bench.things(1)
    (row,) = bench.engine.effects.window(0, 0, "planned", 0, 1)
    bench.writer.submit(lambda connection: sending.mark_sent(connection, [{"of": row.id, "digest": "", "image": None}]))
    (sent,) = bench.engine.effects.window(0, 0, "sent", 0, 1)
    assert sent.sent is not None
    later = type(sent)(**{**sent.__dict__, "sent": sent.sent + 3600})
    assert sent_age(later) == 0.0
