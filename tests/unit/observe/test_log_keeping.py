"""How long logs are kept, and in which form."""

from __future__ import annotations

import gzip
import json
import os
import stat
import threading
import time
from pathlib import Path
from typing import Optional

import pytest
from loguru import logger

from j2o_core.model.log_policy import LogPolicy
from j2o_core.observe.log_keeping import clear_up, in_use, opened
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.redaction import Redactor

DAY = 86_400


def log(folder: Path, name: str, days: float, size: int = 10) -> Path:
    path = folder / name
    path.write_bytes(b"x" * size)
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment))
    return path


def test_a_file_that_is_full_is_packed_and_the_next_one_begun(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy(size=5_000))
    for number in range(100):
        logger.warning("line {}", number)
    close_log()
    packed = list(path.parent.glob("*.jsonl.gz"))
    assert len(packed) >= 3
    assert path.with_name(path.name + ".gz") in packed
    (path,) = path.parent.glob("*.jsonl")
    lines = [line for file in packed for line in gzip.decompress(file.read_bytes()).decode().splitlines()]
    lines += path.read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["message"] for line in lines} == {f"line {number}" for number in range(100)}


def test_a_file_is_closed_after_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy(every=3600, compress=False, keep=0))
    logger.warning("one")
    later = time.time() + 3601
    monkeypatch.setattr("j2o_core.observe.log_file.time.time", lambda: later)
    logger.warning("two")
    logger.warning("three")
    close_log()
    assert len(list(path.parent.iterdir())) == 2


def test_what_is_written_to_is_neither_packed_nor_removed(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor())
    logger.warning("one")
    later = time.time() + 1000 * DAY
    clear_up(path.parent, LogPolicy(), [path], later)
    assert path.exists() and in_use(path)
    logger.warning("two")
    close_log()
    assert path.read_text(encoding="utf-8").count("\n") == 2
    assert not in_use(path)


def test_files_of_earlier_processes_are_packed_when_they_are_a_day_old(tmp_path: Path) -> None:
    log(tmp_path, "old.jsonl", 2).chmod(0o600)
    log(tmp_path, "new.jsonl", 0.5)
    clear_up(tmp_path, LogPolicy())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.jsonl", "old.jsonl.gz"]
    assert gzip.decompress((tmp_path / "old.jsonl.gz").read_bytes()) == b"x" * 10
    assert time.time() - (tmp_path / "old.jsonl.gz").stat().st_mtime > DAY
    assert stat.S_IMODE((tmp_path / "old.jsonl.gz").stat().st_mode) == 0o600


def test_what_another_process_packs_is_left_to_it(tmp_path: Path) -> None:
    log(tmp_path, "a.jsonl", 2)
    log(tmp_path, "b.jsonl", 2)
    (tmp_path / "a.jsonl.gz.part").write_bytes(b"half")
    clear_up(tmp_path, LogPolicy())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "a.jsonl.gz.part", "b.jsonl.gz"]
    assert (tmp_path / "a.jsonl.gz.part").read_bytes() == b"half"


def test_what_another_process_was_faster_with_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(tmp_path, "a.jsonl", 2)
    log(tmp_path, "b.jsonl", 2)
    log(tmp_path, "c.jsonl.gz", 100)

    def removed(path: Path) -> bool:
        if path.name[0] in "ac":
            path.unlink()
        return False

    monkeypatch.setattr("j2o_core.observe.log_keeping.in_use", removed)
    clear_up(tmp_path, LogPolicy())
    assert [path.name for path in tmp_path.iterdir()] == ["b.jsonl.gz"]


def test_of_a_file_that_cannot_be_packed_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = log(tmp_path, "a.jsonl", 2)
    monkeypatch.setattr("j2o_core.observe.log_keeping.shutil.copyfileobj", broken)
    with pytest.raises(OSError, match="No space"):
        clear_up(tmp_path, LogPolicy())
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_held_although_somebody_asks_at_the_moment_whether_it_is(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "a.jsonl"
    path.touch()
    with path.open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_EX)
        threading.Timer(0.02, lambda: fcntl.flock(asking, fcntl.LOCK_UN)).start()
        descriptor = opened(path, os.O_WRONLY)
        assert in_use(path)
    os.close(descriptor)
    assert not in_use(path)


@pytest.mark.parametrize("archive", [None, "archive"])
def test_what_is_too_old_or_too_much_goes_to_the_archive_or_away(tmp_path: Path, archive: Optional[str]) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    log(folder, "a.jsonl.gz", 100)
    log(folder, "b.jsonl.gz", 3, 600)
    log(folder, "c.jsonl.gz", 2, 600)
    log(folder, "notes.txt", 100)
    clear_up(folder, LogPolicy(keep=90 * DAY, room=1000, archive=str(tmp_path / archive) if archive else ""))
    assert sorted(path.name for path in folder.iterdir()) == ["c.jsonl.gz", "notes.txt"]
    kept = sorted(path.name for path in (tmp_path / "archive").iterdir()) if archive else []
    assert kept == (["a.jsonl.gz", "b.jsonl.gz"] if archive else [])


def full(path: Path, flags: int) -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_stops_nothing_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("j2o_core.observe.log_file.opened", full)
    open_log(tmp_path, Redactor(["canary-1"]))
    for _ in range(3):
        try:
            raise ValueError("canary-1")
        except ValueError:
            logger.exception("told of canary-1")
    close_log()
    told = capsys.readouterr().err
    assert told == f"the log in {tmp_path / 'logs'} cannot be written: No space left on device; it goes on without\n"


def test_what_could_not_be_written_is_counted_and_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = open_log(tmp_path, Redactor())
    logger.warning("one")
    write, tries = os.write, []

    def breaking(descriptor: int, data: bytes) -> int:
        tries.append(data)
        if len(tries) % 2 == 0:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:10])

    with monkeypatch.context() as patched:
        patched.setattr("j2o_core.observe.log_file.os.write", breaking)
        logger.warning("two")
        logger.warning("three")
    logger.warning("four")
    close_log()
    told = [json.loads(line)["message"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert told == ["one", "2 lines are missing here: the log could not be written", "four"]
