"""What is compared between many issues and a tenth of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_sandbox.bench import measurements, scale
from j2o_sandbox.bench.machine_speed import MachineSpeed
from j2o_sandbox.bench.measurements import measured
from j2o_sandbox.bench.scale import Scale, Tenth
from j2o_sandbox.bench.setting import Setting

ROWS = ("memory-growth", "memory-peak", "cpu-growth", "last-tenth")


def setting_in(folder: Path, issues: int) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset(ROWS), issues, 4, 1, lambda words: None)


def test_growth_is_against_the_tenth_and_processor_time_by_issue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small = Scale(1000, 100_000_000, 9.0, 5.0, Tenth(50.0, 4.0), Tenth(40.0, 4.0))
    large = Scale(10_000, 110_000_000, 90.0, 60.0, Tenth(50.0, 4.0), Tenth(40.0, 4.5))
    monkeypatch.setattr(scale, "scale", lambda *said: (small, large))
    rows = {row.name: row for row in measurements._at_scale(setting_in(tmp_path, 10_000), 10_000)}
    assert {name: row.value for name, row in rows.items()} == {
        "memory-growth": 1.1,
        "memory-peak": 110.0,
        "cpu-growth": pytest.approx(1.2),
        "last-tenth": pytest.approx(0.9),
    }
    assert rows["cpu-growth"].note == "6.0 ms an issue, 5.0 ms with 1000 of them"


def test_the_speed_of_the_machine_is_that_of_the_moments_asked_for() -> None:
    with MachineSpeed() as speed:
        pass
    speed._pieces[:] = [(float(second), 0.004 if second < 10 else 0.005) for second in range(20)]
    assert (speed.cost(0.0, 9.0), speed.cost(10.0, 19.0)) == (0.004, 0.005)
    assert speed.cost(90.0, 91.0) == pytest.approx(0.0045)


@pytest.mark.newest
def test_a_run_and_a_tenth_of_it_are_measured(tmp_path: Path) -> None:
    rows = list(measured(setting_in(tmp_path, 100)))
    assert [row.name for row in rows] == list(ROWS)
    assert all(row.value for row in rows)
