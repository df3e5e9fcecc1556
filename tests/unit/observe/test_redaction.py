"""No secret is ever written down."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from loguru import logger

from j2o_core.model.log_policy import LogPolicy
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
        ('"password": "sword and fish"', "fish"),
        ("GET https://jira.example/x?os_token=abcd1234&a=1", "abcd1234"),
        ("{'access_token': 'abcd1234'}", "abcd1234"),
        (r'"{\"apiToken\": \"abcd1234\"}"', "abcd1234"),
        ("body: password%3Dabcd1234", "abcd1234"),
        ("https://s3.example/x?X-Amz-Signature=abcd1234", "abcd1234"),
        ("Cookie: JSESSIONID=aaaa1111; other=abcd1234", "abcd1234"),
        ("Set-Cookie: JSESSIONID=abcd1234; Path=/", "abcd1234"),
        ("{'set-cookie': '_open_project_session=abcd1234; path=/'}", "abcd1234"),
        ("_open_project_session=abcd1234", "abcd1234"),
        ("[(b'cookie', b'crowd=abcd1234')]", "abcd1234"),
        ("Proxy-Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("sent Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
        ("{'authorization': b'bearer abcdefgh1234'}", "abcdefgh1234"),
        ('Authorization: Digest username="fred", response="abcd1234"', "abcd1234"),
        ("https://user:p@ss1234@jira.example/browse", "ss1234"),
        ("https://user:pa/ss1234@jira.example/browse", "ss1234"),
        ("https://abcd1234@jira.example/browse", "abcd1234"),
        ("it said eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3", "eyJzdWIiOiIxIn0"),
        ("it said ATATT3xFfGF0abcdefg=1234", "abcdefg"),
    ],
)
def test_what_stands_where_secrets_stand_is_hidden_unknown_though_it_is(text: str, secret: str) -> None:
    assert secret not in Redactor().text(text)


@pytest.mark.parametrize("around", ["{}", "fred@x.example:{}", "a:{}:b", "ab:{}:bc", "{}and more"])
def test_a_known_secret_is_hidden_in_base64_with_whatever_around_it(around: str) -> None:
    sent = base64.b64encode(around.format("canary/4f9b+0c-and-more").encode()).decode()
    hidden = Redactor(["canary/4f9b+0c-and-more"]).text(f"sent {sent}")
    assert "***" in hidden and sent[len(sent) // 2 - 6 : len(sent) // 2 + 6] not in hidden


@pytest.mark.parametrize("form", [json.dumps, repr, quote, lambda text: quote(text, safe="").lower()])
def test_a_secret_with_odd_characters_is_hidden_as_others_write_it(form: Any) -> None:
    secret = 'päss"word/4f9b'
    assert "4f9b" not in Redactor([secret]).text(f"it said {form(secret)}")


@pytest.mark.parametrize(
    "text",
    [
        "ACME-1: the token bucket of http://jira.example:8080/browse/ACME-1 has Basic limits of 20",
        "sessions of 20 workers; basic settings, key ACME: bearer of news",
        "http://jira.example:8080/secure/thumb@2x.png",
        "postgresql://db/j2o: a key is missing",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redactor(["abc"]).text(text) == text


def test_long_texts_take_no_long_time() -> None:
    Redactor([CANARY]).text("a" * 5_000 + "token" * 2_000 + "='" * 4_000 + "://" + "x:" * 4_000)


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


class Unwilling:
    """Has no text."""

    def __str__(self) -> str:
        raise RuntimeError(CANARY)


def loop() -> dict[str, Any]:
    one: dict[str, Any] = {"note": CANARY}
    one["self"] = one
    return one


@pytest.mark.parametrize(
    "bound",
    [
        *(
            {field: f"refused {CANARY}"}
            for field in ("error", "kind", "code", "place", "where", "entity", "run", "note")
        ),
        {"note": ValueError(CANARY)},
        {"note": CANARY.encode()},
        {"note": {CANARY: 1}},
        {"note": {(CANARY, 2): 1}},
        {"note": {CANARY}},
        {"note": loop()},
        {"note": Unwilling()},
        {"note": f"half a character \ud800 and {CANARY}"},
        {"note": float("nan"), "error": OSError(CANARY)},
        {"time": 3.5, "level": CANARY, "message": CANARY, "module": CANARY},
        {"client_secret": "x y z"},
    ],
    ids=lambda bound: "-".join(bound),
)
def test_whatever_a_plugin_binds_makes_one_line_without_a_secret(
    tmp_path: Path, bound: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    path = open_log(tmp_path, Redactor([CANARY]), policy=LogPolicy(terminal="warning"))
    logger.bind(**bound).warning("told of {}", CANARY)
    close_log()
    (text,) = path.read_text(encoding="utf-8").splitlines()
    shown = capsys.readouterr().err
    assert CANARY not in text + shown and "x y z" not in text
    line = json.loads(text, parse_constant=pytest.fail)
    assert (line["message"], line["level"], line["module"]) == ("told of ***", "WARNING", __name__)
    assert line["time"].startswith("20")
    assert shown.count("\n") == 1


def test_a_library_that_words_its_warning_wrongly_does_not_fail_for_it(tmp_path: Path) -> None:
    path = open_log(tmp_path, Redactor([CANARY]))
    logging.getLogger("lib").warning("%d items", CANARY)
    close_log()
    assert json.loads(path.read_text(encoding="utf-8"))["message"] == "%d items ('***',)"
