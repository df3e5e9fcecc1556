"""How many processors a process may keep busy, on machines and in containers as Linux describes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Mapping

import pytest

from j2o_core.pipeline.processors import usable_processors


def tree(folder: Path, files: Mapping[str, str]) -> tuple[Path, Path]:
    """The two folders that Linux tells of itself in."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "proc", folder / "groups"


@pytest.mark.parametrize(
    ("files", "processors"),
    [
        ({}, 8),
        ({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "max 100000\n"}, 8),
        ({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "50000 100000\n"}, 0.5),
        ({"proc/self/cgroup": "0::/a/b\n", "groups/a/cpu.max": "200000 100000\n", "groups/a/b/cpu.max": "max 1\n"}, 2),
        ({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "1600000 100000\n"}, 8),
        ({"proc/self/cgroup": "0::/\n", "groups/cpu.max": "garbage\n"}, 8),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/docker/0a1b\n1:memory:/\n",
                "groups/cpu/cpu.cfs_quota_us": "-1\n",
                "groups/cpu/cpu.cfs_period_us": "100000\n",
                "groups/cpu/docker/0a1b/cpu.cfs_quota_us": "150000\n",
                "groups/cpu/docker/0a1b/cpu.cfs_period_us": "100000\n",
            },
            1.5,
        ),
    ],
)
def test_a_process_has_the_processors_that_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str], processors: float
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert usable_processors(*tree(tmp_path, files)) == processors
