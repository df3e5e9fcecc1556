"""Where the server counts work packages by project, those of an empty project get the very keys of their issues."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .test_changed_source import edit, on_target, writes
from .test_odd_records import comment, comments, issue, person

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("reproduced-keys")]

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: keys
extends: j2o:demo
select: {jql: "%s"}
entities:
  projects: {map: {identifier: {steps: null}}}
  work_packages:
    load: {plugin: openproject.work_packages, reproduce_keys: {gaps: %s}}
"""
PROJECT = {"id": "10000", "key": "ACME", "name": "Acme"}


def acme(number: int, parent: Optional[int] = None, **fields: Any) -> dict[str, Any]:
    """An issue; ``parent`` makes it a sub-task."""
    more: dict[str, Any] = {"project": PROJECT, "summary": f"Issue {number}", **fields}
    if parent is not None:
        more["issuetype"] = {"id": "5", "name": "Sub-task", "subtask": True}
        more["parent"] = {"id": str(10000 + parent), "key": f"ACME-{parent}"}
    return {**issue(number, **more), "key": f"ACME-{number}"}


def ops(number: int, **fields: Any) -> dict[str, Any]:
    made = issue(number, project={"id": "10001", "key": "OPS", "name": "Operations"}, **fields)
    return {**made, "id": str(20000 + number), "key": f"OPS-{number}"}


#: in an order that is none; 3, 6, 7 and 8 are nobody's any more
ISSUES = [
    acme(9, parent=2, description="After ACME-4, before OPS-2."),
    acme(2, parent=10),
    acme(10, duedate="2020-02-03"),
    acme(1, parent=10, comment=comments(comment(70, "As in ACME-9.", person("bob")))),
    acme(4, description="See ACME-9."),
    acme(5),
    ops(2),
    ops(1, description="Of ACME-10."),
]


class Keys:
    """A migration of some issues into a server that counts by project."""

    def __init__(self, folder: Path, issues: list[dict[str, Any]], gaps: str = "50%", semantic: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "issues.ndjson"
        path.write_text("\n".join(map(json.dumps, issues)), encoding="utf-8")
        setup = folder / "openproject.yaml"
        setup.write_text(f"settings: {{semantic_identifiers: {str(semantic).lower()}}}\n", encoding="utf-8")
        self.options = {"jira_data": str(path), "edition": "server", "openproject_setup": str(setup)}
        self.folder, self.gaps = folder, gaps

    def migration(self, made: Sandbox, jql: str = "") -> Migration:
        spec = self.folder / f"keys{len(jql)}.yaml"
        spec.write_text(SPEC % (jql or "updated >= 2019-01-01", self.gaps), encoding="utf-8")
        return Migration(made, self.folder / "home", str(spec))


def rows(made: Sandbox) -> dict[str, dict[str, Any]]:
    """Work packages by what the target calls them."""
    return {row["displayId"]: row for row in made.openproject.state("work_packages")["work_packages"]}


def called(made: Sandbox) -> dict[str, str]:
    """By Jira key: what the target calls it."""
    last = ((name, row["description"]["raw"].splitlines()[-1]) for name, row in rows(made).items())
    return {line.split("]")[0].strip("["): name for name, line in last}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Migration, Ended]]:
    keys = Keys(tmp_path_factory.mktemp("keys"), ISSUES)
    with sandbox(**keys.options) as made:
        migration = keys.migration(made)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        yield made, migration, ended


def test_every_work_package_has_the_key_of_its_issue_and_fillers_are_gone(first):
    made, _, ended = first
    keys = {one["key"] for one in ISSUES}
    assert called(made) == {key: key for key in keys}
    assert set(rows(made)) == keys
    assert ended.entities["work_packages"]["created"] == len(ISSUES)


def test_parents_with_higher_numbers_are_set_and_their_dates_are_theirs(first):
    made, _, _ = first
    found = rows(made)

    def parent(key: str) -> Optional[str]:
        href = found[key]["_links"]["parent"]["href"]
        return None if href is None else next(name for name, row in found.items() if href.endswith(f"/{row['id']}"))

    assert {key: parent(key) for key in ("ACME-1", "ACME-2", "ACME-9", "ACME-10")} == {
        "ACME-1": "ACME-10",
        "ACME-2": "ACME-10",
        "ACME-9": "ACME-2",
        "ACME-10": None,
    }
    assert found["ACME-10"]["dueDate"] == "2020-02-03"


@pytest.mark.long
def test_the_plan_told_how_many_numbers_are_filled(first):
    _, migration, ended = first
    told = [event["message"] for event in ended.events if event["event"] == "problem"]
    report = json.loads(migration.command("report", ended.run, "--format", "json").stdout)
    told = [one["message"] for one in report["problems"] if one["code"] == "J2O-P051"]
    assert sorted(told) == [
        "the keys ACME-1 to ACME-10 are reproduced: 6 work packages one after the other, 4 numbers are filled by work "
        "packages that are removed again",
        "the keys OPS-1 to OPS-2 are reproduced: 2 work packages one after the other",
    ]


@pytest.mark.long
def test_a_second_run_writes_nothing(first):
    made, migration, _ = first
    made.openproject.reset_counters()
    again = migration.run()
    assert again.exit_code == 0, explained(again)
    assert writes(made) == {}


def codes(migration: Migration, ended: Ended) -> dict[str, str]:
    report = json.loads(migration.command("report", ended.run, "--format", "json").stdout)
    return {one["code"]: one["message"] for one in report["problems"]}


@pytest.mark.long
def test_a_later_run_goes_on_and_fills_what_lies_between(tmp_path: Path):
    now = [acme(1, labels=["now"]), acme(3, labels=["now"])]
    keys = Keys(tmp_path, [*now, acme(2, labels=["later"]), acme(6, labels=["later"]), acme(5, labels=["later"])])
    with sandbox(**keys.options) as made:
        ended = keys.migration(made, "labels = now").run()
        assert ended.exit_code == 0, explained(ended)
        assert called(made) == {"ACME-1": "ACME-1", "ACME-3": "ACME-3"}
        migration = keys.migration(made)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        expected = {f"ACME-{number}": f"ACME-{number}" for number in (1, 3, 5, 6)}
        assert called(made) == {**expected, "ACME-2": "ACME-7"}, "2 was filled; it takes what comes after all others"
        assert "1 of the keys of ACME are not reproduced" in codes(migration, ended)["J2O-P052"]


@pytest.mark.long
@pytest.mark.parametrize("semantic", [True, False])
def test_a_project_that_is_not_empty_and_a_server_with_plain_numbers_keep_old_keys_in_the_text(
    tmp_path: Path, semantic: bool
):
    keys = Keys(tmp_path, [acme(2), acme(5)], semantic=semantic)
    with sandbox(**keys.options) as made:
        if semantic:
            project = on_target(made, "POST", "projects", {"identifier": "ACME", "name": "Acme"})
            kinds = on_target(made, "GET", f"projects/{project['id']}/types")["_embedded"]["elements"]
            links = {"type": {"href": kinds[0]["_links"]["self"]["href"]}}
            body = {"subject": "Somebody's", "_links": links}
            on_target(made, "POST", f"projects/{project['id']}/work_packages", body)
        migration = keys.migration(made)
        if not semantic:
            spec = Path(migration.spec)
            spec.write_text(spec.read_text().replace("  projects: {map: {identifier: {steps: null}}}\n", ""))
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        found = {line for row in rows(made).values() for line in row["description"]["raw"].splitlines()[-1:]}
        assert sum("[ACME-2](" in line or "[ACME-5](" in line for line in found) == 2
        assert "J2O-P052" in codes(migration, ended)


@pytest.mark.long
def test_too_many_gaps_are_refused_before_anything_is_written_and_the_plan_says_so(tmp_path: Path):
    keys = Keys(tmp_path, [acme(2), acme(40)], gaps="30")
    with sandbox(**keys.options) as made:
        migration = keys.migration(made)
        planned = migration.command("plan", migration.spec)
        assert planned.returncode == 1
        assert "the keys ACME-1 to ACME-40 have 38 gaps for 2 issues, and 30 may be filled" in planned.stdout
        ended = migration.run()
        assert ended.exit_code == 1
        assert writes(made) == {}


@pytest.mark.long
def test_what_fails_leaves_its_number_free(tmp_path: Path):
    keys = Keys(tmp_path, [acme(1), acme(2), acme(3)])
    with sandbox(**keys.options) as made:
        made.openproject.faults(
            {"method": "POST", "path": "/api/v3/work_packages", "do": "status", "status": 422, "nth": [2]}
        )
        ended = keys.migration(made).run()
        assert ended.exit_code == 1, explained(ended)
        assert called(made) == {"ACME-1": "ACME-1", "ACME-3": "ACME-3"}
        assert ended.entities["work_packages"]["failed"] == 1


@pytest.mark.long
def test_a_number_that_somebody_takes_meanwhile_ends_that_project_alone(tmp_path: Path):
    keys = Keys(tmp_path, [*(acme(number) for number in (1, 2, 5)), ops(1), ops(2)])
    with sandbox(**keys.options) as made:
        first = keys.migration(made, "key = ACME-1")
        assert first.run().exit_code == 0
        taken = rows(made)["ACME-1"]
        body = {"subject": "Somebody's", "_links": {"type": {"href": taken["_links"]["type"]["href"]}}}
        project = taken["_links"]["project"]["href"].rpartition("/")[2]
        somebody = on_target(made, "POST", f"projects/{project}/work_packages", body)
        on_target(made, "DELETE", f"work_packages/{somebody['id']}")
        migration = keys.migration(made)
        ended = migration.run()
        assert ended.exit_code == 1
        assert called(made) == {"ACME-1": "ACME-1", "ACME-2": "ACME-3", "OPS-1": "OPS-1", "OPS-2": "OPS-2"}
        assert "calls it ACME-3 instead of ACME-2" in codes(migration, ended)["J2O-E041"]
        again = migration.run()
        assert again.exit_code == 0, explained(again)
        assert set(called(made)) == {"ACME-1", "ACME-2", "ACME-5", "OPS-1", "OPS-2"}


@pytest.mark.long
def test_with_the_ledger_lost_halfway_fillers_are_removed_and_keys_are_as_they_were(tmp_path: Path):
    keys = Keys(tmp_path, [acme(number) for number in range(2, 30, 2)], gaps="60%")
    with sandbox(**keys.options, latency_ms=40) as made:
        migration = keys.migration(made)
        assert migration.interrupt(0.9)
        for path in (tmp_path / "home").iterdir():
            if path.name.startswith("ledger"):
                path.unlink()
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert all(len(name) < 8 for name in rows(made))
        assert set(called(made)) == {f"ACME-{number}" for number in range(2, 30, 2)}
        assert sum(key == name for key, name in called(made).items()) >= 2


def test_what_is_found_again_gets_the_parent_that_comes_after_it(tmp_path: Path):
    keys = Keys(tmp_path, [acme(1, parent=2, duedate="2021-05-06"), acme(2, duedate="2020-02-03")])
    with sandbox(**keys.options) as made:
        refused = {"method": "POST", "path": "/api/v3/work_packages", "do": "status", "status": 422, "nth": [2]}
        made.openproject.faults(refused)
        migration = keys.migration(made)
        assert migration.run().exit_code == 1
        assert set(called(made)) == {"ACME-1"}
        made.openproject.faults()
        for path in (tmp_path / "home").glob("ledger*"):
            path.unlink()
        ended = migration.run()
        assert ended.entities["work_packages"]["failed"] == 0, explained(ended)  # its number was used up, which is told
        found = {key: rows(made)[name] for key, name in called(made).items()}
        parent = found["ACME-1"]["_links"]["parent"]["href"]
        assert parent is not None and parent == found["ACME-2"]["_links"]["self"]["href"]
        assert found["ACME-2"]["dueDate"] == "2020-02-03", "what the child disturbs is restored"


@pytest.mark.long
def test_an_issue_that_was_moved_is_moved_in_its_turn_and_has_its_new_key(tmp_path: Path):
    keys = Keys(tmp_path, [acme(1), acme(2), acme(3), ops(1), ops(2)])
    with sandbox(**keys.options) as made:
        migration = keys.migration(made)
        assert migration.run().exit_code == 0
        before = rows(made)["ACME-2"]["id"]
        edit(made, move={"ACME-2": "OPS-4"}, change={"ACME-3": {"summary": "Changed"}})
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert set(rows(made)) == {"ACME-1", "ACME-3", "OPS-1", "OPS-2", "OPS-4"}
        assert rows(made)["OPS-4"]["id"] == before
        assert ended.entities["work_packages"]["updated"] == 2
