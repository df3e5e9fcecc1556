"""A later reading asks Jira for what changed alone, and afterwards holds what a full reading holds."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import pytest
import requests

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.pipeline.options import RunOptions
from j2o_core.pipeline.reading import Read, read_source
from j2o_core.spec.load import load_spec

from ..running import Sandbox, sandbox

pytestmark = [pytest.mark.newest, pytest.mark.long]

#: (entity, id) -> (digest, key, id of its parent)
Held = dict[tuple[str, str], tuple[str, str, Optional[str]]]


@pytest.fixture(params=["server", "cloud"])
def made(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox(projects=2, issues=60, seed=19, edition=request.param, attachment_bytes=100) as started:
        yield started


@pytest.fixture
def read(made: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Read]:
    """``read(home, **options)``: what the demo reads, into a home of that name."""
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    plugins = load_plugins(os.environ, [(builtin.NAME, builtin)])

    def read_one(
        home: str = "later", spec: str = "j2o:demo", events: Optional[list[Any]] = None, **options: Any
    ) -> Read:
        made.jira.reset_counters()
        loaded = load_spec(spec, registry=plugins.registry).spec
        assert loaded is not None
        emit = (events if events is not None else []).append
        return read_source(loaded, plugins, tmp_path / home, RunOptions(**options), emit)

    return read_one


def held(read: Read) -> Held:
    """All that a reading holds."""
    with sqlite3.connect(read.path) as connection:
        rows = connection.execute(
            "SELECT entity, id, digest, key, parent_id FROM record WHERE generation = ?", (read.generation,)
        )
        return {(entity, id): (digest, key, parent) for entity, id, digest, key, parent in rows}


def edit(made: Sandbox, **edits: Any) -> None:
    requests.post(f"{made.jira.url}/_sandbox/issues", json=edits, timeout=60).raise_for_status()


def read_issues(made: Sandbox) -> int:
    """How many requests for whole issues were sent."""
    counted = made.jira.state("requests")["requests"]
    return sum(number for request, number in counted.items() if request.endswith(("/bulkfetch", "/watchers")))


def keys_of(made: Sandbox) -> list[str]:
    keys = [str(issue["key"]) for issue in made.jira.state("issues")["issues"]]
    return sorted(keys, key=lambda key: (key.partition("-")[0], int(key.partition("-")[2])))


def one_of(made: Sandbox, kind: str) -> Any:
    return made.jira.state(kind)[kind]


def a_version_in_use(made: Sandbox) -> str:
    for issue in one_of(made, "issues"):
        for version in issue["fields"].get("fixVersions") or ():
            return str(version["id"])
    raise AssertionError("no issue has a version")


def a_reporter(made: Sandbox) -> str:
    """How Jira calls somebody who reported an issue."""
    listed = {str(person.get("accountId") or person["name"]) for person in one_of(made, "users")}
    for issue in one_of(made, "issues"):
        reporter = issue["fields"].get("reporter") or {}
        name = str(reporter.get("accountId") or reporter.get("name"))
        if name in listed and reporter.get("active"):
            return name
    raise AssertionError("nobody reported anything")


EDITS: dict[str, Callable[[list[str]], dict[str, Any]]] = {
    "a changed field": lambda keys: {"change": {keys[4]: {"summary": "Another summary"}}},
    "a comment": lambda keys: {"comment": {keys[5]: "One more word."}},
    "a file": lambda keys: {"attach": {keys[6]: [{"filename": "new.txt", "content": "new"}]}},
    "a link, told at one end": lambda keys: {"link": {keys[7]: keys[8]}},
    "logged time that updates nothing": lambda keys: {"log": {keys[9]: {"seconds": 1800, "ago": 90}}, "quietly": True},
    "a move between projects": lambda keys: {"move": {keys[-1]: f"{keys[0].partition('-')[0]}-900"}},
}


def test_nothing_changed_and_no_issue_is_read_again(made: Sandbox, read: Callable[..., Read]):
    first, events = read(), []
    before = held(first)
    again = read(events=events)
    assert read_issues(made) == 0
    assert held(again) == before
    assert (again.generation, dict(again.entities)) == (first.generation + 1, dict(first.entities))
    assert any("reads what changed since" in event.get("message", "") for event in events)


@pytest.mark.parametrize("slow", ["/user", "/group"], ids=["people come after groups", "groups come after people"])
def test_in_whatever_order_people_are_read_who_is_as_before_makes_nothing_be_read_again(
    made: Sandbox, read: Callable[..., Read], slow: str
):
    before = held(read())
    made.jira.faults({"server": "jira", "method": "GET", "regex": slow, "do": "delay", "seconds": 0.5})
    again = read()
    assert read_issues(made) == 0
    assert held(again) == before


def test_every_kind_of_change_is_found_and_all_else_is_kept(made: Sandbox, read: Callable[..., Read]):
    read()
    keys = keys_of(made)
    for one in EDITS.values():
        edit(made, **one(keys))
    person, version = a_reporter(made), a_version_in_use(made)
    edit(made, people={person: {"display_name": "Married Since"}}, versions={version: {"name": "9.9"}})
    later = read()
    asked = read_issues(made)
    full = read("full")
    assert held(later) == held(full)
    assert 0 < asked < read_issues(made)


@pytest.mark.parametrize("kind", EDITS)
def test_each_kind_of_change_is_found_alone(made: Sandbox, read: Callable[..., Read], kind: str):
    before = held(read())
    edit(made, **EDITS[kind](keys_of(made)))
    later = held(read())
    assert later != before
    assert later == held(read("full"))


def test_what_is_gone_is_found_on_request_and_told(made: Sandbox, read: Callable[..., Read]):
    before = held(read())
    gone = keys_of(made)[3]
    edit(made, delete=[gone])
    assert held(read()) == before, "nobody asked for what is gone"
    later = read(look_for_deleted=True)
    assert held(later) == held(read("full"))
    assert [(problem.code, problem.key) for problem in later.problems if problem.code == "J2O-X012"] == [
        ("J2O-X012", gone)
    ]


def test_another_selection_or_a_fresh_start_reads_everything(made: Sandbox, read: Callable[..., Read], tmp_path: Path):
    read()
    spec = tmp_path / "other.yaml"
    spec.write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: demo\nextends: j2o:demo\n"
        "entities: {work_packages: {extract: {plugin: jira.issues, history: false}}}\n",
        encoding="utf-8",
    )
    read(spec=str(spec))
    assert read_issues(made) > 0
    read()
    assert read_issues(made) > 0, "what was read last is another reading"
    read()
    assert read_issues(made) == 0
    read(fresh=True)
    assert read_issues(made) > 0
