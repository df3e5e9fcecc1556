"""What stopped a command becomes a message and an exit code."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from j2o_core.cli.failure import STOPPED, USAGE, explain


def refused(number: int, *names: object) -> OSError:
    return OSError(number, os.strerror(number), *map(str, names))


def test_a_full_disk_stops_resumable_whether_or_not_a_file_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for error in (refused(errno.ENOSPC), refused(errno.EDQUOT, tmp_path / "log"), refused(errno.ENOSPC, "plan.json")):
        assert explain(error, debug=False) == STOPPED
        told = capsys.readouterr().err
        assert "make room" in told and "internal error" not in told


def test_a_home_that_became_read_only_stops_resumable_and_another_folder_is_bad_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path))
    assert explain(refused(errno.EROFS, tmp_path / "logs" / "a.jsonl"), debug=False) == STOPPED
    assert "J2O_HOME" in capsys.readouterr().err
    assert explain(refused(errno.EROFS, "/elsewhere/acme.yaml"), debug=False) == USAGE
    assert explain(refused(errno.EACCES, tmp_path / "logs" / "a.jsonl"), debug=False) == USAGE
