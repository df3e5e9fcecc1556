"""Files that survive: a process that dies in the middle, a full disk, many threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from j2o_archive.journal import Journal, mark_of
from j2o_archive.line import Line
from j2o_core.api import Fatal


def line(number: int, text: str = "") -> Line:
    return Line(str(number), f"ACME-{number}", {"text": text or f"text {number}"})


@pytest.fixture()
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.ndjson"


def test_a_line_is_on_the_disk_when_writing_it_returns(path: Path):
    journal = Journal(path)
    journal.put(line(1))
    assert path.read_bytes() == line(1).encoded()


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_half_a_line_is_passed_over_and_never_continued(path: Path, cut: int):
    path.write_bytes(line(1).encoded() + line(2).encoded()[:-cut])
    journal = Journal(path)
    assert [found.id for found in journal.all()] == ["1"]
    journal.put(line(3))
    assert path.read_bytes() == line(1).encoded() + line(3).encoded()


def test_the_last_line_of_an_item_counts(path: Path):
    path.write_bytes(b"".join(one.encoded() for one in (line(2), line(1), line(2, "new"))))
    journal = Journal(path)
    assert [found.fields["text"] for found in journal.all()] == ["text 1", "new"]
    journal.settle()
    assert path.read_bytes() == line(1).encoded() + line(2, "new").encoded()


def test_a_file_that_is_in_order_is_left_alone(path: Path):
    path.write_bytes(line(1).encoded() + line(2).encoded())
    before = path.stat()
    journal = Journal(path)
    journal.settle()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_line_is_told_with_its_place(path: Path):
    path.write_bytes(line(1).encoded() + b'{"id": 3\n' + line(2).encoded())
    with pytest.raises(Fatal, match=r"items\.ndjson:2"):
        Journal(path)


def test_threads_share_the_file_and_every_line_is_whole(path: Path):
    journal = Journal(path)

    def write(start: int) -> None:
        for number in range(start, 200, 8):
            journal.put(line(number, "x" * number * 20))

    threads = [threading.Thread(target=write, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(Journal(path).all())) == 200
    journal.settle()
    assert [found.id for found in Journal(path).all()] == [str(number) for number in range(200)]


def test_a_full_disk_stops_the_run_and_leaves_whole_lines(path: Path, monkeypatch: pytest.MonkeyPatch):
    journal = Journal(path)
    journal.put(line(1))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("j2o_archive.journal.os.fsync", full)
    with pytest.raises(Fatal, match="No space left on device") as refused:
        journal.put(line(2))
    assert refused.value.exit_code == 4
    monkeypatch.undo()
    assert path.read_bytes() == line(1).encoded()
    journal.put(line(3))
    assert path.read_bytes() == line(1).encoded() + line(3).encoded()


def test_a_full_disk_while_settling_keeps_the_file_and_what_is_to_be_done(path: Path, monkeypatch: pytest.MonkeyPatch):
    journal = Journal(path)
    journal.put(line(2))
    journal.put(line(1))
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("j2o_archive.durable.os.fsync", full)
    with pytest.raises(Fatal, match="it is complete, run again"):
        journal.settle()
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert mark_of(path).exists()
    assert not path.with_name(path.name + ".part").exists()


_WRITER = """
import sys
from pathlib import Path
from j2o_archive.journal import Journal
from j2o_archive.line import Line
journal = Journal(Path(sys.argv[1]))
number = sum(1 for _ in journal.all())
while True:
    number += 1
    journal.put(Line(str(number), f"ACME-{number}", {"text": "x" * (number % 50) * 400}))
    print(number, flush=True)
"""


def test_a_process_killed_while_it_writes_loses_nothing_that_it_said_was_written(path: Path):
    for round in range(4):
        process: Any = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline()
        time.sleep(0.05 + 0.03 * round)
        os.kill(process.pid, signal.SIGKILL)
        told = [int(number) for number in process.stdout.read().split()]
        process.wait()
        journal = Journal(path)
        held = [int(found.id) for found in journal.all()]
        assert held == list(range(1, len(held) + 1))
        assert not told or held[-1] >= told[-1]
        journal.close()
    assert mark_of(path).exists()
