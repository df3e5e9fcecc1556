"""What is compared between many issues and a tenth of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_sandbox.bench import measurements, scale
from j2o_sandbox.bench.measurements import measured
from j2o_sandbox.bench.scale import Scale
from j2o_sandbox.bench.setting import Setting

ROWS = ("memory-growth", "memory-peak", "cpu-growth")


def setting_in(folder: Path, issues: int) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset(ROWS), issues, 4, 1, lambda words: None)


def test_growth_is_against_the_tenth_and_processor_time_by_issue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small = Scale(1000, 100_000_000, 5.0)
    large = Scale(10_000, 110_000_000, 60.0)
    monkeypatch.setattr(scale, "scale", lambda *said: (small, large))
    rows = {row.name: row for row in measurements._at_scale(setting_in(tmp_path, 10_000), 10_000)}
    assert {name: row.value for name, row in rows.items()} == {
        "memory-growth": 1.1,
        "memory-peak": 110.0,
        "cpu-growth": pytest.approx(1.2),
    }
    assert rows["cpu-growth"].note == "6.0 ms an issue, 5.0 ms with 1000 of them"


@pytest.mark.newest
def test_a_run_and_a_tenth_of_it_are_measured(tmp_path: Path) -> None:
    rows = list(measured(setting_in(tmp_path, 100)))
    assert [row.name for row in rows] == list(ROWS)
    assert all(row.value for row in rows)
