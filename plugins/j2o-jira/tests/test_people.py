"""Everybody whom an issue names is found, by default and over the wire; whom its history alone names where wanted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from j2o_core.api import Origin, Record
from j2o_jira.former_people import FormerPeople, PresentPeople
from j2o_jira.issues.extractor import Issues
from j2o_jira.people import People

TIME = "2020-01-02T03:04:05.000+0000"
#: where a text names somebody: login of whom
PLACES = {"description": "d1", "environment": "e1", "comment": "c1", "worklog": "w1", "custom": "f1", "table": "t1"}
WIKI = {**dict.fromkeys(PLACES, "Ask [~{}]."), "comment": "Ask [the *chief*|~{}].", "table": "||a||\n|see [~{}]|"}
FORMER = {"server": "JIRAUSER10100", "cloud": "712020:0a1b2c3d-0000-1111-2222-333344445555"}


def person(name: str) -> dict[str, Any]:
    return {"name": name, "key": name, "displayName": f"Person {name}", "active": True}


def body(edition: str, place: str) -> Any:
    if edition == "server":
        return WIKI[place].format(PLACES[place])
    mention: Any = {"type": "mention", "attrs": {"id": PLACES[place], "text": "@somebody"}}
    block: Any = {"type": "paragraph", "content": [mention]}
    if place == "table":
        cell = {"type": "tableCell", "attrs": {}, "content": [block]}
        block = {"type": "table", "attrs": {}, "content": [{"type": "tableRow", "content": [cell]}]}
    return {"type": "doc", "version": 1, "content": [block]}


def issue(number: int, **fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "summary": f"Issue {number}",
        "issuetype": {"id": "1", "name": "Task"},
        "project": {"id": "10000", "key": "ODD", "name": "Odd"},
        "status": {"id": "1", "name": "Open"},
        "reporter": person("ann"),
        "created": TIME,
        "updated": TIME,
        **fields,
    }
    return {"id": str(10000 + number), "key": f"ODD-{number}", "fields": plain}


def issues(edition: str) -> list[dict[str, Any]]:
    told = {"author": person("ann"), "created": TIME, "updated": TIME}
    first = issue(
        1,
        description=body(edition, "description"),
        environment=body(edition, "environment"),
        customfield_10201=body(edition, "custom"),
        customfield_10202=body(edition, "table"),
        comment={"comments": [{**told, "id": "1", "body": body(edition, "comment")}], "total": 1},
        worklog={
            "worklogs": [
                {**told, "id": "2", "started": TIME, "timeSpentSeconds": 60, "comment": body(edition, "worklog")}
            ],
            "total": 1,
        },
    )
    change = {"field": "assignee", "fieldtype": "jira", "from": FORMER[edition], "fromString": "Former, Fred"}
    history = {"id": "7", "author": person("actor"), "created": TIME}
    first["changelog"] = {"histories": [{**history, "items": [{**change, "to": None, "toString": None}]}]}
    return [first, *(issue(number, reporter=person(name)) for number, name in enumerate(PLACES.values(), 2))]


@pytest.fixture(params=list(FORMER), scope="module")
def edition(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def data(edition, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("people") / f"{edition}.ndjson"
    path.write_text("\n".join(map(json.dumps, issues(edition))), encoding="utf-8")
    return str(path)


@pytest.fixture
def first(edition, data, sandbox, connect, read) -> Record:
    """The issue whose texts and history name everybody, as it is read."""
    server = sandbox(edition, jira_data=data)
    client = connect(server.url, server.auth)
    client.check()
    return next(record for record in read(Issues(client, "acme", "work_packages", {})) if record.key == "ODD-1")


def names(splitter: Any, record: Record) -> set[str]:
    return {str(part.data["displayName"]) for part in splitter.split(record)}


def test_whoever_a_text_mentions_is_found_in_each_text_there_is(first):
    assert names(People(), first) >= {f"Person {login}" for login in PLACES.values()}


def test_who_changed_something_is_found_unless_the_history_is_left_out(first):
    assert "Person actor" in names(People(), first)
    assert names(PresentPeople(), first) == names(People(), first) - {"Person actor"}


def test_whom_a_history_alone_names_is_found_where_wanted_and_counts_as_deactivated(first, edition):
    (former,) = FormerPeople().split(first)
    identity = {"server": "key", "cloud": "accountId"}[edition]
    assert (former.id, dict(former.data)) == (
        FORMER[edition],
        {identity: FORMER[edition], "displayName": "Former, Fred", "active": False},
    )
    assert "Former, Fred" not in names(People(), first)


def test_a_mentioned_person_who_also_changed_something_is_found_without_the_history(sandbox, connect, read, tmp_path):
    made = issues("server")
    made[0]["changelog"]["histories"][0]["author"] = person("d1")
    path = tmp_path / "issues.ndjson"
    path.write_text("\n".join(map(json.dumps, made)), encoding="utf-8")
    server = sandbox("server", jira_data=str(path))
    client = connect(server.url, server.auth)
    client.check()
    found = next(one for one in read(Issues(client, "acme", "work_packages", {})) if one.key == "ODD-1")
    assert "Person d1" in names(PresentPeople(), found)


def history_of(*items: dict[str, Any]) -> Record:
    data = {"id": "1", "key": "A-1", "fields": {}, "changelog": {"histories": [{"items": list(items)}]}}
    return Record(Origin("acme", "work_packages", "1"), "A-1", data)


def test_fields_of_several_people_give_each_of_them_a_name():
    first, second = "5b10ac8d82e05b22cc7d4ef5", FORMER["cloud"]
    listed = {"field": "Testers", "fieldtype": "custom", "from": f"[{first}, {second}]", "fromString": "[Ann Doe, Bob]"}
    unclear = {**listed, "fromString": "[Doe, Ann, Bob]"}
    assert names(FormerPeople(), history_of(listed)) == {"Ann Doe", "Bob"}
    assert names(FormerPeople(), history_of(unclear)) == {first, second}


@pytest.mark.parametrize(
    "identifier",
    [
        *("5b10ac8d82e05b22cc7d4ef5", "557058:0a1b2c3d-0000-1111-2222-333344445555"),
        "qm:0a1b2c3d-0000-1111-2222-333344445555:1a1b2c3d-0000-1111-2222-333344445555",
    ],
)
def test_account_ids_of_every_age_and_of_customers_are_known_as_such(identifier):
    record = history_of({"field": "reporter", "fieldtype": "jira", "from": identifier, "fromString": "Kim"})
    (former,) = FormerPeople().split(record)
    assert former.data["accountId"] == identifier and "key" not in former.data


def test_other_changes_name_nobody():
    plain = {"fieldtype": "jira", "from": "10001", "fromString": "Open", "to": "3", "toString": "Done"}
    record = history_of(*({**plain, "field": field} for field in ("status", "Fix Version", "description")))
    assert list(FormerPeople().split(record)) == []
    custom = {"field": "Reporter", "fieldtype": "custom", "from": "x", "fromString": "X", "to": None}
    assert list(FormerPeople().split(history_of(custom, {"field": "assignee", "from": None, "to": ""}))) == []
