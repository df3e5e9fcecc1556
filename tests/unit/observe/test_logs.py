"""The log in the home folder."""

from __future__ import annotations

import json
import logging
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from j2o_core.http import Exchange
from j2o_core.model.log_policy import LogPolicy
from j2o_core.observe.at_work import begin_work, end_work, working
from j2o_core.observe.levels import is_heard
from j2o_core.observe.log_line import FIELDS, readable
from j2o_core.observe.logs import LogEvents, close_log, open_log
from j2o_core.observe.redaction import Redactor
from j2o_core.observe.relay import log_relayed, relay_log
from j2o_core.pipeline.request_log import RequestLog

WORK = {"run": "r1", "entity": "work_packages", "item": "ACME-1", "lane": "projects:1", "attempt": 2, "kind": "create"}


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_line_is_json_and_names_run_entity_and_item(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor())
    listen = LogEvents()
    listen({"event": "run_started", "run": "r1", "spec": "demo"})
    listen({"event": "progress", "stage": "apply", "entity": "users", "done": 1, "total": 2})
    listen({"event": "problem", "severity": "warning", "entity": "users", "key": "fred", "message": "{odd} text"})
    close_log()
    assert path.parent == tmp_path / "logs"
    assert re.fullmatch(r"\d{8}T\d{6}\.\d{3}Z-\d+\.jsonl", path.name)
    started, problem = entries(path)
    assert (started["run"], started["message"]) == ("r1", "run_started")
    assert [problem[name] for name in ("run", "entity", "item", "level", "message")] == [
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
    logging.getLogger("urllib3").info("not told")
    logging.getLogger("urllib3").warning("retry %s", 1)
    close_log()
    assert [(entry["message"], entry["component"]) for entry in entries(path)] == [("retry 1", "libraries")]
    assert capsys.readouterr().err == ""


def test_whatever_is_logged_while_an_item_is_written_tells_item_lane_and_attempt(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor())
    answer = Exchange("POST", "/api/v3/projects/{id}", 422, 0.25, 10, 20, "", {"X-Request-Id": "abc-1"})
    with working(lambda: WORK):
        RequestLog("openproject")(answer)
        LogEvents()({"event": "retry", "entity": "work_packages", "key": "ACME-1", "code": "http_429", "wait": 1.5})
        logger.warning("a loader says")
    logger.warning("nobody is at work")
    close_log()
    request, retry, loader, nobody = entries(path)
    for line in (request, retry, loader):
        assert {name: line[name] for name in WORK} == WORK
    told = {name: request[name] for name in ("component", "status", "duration", "request_id", "operation")}
    assert told == {
        "component": "requests",
        "status": 422,
        "duration": 0.25,
        "request_id": "abc-1",
        "operation": "/api/v3/projects/{id}",
    }
    assert (retry["component"], retry["code"], retry["message"]) == (
        "effects",
        "http_429",
        "tried again in 1.5 s: http_429",
    )
    assert "lane" not in nobody
    assert {name for line in entries(path) for name in line} <= set(FIELDS)


@pytest.mark.parametrize(
    ("status", "seconds", "level", "heard"),
    [
        (200, 0.1, "info", None),
        (404, 0.1, "info", None),
        (200, 12.0, "info", "INFO"),
        (409, 0.1, "info", "INFO"),
        (503, 0.1, "warning", "WARNING"),
        (0, 0.1, "warning", "WARNING"),
        (200, 0.1, "debug", "DEBUG"),
        (503, 0.1, "off", None),
    ],
)
def test_of_requests_those_are_told_that_their_level_asks_for(
    tmp_path: Path, status: int, seconds: float, level: str, heard: str
) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy(levels={"requests": level}))
    assert is_heard("requests", "error") == (level != "off")
    RequestLog("jira")(Exchange("GET", "/x", status, seconds, 0, 0, "" if status else "ReadTimeout"))
    close_log()
    assert [line["level"] for line in entries(path)] == ([heard] if heard else [])


def test_each_component_has_a_level_of_its_own(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy("warning").changed("jira=debug, libraries=error"))
    logger.patch(lambda record: record.update(name="j2o_jira.client")).debug("told")
    logger.patch(lambda record: record.update(name="j2o_core.ledger.server")).info("not told")
    logging.getLogger("urllib3").warning("not told")
    close_log()
    assert [(line["component"], line["message"]) for line in entries(path)] == [("jira", "told")]


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="loud: expected one of debug"):
        LogPolicy().changed("requests=debug,loud")


def test_the_terminal_shows_text_that_no_server_can_steer_it_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_log(tmp_path, Redactor(["canary-1"]), policy=LogPolicy(terminal="warning"))
    begin_work(lambda: WORK)
    logger.bind(code="http_500").warning("it said \x1b[2Jcanary-1\nand <b>more</b>")
    end_work()
    logger.info("not shown")
    close_log()
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "WARNING" in shown and "it said \ufffd[2J*** and <b>more</b>  [work_packages ACME-1" in shown
    assert "attempt 2, http_500]" in shown


def test_what_any_file_holds_can_be_read_and_steers_no_terminal() -> None:
    odd = {"time": 3, "level": None, "duration": "long", "message": "half \ud800", "traceback": "a\n\x1b[2Jb\n"}
    assert readable(odd).splitlines()[1:] == ["a", "\ufffd[2Jb"]
    readable(odd).encode("utf-8")
    assert "0.000 s" not in readable({"message": "x", "duration": 0.0001})


def test_progress_is_one_line_a_minute_for_each_entity(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor())
    now = [0.0]
    listen = LogEvents(lambda: now[0])
    for moment in range(0, 200, 10):
        now[0] = float(moment)
        listen({"event": "progress", "stage": "apply", "entity": "users", "done": moment, "total": 200})
    close_log()
    assert [line["message"] for line in entries(path)] == ["users: 60 of 200", "users: 120 of 200", "users: 180 of 200"]


def test_many_threads_write_whole_lines(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy(size=20_000, compress=False))

    def work(number: int) -> None:
        for line in range(50):
            logger.bind(item=f"{number}-{line}").warning("x" * 100)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_log()
    files = list(path.parent.iterdir())
    assert len(files) > 3
    assert len({entry["item"] for file in files for entry in entries(file)}) == 400


def test_what_a_worker_tells_keeps_its_fields_and_is_redacted_again(tmp_path: Path) -> None:
    sent: list[Any] = []
    relay_log(sent.append, Redactor(["canary-2"]), run="r1")
    with working(lambda: WORK):
        logger.warning("canary-2 and ann@x.example")
        logger.debug("not told")
    path = open_log(tmp_path, Redactor())
    for line in sent:
        log_relayed("tcp://w1", line)
    close_log()
    (line,) = entries(path)
    assert {name: line[name] for name in WORK} == WORK
    assert line["message"].startswith("*** and person-")
    assert (line["worker"], line["at"]) == ("tcp://w1", sent[0]["time"])


def test_a_home_folder_may_have_any_name(tmp_path: Path) -> None:
    path = open_log(tmp_path / "a {time} b", Redactor())
    logger.warning("told")
    close_log()
    assert [line["message"] for line in entries(path)] == ["told"]
