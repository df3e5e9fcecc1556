"""What the log tells of requests: for what they were made, whoever makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loguru import logger

from j2o_core.http.together import Together
from j2o_core.model.log_policy import LogPolicy
from j2o_core.observe.at_work import working
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.redaction import Redactor


def test_threads_that_ask_for_an_item_tell_the_item_and_no_other_thread_does(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor(), policy=LogPolicy("debug"))
    together = Together(4)

    def ask(number: int) -> int:
        logger.bind(number=number).debug("asked")
        return number

    with working(lambda: {"entity": "work_packages", "item": "ACME-1", "attempt": 1}):
        assert together(ask, range(20)) == list(range(20))
    together(ask, [20])
    together.close()
    close_log()
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = {line["number"]: (line["item"], "duration" in line) for line in lines}
    assert items == {**dict.fromkeys(range(20), ("ACME-1", True)), 20: ("", False)}
