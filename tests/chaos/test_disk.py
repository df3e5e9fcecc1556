"""The disk is full, the folder goes away: a clear word, and the next run loses and repeats nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..exactly_once import assert_exactly_once
from ..running import LIMIT, Migration, explained, sandbox

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits and folders"), pytest.mark.long]

SIZE = {"projects": 1, "issues": 6, "seed": 11}
#: no file may grow above so many bytes: as full as a disk can be for SQLite, at any instruction
LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv[:2] = ["j2o"]
from j2o_core.cli import main
sys.exit(main())
"""


def run_limited(migration: Migration, size: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LIMITED, str(size), "run", migration.spec, "--quiet", *migration.arguments]
    return subprocess.run(
        command, env=migration.variables(), capture_output=True, text=True, timeout=LIMIT, check=False
    )


def test_a_full_disk_stops_the_run_with_a_clear_word_and_nothing_is_lost_or_written_twice(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        stages = set()
        for size in (40_000, 150_000, 400_000, 900_000, 1_200_000):
            ended = run_limited(migration, size)
            assert ended.returncode == 4, (size, ended.returncode, ended.stderr)
            assert "Traceback" not in ended.stderr
            assert "disk" in ended.stderr
            held = made.openproject.state("users", "work_packages")
            stages.add((len(held["users"]) > 1, len(held["work_packages"]) > 0))
        assert len(stages) > 1, "the disk was never full while something was written"
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        assert_exactly_once(made, last)


@pytest.mark.parametrize("gone", ["ledger", "snapshot", pytest.param("home", marks=pytest.mark.long)])
def test_what_disappears_in_the_middle_is_told_and_made_good_by_the_next_run(tmp_path: Path, gone: str):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.05})
        going = migration.going()
        assert going.reach(event="progress", stage="apply", entity="work_packages", wanted=1), explained(going.end())
        if gone == "home":
            shutil.rmtree(migration.home)
        for path in migration.home.glob("ledger.db*" if gone == "ledger" else "snapshots/*"):
            if gone != "home" and not path.name.endswith(".lock"):
                path.unlink()
        ended = going.end()
        made.openproject.faults()
        assert "Traceback" not in ended.errors
        if gone == "snapshot":
            assert ended.exit_code in (0, 4), explained(ended)
        else:
            assert ended.exit_code == 4, explained(ended)
            assert "was removed while it was in use" in ended.errors
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        assert_exactly_once(made, last)


#: makes a folder that may not be written one that cannot, also for who may do everything
OBEDIENT = () if getattr(os, "geteuid", lambda: 1)() else ("setpriv", "--bounding-set", "-dac_override")


@pytest.mark.skipif(bool(OBEDIENT) and not shutil.which("setpriv"), reason="needs setpriv, or a user who is not root")
def test_a_home_that_becomes_read_only_fails_no_item_and_the_run_goes_on_when_it_can_be_written(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        command = [*OBEDIENT, sys.executable, "-m", "j2o_core", "run", migration.spec, "--quiet", *migration.arguments]
        # Before the first file is fetched: the folder for it cannot be made.
        made.openproject.faults({"server": "openproject", "method": "POST", "do": "delay", "seconds": 0.1})
        going = subprocess.Popen(command, env=migration.variables(), stderr=subprocess.PIPE, text=True)
        while len(made.openproject.state("users")["users"]) < 2:
            assert going.poll() is None
        migration.home.chmod(0o555)
        try:
            _, errors = going.communicate(timeout=LIMIT)
            assert going.returncode == 4, errors
            assert "cannot be written to: Permission denied" in errors and "Traceback" not in errors
        finally:
            migration.home.chmod(0o755)
        made.openproject.faults()
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        assert last.events[0]["resumed"] is True
        assert_exactly_once(made, last)


@pytest.mark.long
def test_a_killed_run_whose_snapshot_is_gone_reads_again_and_goes_on(tmp_path: Path):
    with sandbox(**SIZE) as made:
        migration = Migration(made, tmp_path / "home")
        assert migration.interrupt(0.3, signal.SIGKILL)
        shutil.rmtree(migration.home / "snapshots")
        last = migration.run()
        assert last.exit_code == 0, explained(last)
        assert last.events[0]["resumed"] is True
        assert_exactly_once(made, last)
