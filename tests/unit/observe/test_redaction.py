"""No secret is ever written down."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from loguru import logger

from j2o_core.observe.logs import LogEvents, close_log, open_log
from j2o_core.observe.redaction import Redactor

CANARY = "canary/4f9b+0c"


@pytest.mark.parametrize(
    "text",
    [
        f"token is {CANARY}",
        "GET http://jira.example/?os_token=canary%2F4f9b%2B0c",
        "sent " + base64.b64encode(CANARY.encode()).decode(),
        "Authorization: Basic " + base64.b64encode(f"apikey:{CANARY}".encode()).decode(),
    ],
)
def test_a_known_secret_is_hidden_in_each_form_in_which_it_travels(text: str) -> None:
    hidden = Redactor([CANARY]).text(text)
    assert "***" in hidden
    for form in (CANARY, "canary%2F4f9b%2B0c", base64.b64encode(CANARY.encode()).decode()):
        assert form not in hidden


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ("postgresql+psycopg://j2o:hunter2@db/j2o", "hunter2"),
        ('{"api_key": "s3cr3t-value"}', "s3cr3t-value"),
        ("login failed, password=swordfish; try again", "swordfish"),
    ],
)
def test_what_stands_where_secrets_stand_is_hidden_unknown_though_it_is(text: str, secret: str) -> None:
    assert secret not in Redactor().text(text)


def test_ordinary_text_stays_as_it_is() -> None:
    text = "ACME-1: the token bucket of http://jira.example:8080/browse/ACME-1 has Basic limits of 20"
    assert Redactor(["abc"]).text(text) == text


def test_a_value_under_a_secrets_name_is_hidden_whole() -> None:
    assert Redactor().value({"auth": {"token": "x y z", "user": "fred"}, "keys": ["a"]}) == {
        "auth": {"token": "***", "user": "fred"},
        "keys": ["a"],
    }


def test_the_log_never_holds_the_canary_whoever_logs_it(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor([CANARY]))
    try:
        LogEvents()({"event": "problem", "code": "J2O-X1", "entity": "users", "key": "fred", "message": f"no {CANARY}"})
        logger.bind(run="r1", header={"Authorization": CANARY}, note=CANARY).info("sent {}", CANARY)
        try:
            raise ValueError(f"refused: {CANARY}")
        except ValueError:
            logger.exception("it failed with {}", CANARY)
    finally:
        close_log()
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") == 3
    assert CANARY not in text
    assert "ValueError: refused: ***" in text
