"""Everybody whom the source names is found, though its directory be closed: as an actor of a role, or in a group."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from j2o_core.snapshot.store import Snapshot

from ..running import Migration, explained, sandbox

pytestmark = pytest.mark.newest


def people(snapshot: Snapshot, entity: str, name: str) -> Iterator[tuple[str, Any]]:
    """Id of each person that records hold under a name, and the key of the record."""
    for stubs in snapshot.stubs(entity):
        for record, _ in snapshot.load(entity, [stub.id for stub in stubs]).values():
            held = record.data.get(name) or ()
            for person in [held] if isinstance(held, dict) else held:
                yield person.get("accountId") or person.get("key") or person["name"], record.key


@pytest.mark.parametrize("edition", [pytest.param("server", marks=pytest.mark.long), "cloud"])
def test_members_of_groups_and_actors_of_roles_are_found_without_a_directory(tmp_path: Path, edition: str):
    with sandbox(projects=1, issues=3, seed=5, edition=edition) as made:
        made.jira.faults({"server": "jira", "regex": "/users?/search", "do": "status", "status": 403})
        read = Migration(made, tmp_path / "home").command("extract", "j2o:demo", "--json")
        assert read.returncode == 0, read.stderr
        snapshot = Snapshot(Path(json.loads(read.stdout)["snapshot"]), "demo")
        known = {stub.id for stubs in snapshot.stubs("users") for stub in stubs}
        named = {**dict(people(snapshot, "groups", "members")), **dict(people(snapshot, "memberships", "user"))}
        snapshot.close()
        assert named
        assert {who: where for who, where in named.items() if who not in known} == {}


INVITING = """
apiVersion: j2o/v1
kind: Migration
name: inviting
extends: j2o:demo
entities:
  users:
    map:
      status: {value: "{{ 'invited' if item.active and item.emailAddress else 'active' }}"}
"""


@pytest.mark.long
def test_people_are_invited_where_the_spec_says_so_and_work_is_theirs_at_once(tmp_path: Path):
    (tmp_path / "spec.yaml").write_text(INVITING, encoding="utf-8")
    with sandbox(projects=1, issues=15, seed=5) as made:
        migration = Migration(made, tmp_path / "home", str(tmp_path / "spec.yaml"))
        ended = migration.run("--finish")
        assert ended.exit_code == 0, explained(ended)
        told = {person["name"]: person for person in made.jira.state("users")["users"]}
        held = made.openproject.state("users", "mails")
        status = {user["login"]: user["status"] for user in held["users"] if user["login"] in told}
        invited = {name for name, person in told.items() if person.get("active") and person.get("emailAddress")}
        assert {name for name, found in status.items() if found == "invited"} == invited - {"admin"}
        assert held["mails"].get("user invited") == len(invited - {"admin"})
        left = {name for name, person in told.items() if not person.get("active") and name in status}
        assert {status[name] for name in left} == {"locked"}
        again = migration.run()
        assert (again.exit_code, {name: one["created"] + one["updated"] for name, one in again.entities.items()}) == (
            0,
            dict.fromkeys(again.entities, 0),
        )
