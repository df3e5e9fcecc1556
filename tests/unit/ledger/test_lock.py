"""Who has the ledger, and who only seems to: dead processes, reused numbers, other hosts, clocks that jump."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from j2o_core.ledger import lock as locks
from j2o_core.ledger.lock import Lock, is_abandoned
from j2o_core.ledger.processes import birth, clocks, jumped
from j2o_core.model.outcome import Fatal

HOLDING = """
import pathlib, sys, time
from j2o_core.ledger.lock import Lock
lock = Lock(pathlib.Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.fixture()
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db.lock"


def written(path: Path, **changes: object) -> None:
    known = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time(), "birth": birth(os.getpid())}
    path.write_text(json.dumps({**known, **changes}), encoding="utf-8")


def test_the_holder_is_named_with_pid_host_and_age_and_is_free_once_it_is_killed(path: Path):
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Fatal) as caught:
            Lock(path).acquire()
        assert caught.value.exit_code == 5
        wanted = rf"in use by process {process.pid} on {re.escape(socket.gethostname())}, for \d+ s \(since 20"
        assert re.search(wanted, caught.value.message)
        assert not is_abandoned(path)
    finally:
        process.kill()
        process.wait()
    assert is_abandoned(path)
    lock = Lock(path)
    lock.acquire()
    assert json.loads(path.read_text(encoding="utf-8"))["pid"] == os.getpid()
    lock.release()


def test_what_a_dead_process_of_any_host_left_is_taken_over(path: Path):
    written(path, host="elsewhere", pid=1)
    lock = Lock(path)
    lock.acquire()
    lock.release()


@linux
def test_a_number_that_was_given_to_another_process_does_not_keep_a_dead_run_going(path: Path):
    written(path)
    assert not is_abandoned(path)
    written(path, birth="another-boot:17")
    assert is_abandoned(path)


def test_a_holder_on_another_host_is_never_called_dead(path: Path):
    written(path, host="elsewhere", pid=2**22 + 1)
    assert not is_abandoned(path)


@pytest.mark.parametrize("since", [32_503_680_000.0, -1.0, "nonsense", None])
def test_a_clock_that_jumps_or_a_torn_file_changes_nothing_about_who_has_it(path: Path, since: object):
    holder, other = Lock(path), Lock(path)
    holder.acquire()
    written(path, since=since)
    with pytest.raises(Fatal, match="in use by") as caught:
        other.acquire()
    assert caught.value.exit_code == 5
    holder.release()
    other.acquire()
    other.release()


def test_a_lock_file_that_was_removed_before_it_was_locked_is_made_anew(path: Path, monkeypatch: pytest.MonkeyPatch):
    real, removed = locks._lock, []

    def lock(file: object) -> None:
        if not removed:
            removed.append(1)
            path.unlink()
        real(file)  # type: ignore[arg-type]

    monkeypatch.setattr(locks, "_lock", lock)
    holder = Lock(path)
    holder.acquire()
    with pytest.raises(Fatal, match="in use"):
        Lock(path).acquire()
    holder.release()


def test_a_file_system_without_locks_is_told_apart_from_a_lock_that_is_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    def lock(_file: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "_lock", lock)
    with pytest.raises(Fatal, match="file system with locks") as caught:
        Lock(path).acquire()
    assert caught.value.exit_code == 4


@linux
def test_a_clock_that_was_set_forward_is_known_and_one_that_was_not_is_not(monkeypatch: pytest.MonkeyPatch):
    then = clocks()
    assert jumped(then) < 0.5
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    assert 3599 < jumped(then) < 3601
    # Another process that is killed before it has settled what the first one sent leaves that to a third one.
    assert 3599 < jumped(clocks(then)) < 3601
    assert jumped(clocks("another-boot|0.0")) < 0.5
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    assert jumped(then) == 0.0
    assert jumped(clocks(then)) < 0.5
    assert jumped("") == jumped("another-boot|0.0") == 0.0
