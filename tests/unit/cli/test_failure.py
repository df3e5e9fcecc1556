"""What stopped a command becomes a message and an exit code."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from j2o_core.cli.failure import FINDINGS, STOPPED, USAGE, Refusal, explain
from j2o_core.observe.redaction import Redactor, redact_with


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


@pytest.mark.parametrize("debug", [True, False])
def test_what_breaks_tells_no_secret_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    monkeypatch.setattr("j2o_core.observe.redaction._current", [])
    redact_with(Redactor(["canary-4f9b"]))
    try:
        raise RuntimeError("canary-4f9b, https://me:s3cr3t@host and \x1b[2J")
    except RuntimeError as error:
        assert explain(error, debug) == FINDINGS
    told = capsys.readouterr().err
    assert ("Traceback" in told) == debug
    assert "RuntimeError: ***, https://me:***@host and \ufffd[2J" in told
    assert "canary-4f9b" not in told and "s3cr3t" not in told
    assert explain(Refusal("auth: {token: <API token>}, not canary-4f9b"), debug=False) == USAGE
    assert capsys.readouterr().err == "j2o: auth: {token: <API token>}, not ***\n"
