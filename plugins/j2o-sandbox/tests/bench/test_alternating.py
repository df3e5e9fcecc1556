"""The end of a run beside the beginning of another, in turns."""

from __future__ import annotations

import contextlib
import math
import time
from functools import partial
from pathlib import Path
from typing import Iterator, List, Tuple

import psutil
import pytest

from j2o_core.api import Fatal
from j2o_sandbox.bench import alternating, measurements
from j2o_sandbox.bench.alternating import Turns
from j2o_sandbox.bench.setting import Setting
from j2o_sandbox.bench.world import world


def setting_in(folder: Path, issues: int) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset({"last-tenth"}), issues, 4, 1, lambda words: None)


def row_of(pairs: List[Tuple[float, float]], monkeypatch: pytest.MonkeyPatch, folder: Path) -> measurements.Row:
    monkeypatch.setattr(alternating, "alternating", lambda *said: Turns(100_000, pairs))
    (made,) = measurements._in_turns(setting_in(folder, 100_000), 100_000)
    return made


def test_a_machine_that_gets_slower_meanwhile_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    speeds = [1.0, 0.5, 0.9, 0.6, 0.5, 0.5, 0.4, 1.0]
    made = row_of([(300 * speed, 285 * speed) for speed in speeds], monkeypatch, tmp_path)
    assert made.value == pytest.approx(0.95)
    assert made.holds
    assert "uncertain by 0.0%" in made.note


def test_a_run_that_gets_slower_by_itself_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = row_of([(300.0, 210.0), (200.0, 142.0), (310.0, 216.0), (150.0, 106.0)], monkeypatch, tmp_path)
    assert made.value == pytest.approx(0.7, abs=0.01)
    assert not made.holds


def test_turns_that_say_too_little_say_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wild = row_of([(300.0, 100.0), (100.0, 300.0), (310.0, 90.0), (90.0, 310.0)], monkeypatch, tmp_path)
    assert wild.value is None
    assert wild.note.startswith("void: the machine is too unsteady (it would be 1.000)")
    assert Turns(100, [(1.0, 1.0), (1.0, 1.0)]).error == math.inf


@pytest.mark.newest
def test_both_are_held_in_turn_and_neither_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Slow enough that a busy machine sees both runs before they are over.
    monkeypatch.setattr(alternating, "world", partial(world, latency_ms=100.0))
    monkeypatch.setattr(alternating, "_TURN", 0.1)
    monkeypatch.setattr(alternating, "_LOOK", 0.01)
    monkeypatch.setattr(alternating, "_FIRST", (0.01, 0.3))
    monkeypatch.setattr(alternating, "_LAST", (0.3, 0.6))
    children = {process.pid for process in psutil.Process().children(recursive=True)}
    found = alternating.alternating(setting_in(tmp_path, 100).write_spec(), tmp_path, 100, 2, 1)
    assert found.issues == 100
    assert found.pairs
    assert all(early >= 0 and late >= 0 for early, late in found.pairs)
    assert any(early for early, _ in found.pairs)
    assert any(late for _, late in found.pairs)
    time.sleep(0.2)
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= children


def test_a_run_that_wrote_nothing_in_its_turns_is_no_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextlib.contextmanager
    def nothing(*said: object, **more: object) -> Iterator[None]:
        yield None

    monkeypatch.setattr(alternating, "world", nothing)
    monkeypatch.setattr(alternating, "_running", nothing)
    monkeypatch.setattr(alternating, "_hold", lambda places: None)
    for pairs in ([], [(0.0, 3.0)], [(3.0, 0.0), (2.0, 0.0)]):
        monkeypatch.setattr(alternating, "_turns", lambda *said, made=pairs: iter(made))
        with pytest.raises(Fatal, match="wrote nothing in its turns"):
            alternating.alternating("spec.yaml", tmp_path, 100, 2, 1)


def test_a_run_that_ends_before_its_time_is_told_with_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(alternating, "_LOOK", 0.05)
    spec = tmp_path / "spec.yaml"
    spec.write_text("apiVersion: j2o/v9\n", encoding="utf-8")
    with pytest.raises(Fatal, match="ended with 2 before its time") as told:
        alternating.alternating(str(spec), tmp_path, 100, 2, 1)
    assert "spec.yaml" in str(told.value)
