"""How much memory a process has, and may have, on machines and in containers as Linux describes them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Mapping

import psutil
import pytest

from j2o_core.pipeline import memory
from j2o_core.pipeline.memory import group_limit, read_back, resident, usual_limit

MB, GB = 1000**2, 1000**3


def tree(folder: Path, files: Mapping[str, str]) -> tuple[Path, Path]:
    """The two folders that Linux tells of itself in."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "proc", folder / "groups"


def test_the_strictest_of_the_groups_above_a_process_counts(tmp_path: Path) -> None:
    where = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/system.slice/j2o.service\n",
            "groups/system.slice/memory.max": "4000000000\n",
            "groups/system.slice/j2o.service/memory.max": "max\n",
        },
    )
    assert group_limit(*where) == 4 * GB


def test_a_container_sees_its_limit_at_the_root_of_its_groups(tmp_path: Path) -> None:
    where = tree(tmp_path, {"proc/self/cgroup": "0::/\n", "groups/memory.max": "1000000000\n"})
    assert usual_limit(1, *where) == 750 * MB
    assert usual_limit(3, *where) == 250 * MB


def test_the_older_groups_are_known_too(tmp_path: Path) -> None:
    where = tree(
        tmp_path,
        {
            "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/0a1b\n1:cpu:/\n",
            "groups/memory/memory.limit_in_bytes": "800000000\n",
            "groups/memory/docker/0a1b/memory.limit_in_bytes": "9223372036854771712\n",
        },
    )
    assert group_limit(*where) == 800 * MB


@pytest.mark.parametrize(("total", "limit"), [(64 * GB, 2 * GB), (3 * GB, 3 * GB // 2)])
def test_a_machine_without_groups_gives_half_of_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, limit: int
) -> None:
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: SimpleNamespace(total=total))
    assert group_limit(*tree(tmp_path, {})) is None
    assert usual_limit(1, *tree(tmp_path, {})) == limit


def test_what_is_swapped_out_is_read_from_the_status_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = psutil.Process()
    tree(tmp_path, {f"proc/{process.pid}/status": "Name:\tpython\nVmRSS:\t  9000 kB\nVmSwap:\t  2048 kB\n"})
    monkeypatch.setattr(memory, "PROC", tmp_path / "proc")
    in_memory, swapped = resident(process)
    assert (in_memory > MB, swapped) == (True, 2048 * 1024)


@pytest.mark.skipif(not hasattr(__import__("os"), "posix_fadvise"), reason="only Linux forgets a file on request")
def test_a_page_that_must_come_from_a_disk_is_counted() -> None:
    code = (
        "import mmap, os, sys; from j2o_core.pipeline.memory import read_back; f = open(sys.argv[1], 'r+b');"
        "os.fsync(f.fileno()); os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED); before = read_back();"
        "m = mmap.mmap(f.fileno(), 0); m.madvise(mmap.MADV_RANDOM) if hasattr(m, 'madvise') else None;"
        "sum(m[place] for place in range(0, len(m), 4096)); print(read_back() - before)"
    )
    with tempfile.NamedTemporaryFile(dir=Path(__file__).parent) as file:  # folders of tests may lie in memory
        file.write(b"x" * 4096 * 64)
        file.flush()
        told = subprocess.run([sys.executable, "-c", code, file.name], capture_output=True, text=True, check=True)
    assert int(told.stdout) >= 1
    assert read_back() >= 0
