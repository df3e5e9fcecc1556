"""What a later reading finds changed, in whatever order several extracts tell of the same person."""

from __future__ import annotations

from pathlib import Path

import pytest

from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.snapshot.later import Later
from j2o_core.snapshot.store import Snapshot

#: the extract of the directory, and what groups hold of people
DIRECTORY, GROUPS = 0, 2


def person(**data: object) -> Record:
    return Record(Origin("acme", "users", "zoe"), "zoe", data)


class Reading:
    """A directory that gave one person before, and now is read again."""

    def __init__(self, snapshot: Snapshot, before: Record) -> None:
        self.snapshot = snapshot
        self._put(before, DIRECTORY)
        snapshot.begin(2)
        self.later = Later(snapshot, 1)

    def directory(self, *people: Record) -> None:
        with self.snapshot.transaction() as connection:
            self.later.note(connection, people)
        for one in people:
            self._put(one, DIRECTORY)

    def groups(self, one: Record) -> None:
        with self.snapshot.transaction() as connection:
            self.later.note_child(connection, one)
        self._put(one, GROUPS)

    def differing(self) -> dict[str, set[str]]:
        with self.snapshot.transaction() as connection:
            self.later.note_unseen(connection, "users", DIRECTORY)
        return self.later.differing()

    def _put(self, one: Record, priority: int) -> None:
        with self.snapshot.transaction() as connection:
            self.snapshot.put(connection, [(one, priority, True)])


@pytest.fixture
def reading(tmp_path: Path):
    snapshot = Snapshot(tmp_path / "snapshot.db", "acme")
    snapshot.begin(1)
    yield Reading(snapshot, person(name="Zoë"))
    snapshot.close()


@pytest.mark.parametrize("groups_first", [True, False])
def test_who_is_as_before_differs_in_no_order(reading: Reading, groups_first: bool):
    if groups_first:
        reading.groups(person(name="Zoë", short=True))
    reading.directory(person(name="Zoë"))
    if not groups_first:
        reading.groups(person(name="Zoë", short=True))
    reading.directory(person(name="Zoë"))  # pages may overlap
    assert reading.differing() == {}


@pytest.mark.parametrize("groups_first", [True, False])
def test_who_has_changed_differs_in_any_order(reading: Reading, groups_first: bool):
    if groups_first:
        reading.groups(person(name="Zoe", short=True))
    reading.directory(person(name="Zoe"))
    if not groups_first:
        reading.groups(person(name="Zoe", short=True))
    assert reading.differing() == {"users": {"zoe"}}


@pytest.mark.parametrize("in_a_group", [True, False])
def test_who_is_no_more_in_the_directory_differs_though_groups_tell_of_them(reading: Reading, in_a_group: bool):
    if in_a_group:
        reading.groups(person(name="Zoë", short=True))
    assert reading.differing() == {"users": {"zoe"}}
