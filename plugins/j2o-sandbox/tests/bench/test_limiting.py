"""The adaptive limit beside fixed ones: what is compared with what, and that the server really has a knee."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_sandbox.bench import limiting
from j2o_sandbox.bench.limiting import Limited, Limits, limits
from j2o_sandbox.bench.rows import row
from j2o_sandbox.bench.setting import Setting


def test_the_adaptive_limit_is_compared_with_the_best_fixed_one_in_turns() -> None:
    found = Limits(
        {8: Limited(100.0, 0.0), 16: Limited(80.0, 0.05)},
        8,
        [
            (Limited(100.0, 0.0), Limited(97.0, 0.001)),
            (Limited(50.0, 0.0), Limited(49.0, 0.02)),
            (Limited(100.0, 0.0), Limited(20.0, 0.0)),
        ],
    )
    assert found.reached == 0.97 and found.refused == 0.001
    assert str(found) == "fixed 8: 100/s, 16: 80/s; adaptive 49/s against 8 at once, in turns"


def test_one_per_cent_of_refused_requests_is_too_much() -> None:
    assert row("adaptive-refused", 0.0099).holds and not row("adaptive-refused", 0.01).holds


@pytest.mark.long
def test_too_many_at_once_are_refused_and_the_adaptive_limit_keeps_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "SWEEP", (8, 24))
    setting = Setting("j2o:demo", tmp_path, 2, 1, frozenset(), None, 4, 1, lambda words: None)
    found = limits(setting, 40)
    assert found.swept[24].refused > 0.01, "beyond the knee, and what may wait"
    assert found.swept[8].refused == 0.0
    ((_, adaptive),) = found.pairs
    assert adaptive.rate > 0 and adaptive.refused < found.swept[24].refused
