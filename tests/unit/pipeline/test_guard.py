"""What follows from looks at the machine."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.model.limits import Guard
from j2o_core.pipeline import guard as guarding
from j2o_core.pipeline.guard import LOOKS, SWAPPING, Judgement, Measure, Usage, fitted, judge

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


def test_a_process_that_waits_for_the_swap_slows_down_and_stops_where_that_does_not_help() -> None:
    swaps = usage(swapped=GB // 10, waits=400)
    seen = looks(Guard(memory=2 * GB), *[swaps] * SWAPPING)
    assert [judged.parallel for judged in seen] == [11, 7, 5, 3, 2, 1, 1, 1, 1, None]
    assert seen[0].reason == "swap"
    assert [bool(judged.stop) for judged in seen] == [False] * (SWAPPING - 1) + [True]
    assert "from the swap, where 100.0 MB of it lie (runtime.guard.memory)" in seen[-1].stop
    helped = looks(Guard(memory=2 * GB), *[swaps] * (SWAPPING - 1), *[usage(swapped=GB // 10)] * 20)
    assert helped[SWAPPING - 1].parallel is not None
    assert helped[-1].parallel is None and not any(judged.stop for judged in helped)


def test_what_was_swapped_out_while_a_run_waited_may_come_back() -> None:
    comes_back = [usage(swapped=(50 - number) * GB // 100, waits=4000) for number in range(40)]
    asleep = usage(swapped=GB // 2)
    assert looks(Guard(memory=2 * GB), asleep, *comes_back)[-1].by_swap is None
    reads_a_file = usage(waits=4000)
    assert {judged.parallel for judged in looks(Guard(memory=2 * GB), *[reads_a_file] * 20)} == {None}


def test_what_is_swapped_out_counts_as_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = Measure(tmp_path)
    monkeypatch.setattr(guarding, "resident", lambda process: (GB // 2, GB))
    found = measure(Guard(memory=4 * GB))
    assert (found.memory, found.swapped) == (3 * GB // 2, GB)


def test_a_stated_limit_of_memory_is_kept_and_another_fits_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "usual_limit", lambda processes: GB // processes)
    assert [fitted(Guard(memory=stated)).memory for stated in (3 * GB, 0)] == [3 * GB, 0]
    assert fitted(Guard(), 2).memory == GB // 2
