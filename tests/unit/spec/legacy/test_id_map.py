"""Id maps are read in each form that they have, and what says nothing is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from j2o_core.spec.legacy import vocabulary
from j2o_core.spec.legacy.id_map import MAX_PROBLEMS, IdMap, read_id_map

MAPS = vocabulary().maps


def read(tmp_path: Path, content: Any, name: str = "id_mapping.json") -> IdMap:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read_id_map(path, MAPS)


def said(found: IdMap) -> set[tuple[str, str, str]]:
    return {(entry.entity, entry.names[0], entry.target) for entry in found.entries}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("id_mapping.json", {"ACME-1": 42}),
        ("id_mapping.json", {"ACME-1": "42"}),
        ("id_mapping.json", {"issues": {"ACME-1": 42}}),
        ("id_mapping.json", {"mappings": {"work_package": {"ACME-1": {"openproject_id": 42}}}}),
        ("id_mapping.json", [{"jira_key": "ACME-1", "openproject_id": 42}]),
        ("id_mapping.json", {"issues": [{"key": "ACME-1", "op_id": "42"}], "metadata": {"version": 2}}),
        ("work_package_mapping.json", {"ACME-1": 42}),
        ("work_package_mapping.json", {"ACME-1": {"jira_key": "ACME-1", "openproject_id": 42, "updated_at": "x"}}),
    ],
)
def test_each_form_says_the_same(tmp_path: Path, name: str, content: Any) -> None:
    found = read(tmp_path, content, name)
    assert said(found) == {("work_packages", "ACME-1", "42")}
    assert found.problems == ()


def test_an_entry_by_the_immutable_id_knows_the_key_and_the_moment_too(tmp_path: Path) -> None:
    entry = {
        "jira_id": 10023,
        "jira_key": "ACME-2",
        "openproject_id": 43,
        "jira_migration_date": "2024-05-01T10:00:00Z",
    }
    (found,) = read(tmp_path, {"10023": entry}, "work_package_mapping.json").entries
    assert (found.names, found.target, found.moment) == (("10023", "ACME-2"), "43", "2024-05-01T10:00:00Z")


def test_sections_tell_the_kind_of_item_and_others_are_passed_over(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "users": {"alice": {"openproject_id": 5, "jira_name": "alice"}},
            "projects": {"ACME": {"openproject_id": 3}},
            "groups": {"devs": 9},
            "status": {"1": 7},
            "issue_type_mapping": {"10001": {"openproject_id": 7}},
        },
    )
    assert said(found) == {("users", "alice", "5"), ("projects", "ACME", "3"), ("groups", "devs", "9")}
    assert set(found.ignored) == {"status", "issue_type_mapping"}


def test_entries_for_which_nothing_was_written_are_no_problem(tmp_path: Path) -> None:
    found = read(tmp_path, {"bob": {"openproject_id": None, "matched_by": "none"}, "eve": None}, "user_mapping.json")
    assert (found.entries, found.problems, found.unset) == ((), (), 2)


@pytest.mark.parametrize("value", [True, -1, 0, 1.5, "x", "12; DROP", [], {}, {"openproject_id": True}, 10**30])
def test_an_entry_without_an_id_is_told(tmp_path: Path, value: Any) -> None:
    found = read(tmp_path, {"ACME-1": value})
    assert found.entries == ()
    assert [problem.code for problem in found.problems] == ["J2O-L011"]


def test_a_key_that_stands_twice_with_different_ids_is_not_trusted(tmp_path: Path) -> None:
    found = read(tmp_path, b'{"ACME-1": 1, "ACME-2": 2, "ACME-1": 3, "ACME-2": 2}')
    assert said(found) == {("work_packages", "ACME-2", "2")}
    assert [problem.code for problem in found.problems] == ["J2O-L011"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ends in the middle"),
        (b'{"ACME-1": 4', "ends in the middle"),
        (b'{"ACME-1" 4}', "no JSON"),
        (b"\x80\x81\x82", "no UTF-8"),
        (b"\x00" * 100, "no JSON"),
        (b"[" * 100_000, ""),
        (b'"text"', "no object"),
        (b'{"ACME-1": NaN}', "no number"),
        (b'{"ACME-1": ' + b"9" * 10_000 + b"}", ""),
    ],
)
def test_what_is_no_id_map_is_told_once(tmp_path: Path, content: bytes, message: str) -> None:
    found = read(tmp_path, content)
    assert found.entries == ()
    assert len(found.problems) == 1
    assert message in found.problems[0].message


def test_problems_of_one_file_have_an_end(tmp_path: Path) -> None:
    found = read(tmp_path, {f"ACME-{number}": "x" for number in range(10_000)})
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert "9980 more" in found.problems[-1].message


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (problem,) = read_id_map(tmp_path / "none.json", MAPS).problems
    assert problem.code == "J2O-L010"


def test_a_hundred_thousand_entries_take_a_moment(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {str(number): {"jira_key": f"ACME-{number}", "openproject_id": number} for number in range(1, 100_001)},
    )
    assert len(found.entries) == 100_000
