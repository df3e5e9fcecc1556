"""``j2o logs`` and ``j2o logs stats``."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from j2o_core.cli.program import main
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.people import remember
from j2o_core.observe.redaction import Redactor


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("J2O_HOME", str(tmp_path))
    open_log(tmp_path, Redactor())
    remember(["fred"])
    logger.bind(run="r1", entity="users", item="fred").info("one")
    logger.bind(run="r1", entity="work_packages", item="ACME-1", status=503).warning("two")
    logger.bind(run="r1", event="problem", code="http_422", **{"class": "validation"}).error("three")
    close_log()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["logs", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def messages(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    return [json.loads(line)["message"] for line in said(capsys, "--json", *arguments)]


def test_lines_are_searched_by_what_they_tell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert messages(capsys, "--level", "warning", "--run", "r1") == ["two", "three"]
    assert messages(capsys, "--item", "ACME-*", "--where", "status>=500") == ["two"]
    assert messages(capsys, "--item", "fred") == ["one"], "a person is found by the name that the log hides"
    assert messages(capsys, "--since", "1h", "--text", "T", "--last", "1") == ["three"]


def test_people_read_text_and_collectors_read_priorities(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = said(capsys, "--item", "ACME-1")
    assert line[19:].split()[-3:] == ["two", "[work_packages", "ACME-1]"]
    found = said(capsys, "--format", "syslog")
    assert [one.partition(">")[0] for one in found] == ["<6", "<4", "<3"]
    assert json.loads(found[2].partition(">")[2])["code"] == "http_422"


def test_what_is_followed_ends_with_the_keyboard(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []

    def sleep(seconds: float) -> None:
        if looks:
            raise KeyboardInterrupt
        looks.append(seconds)
        (path,) = (home / "logs").iterdir()
        with path.open("a") as file:
            file.write('{"time": "2026-11-23T07:00:00.000+00:00", "level": "INFO", "message": "new"}\n')

    monkeypatch.setattr("j2o_core.observe.log_follow.follow.__defaults__", (sleep, lambda: False, None))
    assert messages(capsys, "--follow", "--last", "1") == ["three", "new"]


def test_who_follows_through_a_pipe_has_the_lines_that_are_there_before_new_ones_come(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = io.BytesIO()
    seen: list[int] = []

    def sleep(seconds: float) -> None:
        seen.append(len(pipe.getvalue().splitlines()))
        raise KeyboardInterrupt

    monkeypatch.setattr("j2o_core.observe.log_follow.follow.__defaults__", (sleep, lambda: False, None))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, encoding="utf-8"))
    assert main(["logs", "--follow"]) == 0
    assert seen == [3]


def test_stats_sum_up_as_text_and_as_one_document(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(said(capsys, "stats"))
    assert "3 lines in 1 files" in text and "validation  http_422" in text
    told = json.loads("\n".join(said(capsys, "stats", "--json", "--level", "error")))
    assert (told["lines"], told["runs"], told["errors"][0]["problems"]) == (1, ["r1"], 1)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_printed_on_a_terminal_cannot_steer_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    path, out = tmp_path / "a.jsonl", Terminal() if terminal else io.StringIO()
    path.write_text('{"time": "2026-11-23T07:00:00.000+00:00", "message": "\u202egnp.exe \x9b2J"}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["logs", "--file", str(path), "--json"]) == 0
    assert sys.stdout is out
    assert ("\u202e" in out.getvalue(), "\x9b" in out.getvalue()) == (not terminal, not terminal)
    assert ("\ufffdgnp.exe \ufffd2J" in out.getvalue()) == terminal


def test_a_home_without_logs_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "new"))
    assert said(capsys, "stats") == ["nothing was logged, or nothing that was asked for"]


@pytest.mark.parametrize("arguments", [["--level", "loud", "--format", "json"], ["stats", "--where", "x"]])
def test_what_cannot_be_asked_is_bad_usage(
    home: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["logs", *arguments]) == 2
    assert "expected" in capsys.readouterr().err
