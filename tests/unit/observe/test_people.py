"""People stay out of the log."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from loguru import logger

from j2o_core.model.log_policy import LogPolicy
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.people import KEY, People, key_of, names_of, remember
from j2o_core.observe.redaction import Redactor

ANN = {"key": "JIRAUSER10100", "name": "alee", "emailAddress": "ann@x.example", "displayName": "Lee, Ann (Sales)"}


@pytest.fixture
def people() -> People:
    known = People(b"key")
    known.add([*names_of(ANN), "admin", "10100", "will"])
    return known


@pytest.mark.parametrize(
    "text",
    [
        "{} stays",
        "assignee '{}' is not there",
        "Login {} has already been taken.",
        "[~{}] and ({})",
        '{{"user": "{}"}}',
        "a line\n{}",
    ],
)
@pytest.mark.parametrize("name", ["alee", "ALEE", "Lee, Ann (Sales", "Lee Ann Sales", "JIRAUSER10100", "ann@x.example"])
def test_a_known_name_is_made_up_wherever_it_stands(people: People, text: str, name: str) -> None:
    hidden = people.hide(text.replace("{}", name))
    assert name not in hidden
    assert people.pseudonym(name) in hidden


def test_an_address_is_made_up_though_nobody_knows_it() -> None:
    assert People(b"key").hide("to bob.o'hara+x@mail.example.org now").startswith("to ")
    assert "mail.example" not in People(b"key").hide("to bob+x@mail.example.org now")
    quoted = People(b"key").hide("GET /user?username=bob%2Bx%40mail.example.org")
    assert quoted == "GET /user?username=" + People(b"key").pseudonym("bob+x@mail.example.org")


@pytest.mark.parametrize("text", ["the admin may", "10100 items", "ACME-1 of alees", "/work/admin/spec.yaml:1:2"])
def test_ordinary_words_and_numbers_stay(people: People, text: str) -> None:
    assert people.hide(text) == text


@pytest.mark.parametrize("text", ["admin", "no user 'admin' there", "[~admin]"])
def test_an_ordinary_word_that_is_quoted_is_meant(people: People, text: str) -> None:
    assert "admin" not in people.hide(text)


def test_only_records_of_people_have_names() -> None:
    assert names_of({"name": "Blocks", "key": "X"}) == []
    assert names_of(ANN) == ["JIRAUSER10100", "alee", "ann@x.example", "Lee, Ann (Sales)"]


def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    assert key_of(tmp_path) == key_of(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600


def test_a_key_whose_writer_died_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / KEY).touch()
    made = key_of(tmp_path)
    assert len(made) == 64
    assert key_of(tmp_path) == made
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600


def test_the_log_hides_whom_it_was_told_of_unless_the_spec_shows_people(tmp_path: Path) -> None:
    lines = []
    for personal in (False, True):
        path = open_log(tmp_path / str(personal), Redactor(), policy=LogPolicy(personal=personal))
        logger.warning("first alee")
        remember(names_of(ANN))
        logger.bind(item="alee", lane="alee").warning("then alee")
        close_log()
        lines.append([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
    (_, hidden), (_, shown) = lines
    assert "alee" not in json.dumps(hidden)
    assert hidden["item"] == hidden["lane"] == hidden["message"][5:]
    assert (shown["item"], shown["message"]) == ("alee", "then alee")
