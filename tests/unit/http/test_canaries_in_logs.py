"""What a server repeats of a request, in whatever form, is in no log: not even what nobody has told us of."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path

import pytest
from loguru import logger

from j2o_core.model.log_policy import LogPolicy
from j2o_core.model.outcome import Outcome
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.people import remember
from j2o_core.observe.redaction import Redactor
from j2o_core.pipeline.request_log import RequestLog

TOKEN, PASSWORD = "T0k3n/of+the=source", 'pass"wört 4711'
UNKNOWN = ("urlCanary1", "cookieCanary2", "nestedCanary3", "headerCanary4")
PEOPLE = ("Ann Lee", "alee", "ann.lee+x@corp.example")


#: how we log in
LOGINS = {"bearer": {"bearer": TOKEN}, "basic": {"user": PEOPLE[2], "password": PASSWORD}}


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("status", [401, 422, 500])
def test_what_a_server_repeats_is_in_no_log(server, connect, say, tmp_path: Path, login: str, status: int):
    def answer(asked):
        repeated = {
            "sent": dict(asked.headers),
            "raw": f"{asked.method} {asked.path} {asked.headers}",
            "body": asked.body.decode(),
            "within": json.dumps({"access_token": UNKNOWN[2], "user": PEOPLE[0]}),
        }
        return say.json(
            {"message": f"User '{PEOPLE[1]}' ({PEOPLE[0]}) may not: {json.dumps(repeated)}"},
            status,
            Set_Cookie=f"JSESSIONID={UNKNOWN[1]}; Path=/",
        )

    server.answer = answer
    path = open_log(tmp_path, Redactor([TOKEN, PASSWORD]), policy=LogPolicy("debug"))
    remember(PEOPLE)
    http = connect(server.url)
    http.authorize(**LOGINS[login])
    http.observe(RequestLog("jira"))
    for _ in range(2):  # the second sends the cookie of the first
        with contextlib.suppress(Outcome):
            try:
                http.send(
                    "POST",
                    f"/x?os_token={UNKNOWN[0]}&username=ann.lee%2Bx%40corp.example",
                    json={"password": PASSWORD},
                    headers={"X-Atlassian-Token": UNKNOWN[3]},
                )
            except Outcome as outcome:
                logger.bind(words=outcome.message, error=outcome).exception("it failed: {}", outcome)
                raise
    close_log()
    text = path.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert sum("traceback" in line for line in lines) == 2
    assert any(line["component"] == "requests" and line["status"] == status for line in lines)
    plain = text + "\n".join(str(value) for line in lines for value in line.values())
    encoded = base64.b64encode(f"{PEOPLE[2]}:{PASSWORD}".encode()).decode()
    for canary in (TOKEN, PASSWORD, "4711", encoded, *UNKNOWN, *PEOPLE, "ann.lee"):
        assert canary not in plain, canary
