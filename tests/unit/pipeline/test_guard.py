"""What follows from looks at the machine."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.model.limits import Guard
from j2o_core.pipeline import guard as guarding
from j2o_core.pipeline.guard import LOOKS, Judgement, Measure, Usage, judge

GB = 1000**3
FREE = Usage(memory=GB // 2, disk_free=50 * GB, disk_total=100 * GB, cpu=0.2)


def looks(guard: Guard, *usages: Usage, workers: int = 16) -> list[Judgement]:
    judged, seen = Judgement(), []
    for usage in usages:
        judged = judge(guard, usage, workers, judged)
        seen.append(judged)
    return seen


def usage(**other: Any) -> Usage:
    return Usage(**{**FREE.__dict__, **other})


def test_a_machine_with_room_changes_nothing() -> None:
    assert looks(Guard(cpu=0.9), FREE, FREE) == [Judgement(), Judgement()]


def test_near_the_memory_limit_the_run_slows_down_the_more_the_nearer() -> None:
    seen = looks(Guard(memory=GB), *[usage(memory=int(part * GB)) for part in (0.84, 0.86, 0.93, 0.999, 0.5)])
    assert [judged.parallel for judged in seen] == [None, 14, 7, 1, None]
    assert seen[1].reason == "memory"
    assert not any(judged.stop for judged in seen)


def test_beyond_the_memory_limit_it_stops_once_that_is_sure() -> None:
    over = usage(memory=2 * GB)
    seen = looks(Guard(memory=GB), over, FREE, *[over] * LOOKS)
    assert [bool(judged.stop) for judged in seen] == [False] * (LOOKS + 1) + [True]
    assert "2.0 GB of memory, and may use 1.0 GB" in seen[-1].stop


def test_a_disk_that_gets_full_stops_it_at_once() -> None:
    assert looks(Guard(disk_free=GB, disk_share=1.0), usage(disk_free=GB // 2))[0].stop.startswith(
        "500.0 MB of the disk"
    )
    slow = looks(Guard(disk_free=GB, disk_share=1.0), usage(disk_free=int(1.1 * GB)))[0]
    assert (slow.stop, slow.reason) == ("", "disk_free")
    assert slow.parallel is not None


def test_of_a_small_disk_only_a_share_has_to_stay_free() -> None:
    small = usage(disk_total=GB // 20, disk_free=GB // 25)
    assert looks(Guard(), small) == [Judgement()]
    assert looks(Guard(), usage(disk_total=GB // 20, disk_free=1_000_000))[0].stop


def test_busy_processors_slow_it_down_and_never_stop_it() -> None:
    busy, idle = usage(cpu=0.97), usage(cpu=0.3)
    seen = looks(Guard(cpu=0.9), *[busy] * 20, *[idle] * 20)
    assert seen[0].parallel == 11
    assert seen[19].parallel == 1
    assert seen[-1].parallel is None
    assert not any(judged.stop for judged in seen)


def test_what_is_off_is_not_looked_at() -> None:
    off = Guard(memory=0, disk_free=0, cpu=0.0)
    assert looks(off, Usage(10**12, 0, 10**12, 1.0)) == [Judgement()]


def test_a_look_at_this_machine_finds_what_there_is(tmp_path: Path) -> None:
    measure = Measure(tmp_path)
    time.sleep(0.2)
    found = measure(Guard())
    assert found.memory > 1_000_000
    assert 0 < found.disk_free <= found.disk_total
    assert 0.0 <= found.cpu <= 1.5


def test_of_several_disks_the_fullest_counts_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, ledger = tmp_path / "home", tmp_path / "ledger"
    free = {str(home): 50 * GB, str(ledger): GB // 2}
    measure = Measure(home, ledger)
    monkeypatch.setattr(guarding.psutil, "disk_usage", lambda path: SimpleNamespace(free=free[path], total=100 * GB))
    guard = Guard(disk_free=GB, disk_share=1.0)
    stopped = judge(guard, measure(guard), 16, Judgement()).stop
    assert stopped.startswith("500.0 MB of the disk") and str(ledger) in stopped
    free[str(ledger)] = 90 * GB
    assert judge(guard, measure(guard), 16, Judgement()) == Judgement()
    free[str(home)] = GB // 4
    stopped = judge(guard, measure(guard), 16, Judgement()).stop
    assert stopped.startswith("250.0 MB of the disk") and str(home) in stopped


def test_of_a_large_and_a_small_disk_the_one_nearer_to_its_limit_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, ledger = tmp_path / "home", tmp_path / "ledger"
    known = {str(home): (GB // 25, GB // 20), str(ledger): (GB // 10, 100 * GB)}  # the small one is nearly empty
    measure = Measure(home, ledger)
    monkeypatch.setattr(
        guarding.psutil, "disk_usage", lambda path: SimpleNamespace(free=known[path][0], total=known[path][1])
    )
    assert str(ledger) in judge(Guard(), measure(Guard()), 16, Judgement()).stop
