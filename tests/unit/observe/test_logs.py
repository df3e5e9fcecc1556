"""The log in the home folder."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from j2o_core.observe.logs import LogEvents, close_log, open_log
from j2o_core.observe.redaction import Redactor


def entries(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_is_json_and_names_run_entity_and_key(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor())
    listen = LogEvents()
    listen({"event": "run_started", "run": "r1", "spec": "demo"})
    listen({"event": "progress", "stage": "apply", "entity": "users", "done": 1, "total": 2})
    listen({"event": "problem", "severity": "warning", "entity": "users", "key": "fred", "message": "{odd} text"})
    close_log()
    assert path.parent == tmp_path / "logs"
    assert path.suffix == ".jsonl"
    started, problem = entries(path)
    assert (started["run"], started["message"]) == ("r1", "run_started")
    assert [problem[name] for name in ("run", "entity", "key", "level", "message")] == [
        "r1",
        "users",
        "fred",
        "WARNING",
        "{odd} text",
    ]


def test_warnings_of_other_libraries_join_it_and_stay_off_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = open_log(tmp_path, Redactor())
    logging.getLogger("urllib3").warning("retry %s", 1)
    close_log()
    assert [entry["message"] for entry in entries(path)] == ["retry 1"]
    assert capsys.readouterr().err == ""
