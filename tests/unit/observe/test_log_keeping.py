"""How long logs are kept, and in which form."""

from __future__ import annotations

import gzip
import json
import os
import stat
import time
from pathlib import Path
from typing import Optional

import pytest
from loguru import logger

from j2o_core.model.log_policy import LogPolicy
from j2o_core.observe.log_keeping import clear_up, in_use
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
    monkeypatch.setattr("j2o_core.observe.log_keeping.time.time", lambda: 0.0)  # it was begun long ago
    path = open_log(tmp_path, Redactor(), policy=LogPolicy(every=3600, compress=False, keep=0))
    logger.warning("one")
    logger.warning("two")
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
