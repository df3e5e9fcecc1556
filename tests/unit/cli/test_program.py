"""The command line as a whole: help, usage, failures, streams."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
import typer.main

from j2o_core.cli import failure, program
from j2o_core.cli.failure import Refusal
from j2o_core.hooks.registry import NotProvided
from j2o_core.model.outcome import Fatal


def commands(group: Any, context: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield (*path, name), command
            inner = command.context_class(command, info_name=name, parent=context)
            yield from commands(command, inner, (*path, name))
        else:
            yield (*path, name), command


def all_commands() -> list[tuple[str, ...]]:
    app = typer.main.get_command(program.build())
    return [path for path, _ in commands(app, app.context_class(app, info_name="j2o"))]


@pytest.mark.parametrize("path", all_commands(), ids=" ".join)
def test_every_command_has_a_help_with_an_example(j2o: Callable[..., Any], path: tuple[str, ...]) -> None:
    called = j2o(*path, "--help")
    assert called.code == 0
    name = "validate" if path == ("lint",) else " ".join(path)
    assert "Example:" in called.out
    assert f"j2o {name}" in called.out.split("Example:")[1]
    assert called.err == ""


def test_the_version_is_told(j2o: Callable[..., Any]) -> None:
    assert j2o("--version").out.startswith("j2o 0.")


@pytest.mark.parametrize("arguments", [["nonsense"], ["validate"], ["run"], ["validate", "x", "--nonsense"]])
def test_bad_usage_is_exit_code_2_and_told_on_stderr(j2o: Callable[..., Any], arguments: list[str]) -> None:
    called = j2o(*arguments)
    assert called.code == 2
    assert called.out == ""
    assert "Error: " in called.err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (Fatal("the server is gone", exit_code=3, code="J2O-H001"), 3, "j2o: J2O-H001 the server is gone"),
        (Refusal("no such thing"), 2, "j2o: no such thing"),
        (
            NotProvided("step", "x", [], "the step 'x' is provided by a and by b"),
            2,
            "j2o: the step 'x' is provided by a",
        ),
        (KeyboardInterrupt(), 4, "j2o: stopped; the same command carries on"),
        (PermissionError(13, "Permission denied", "/x.html"), 2, "j2o: /x.html: Permission denied"),
        (KeyError("oops"), 1, "j2o: internal error: KeyError: 'oops'; `j2o --debug ...` shows where"),
    ],
)
def test_what_stops_a_command_becomes_a_message_and_an_exit_code_without_a_traceback(
    j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("j2o_core.cli.validate.read_spec", fail)
    called = j2o("validate", "x.yaml")
    assert called.code == code
    assert message in called.err
    assert "Traceback" not in called.err
    assert called.out == ""


def test_debug_shows_the_traceback(j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("j2o_core.cli.validate.read_spec", lambda *_, **__: 1 / 0)
    for arguments in (["--debug", "validate", "x"], ["validate", "x"]):
        assert "Traceback" in j2o(*arguments).err
        monkeypatch.setenv("J2O_DEBUG", "1")


def test_a_reader_who_leaves_early_sees_no_complaint() -> None:
    command = [sys.executable, "-c", "import sys; from j2o_core.cli import main; sys.exit(main())", "plugins", "list"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_who_starts_it_with_closed_streams_gets_the_same_exit_code(closed: str, tmp_path: Path) -> None:
    command = f'"$0" -m j2o_core report nobody {closed}'
    environment = {**os.environ, "J2O_HOME": str(tmp_path)}
    call = ["sh", "-c", command, sys.executable]
    ended = subprocess.run(call, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stdout == "", "messages are no data"
    assert "Traceback" not in ended.stderr


LATE = """
import atexit, os, signal
from j2o_core.api import hookimpl

@hookimpl
def j2o_run_finished(run, exit_code, entities):
    pass

@atexit.register
def tell_again():
    os.kill(os.getpid(), getattr(signal, os.environ["AGAIN"]))
"""


@pytest.mark.parametrize("again", ["SIGTERM", "SIGINT"])
def test_a_signal_that_comes_when_all_is_told_does_not_change_the_exit_code(tmp_path: Path, again: str) -> None:
    package = tmp_path / "late-1.0.dist-info"
    package.mkdir()
    (tmp_path / "late.py").write_text(LATE, encoding="utf-8")
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n", encoding="utf-8")
    (package / "entry_points.txt").write_text("[j2o]\nlate = late\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": path, "AGAIN": again}
    called = [sys.executable, "-m", "j2o_core", "runs", "--json"]
    ended = subprocess.run(called, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "[]\n", "")


def test_messages_go_to_stderr_alone(capfd: pytest.CaptureFixture[str]) -> None:
    failure.say("hello")
    assert capfd.readouterr() == ("", "j2o: hello\n")
