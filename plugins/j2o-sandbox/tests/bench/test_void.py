"""When a row against the pump is void, and which of its turns counts."""

from __future__ import annotations

from pathlib import Path
from typing import Optional, Sequence

import pytest

from j2o_sandbox.bench import measurements
from j2o_sandbox.bench.measurements import measured
from j2o_sandbox.bench.pumping import Applied, Contest, Pair
from j2o_sandbox.bench.setting import TIMES, WORKERS, Setting


def turns(*rates: Sequence[float]) -> Contest:
    """Writes a second of run and pump, turn by turn."""
    pairs = [(Applied(1000, 1000 / run, 1.5), Applied(1000, 1000 / pump, 1.0)) for run, pump in rates]
    return Contest([Pair(run, pump) for run, pump in pairs])


def setting_in(folder: Path, name: str) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset({name}), None, WORKERS, TIMES, lambda words: None)


@pytest.mark.parametrize(
    ("name", "pump", "value"),
    [
        ("apply-200ms", 71.9, None),  # 16 workers at 200 ms are 80 a second at most
        ("apply-200ms", 72.1, 60 / 72.1),
        ("apply-50ms", 287.0, None),
        ("apply-50ms", 289.0, 60 / 289.0),
        ("apply-0ms", 10.0, 6.0),
    ],
)
def test_a_row_with_latency_is_void_where_the_pump_does_not_keep_its_workers_busy(
    name: str, pump: float, value: Optional[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(measurements, "contest", lambda *_: turns((60, pump), (60, pump), (60, pump)))
    (made,) = measured(setting_in(tmp_path, name))
    assert made.value == (None if value is None else pytest.approx(value))
    assert made.note.startswith("void: ") is (value is None) and not (made.holds and value is None)


def test_of_three_turns_the_one_in_the_middle_counts_and_each_against_its_own_pump() -> None:
    found = turns((90, 100), (40, 50), (30, 60))
    assert found.rate == pytest.approx(0.8)
    assert (found.run_rate, found.pump_rate) == (pytest.approx(40), pytest.approx(60))
    assert found.cpu == pytest.approx(1.5)
    assert TIMES == 3 and WORKERS == 16
