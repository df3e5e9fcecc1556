"""Traffic to judge: whole runs over the wire, each loader's every kind of request, and what servers refuse."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence
from unittest import mock

import requests

from j2o_core.testing import Conformance, Kit
from j2o_jira.conformance import add_cases as jira_cases
from j2o_openproject.conformance import add_cases as openproject_cases
from j2o_sandbox import serving
from j2o_sandbox.options import SandboxOptions

from ...forking import Forked
from ...running import Migration, Sandbox, explained, sandbox
from .errata import Server
from .exchange import Exchange, heard, listen

#: an OpenProject with a custom field of every format, and a project for others to be copies of
SETUP: dict[str, Any] = {
    "settings": {"writable_history": True, "users_deletable_by_admins": True},
    "types": {"Bug": {"default": True}, "User story": {"default": True}, "Epic": {"default": True}},
    "custom_fields": {
        "Origin": {"format": "string", "for_all": True, "is_filter": True, "types": "all"},
        "Points": {"format": "float", "for_all": True, "types": "all"},
        "Count": {"format": "int", "for_all": True, "types": "all"},
        "Platforms": {
            "format": "list",
            "multi": True,
            "options": ["iOS", "Web"],
            "for_all": True,
            "types": "all",
        },
        "Severity": {"format": "list", "options": ["Low", "High"], "for_all": True, "types": "all"},
        "Reviewer": {"format": "user", "for_all": True, "types": "all"},
        "Testers": {"format": "user", "multi": True, "for_all": True, "types": "all"},
        "Customer": {"format": "text", "for_all": True, "types": "all"},
        "Deployed": {"format": "date", "for_all": True, "types": "all"},
        "Regression": {"format": "bool", "for_all": True, "types": "all"},
        "Lead": {"of": "project", "format": "user", "projects": ["furnished"]},
        "Charter": {"of": "project", "format": "text", "projects": ["furnished"]},
        "Stage": {"of": "project", "format": "list", "options": ["New", "Old"], "projects": ["furnished"]},
        "Budget": {"of": "project", "format": "float", "projects": ["furnished"]},
        "Since": {"of": "project", "format": "date", "projects": ["furnished"]},
    },
    "projects": {"furnished": {"name": "Furnished", "categories": ["Backend"]}},
}
SPEC = """
apiVersion: j2o/v1
kind: Migration
name: conformance
extends: j2o:demo
tables:
  types: {Bug: Bug, Story: User story, Epic: Epic, "*": Task}
entities:
  projects:
    map:
      cf:Lead: {from: lead, ref: users, missing: note}
      cf:Charter: {from: description, steps: [rich_text]}
      cf:Stage: {value: New}
      cf:Budget: {value: 12.5}
      cf:Since: {value: 2020-01-02}
    load: {plugin: openproject.projects, template: {project: furnished}}
  work_packages:
    map:
      cf:Points: {from: 'field("Story Points")', steps: [number]}
      cf:Reviewer: {from: 'field("Reviewer")', ref: users, missing: note}
      cf:Testers: {from: 'field("Testers")', ref: users, missing: note}
      cf:Platforms: {from: 'field("Platforms")', steps: [option]}
      cf:Customer: {from: 'field("Customer")'}
      cf:Deployed: {from: 'field("Deployed at")', steps: [date]}
      cf:Regression: {value: true}
      cf:Count: {value: 3}
      cf:Severity: {value: High}
      createdAt: fields.created
    load: {plugin: openproject.work_packages, origin_field: Origin}
"""
_READERS = ("extractor", "source_surveyor", "inspector")
#: proofs in which something between both sides spoils what is said
_MOODS = ("despite", "in silence", "does not break over")


@dataclass(frozen=True)
class Traffic:
    """What was said to both servers of one sandbox."""

    server: Server
    jira: Sequence[Exchange]
    openproject: Sequence[Exchange]


def whole_run(folder: Path, edition: str, version: str, issues: int = 9, *, again: bool = False) -> Traffic:
    """A run to its end, the cut-over included; then what both servers refuse. ``again``: a look before, and a later run
    over a changed source."""
    (folder / "setup.json").write_text(json.dumps(SETUP), encoding="utf-8")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    size: dict[str, Any] = {"projects": 2, "issues": issues, "seed": 19, "attachment_bytes": 200}
    setup = str(folder / "setup.json")
    with sandbox(edition=edition, openproject_version=version, openproject_setup=setup, **size) as made:
        urls = (made.jira.url, made.openproject.url)
        listen(*urls)
        migration = Migration(made, folder / "home", str(folder / "spec.yaml"))
        if again:
            for command in (("preflight",), ("plan", "--server-check", "sample")):
                migration.command(command[0], migration.spec, *command[1:])
        ended = migration.run("--finish")
        assert ended.exit_code == 0, explained(ended)
        if again:
            _change_everything(made)
            ended = migration.run("--look-for-deleted")
            assert ended.exit_code == 0, explained(ended)
            assert migration.command("verify", migration.spec).returncode == 0
        spoken = [heard(url) for url in urls]
        listen(*urls)
        _ask_jira_for_what_it_refuses(made, edition)
        _ask_openproject_for_what_it_refuses(made)
        refused = [heard(url, by_j2o=False) for url in urls]
    return Traffic(Server(edition, version), [*spoken[0], *refused[0]], [*spoken[1], *refused[1]])


def loaders_at_work() -> Traffic:
    """Every loader's case of the conformance kit: looked for, created, changed, read, refused, removed."""
    kit = Kit()
    openproject_cases(kit)
    with _forks(), Conformance("openproject") as conformance:
        worlds = {case.world: conformance.worlds.world(case.world).options.url for case in kit.loaders}
        listen(*worlds.values())
        for proof in conformance.proofs:
            if proof.subject.startswith("loader:"):
                proof()
        said = [one for url in worlds.values() for one in heard(url)]
    return Traffic(Server("server", SandboxOptions().openproject_version), (), said)


def readers_at_work() -> list[Traffic]:
    """Every extractor, surveyor and inspector of Jira in both editions: the kit's proofs without troubles."""
    kit = Kit()
    jira_cases(kit)
    with _forks(), Conformance("jira") as conformance:
        urls = {case.label: conformance.worlds.world(case.world).options.url for case in kit.inspectors}
        listen(*urls.values())
        for proof in conformance.proofs:
            role, _, case = proof.subject.partition(":")
            if role in _READERS and case.endswith("]") and not any(mood in proof.name for mood in _MOODS):
                proof()
        return [Traffic(Server(edition, "17.8"), heard(url), ()) for edition, url in urls.items()]


@contextlib.contextmanager
def _forks() -> Iterator[None]:
    """The sandboxes of the kit start without their imports, which cost more than they do."""

    def fork() -> Forked:
        return Forked("j2o_sandbox.serving", [], text=False, stdin=True, session=True)

    with mock.patch.object(serving, "_spawn", fork):
        yield


def _change_everything(made: Sandbox) -> None:
    keys = sorted(issue["key"] for issue in made.jira.state("issues")["issues"])
    edits = {
        "change": {keys[0]: {"summary": "Another summary"}},
        "comment": {keys[1]: "One more word."},
        "link": {keys[1]: keys[2]},
        "log": {keys[1]: 600},
        "delete": {keys[-1]: True},
    }
    requests.post(f"{made.jira.url}/_sandbox/issues", json=edits, timeout=60).raise_for_status()


# ------------------------------------------------------------------ what is refused


def _ask_openproject_for_what_it_refuses(made: Sandbox) -> None:
    session = requests.Session()
    session.auth = ("apikey", made.running.openproject["api_key"])
    held = made.openproject.state("work_packages", "users", "projects", "relations", "memberships", "versions")
    item, other = held["work_packages"][0], held["work_packages"][1]
    project = {"project": {"href": item["_links"]["project"]["href"]}}
    me = next(user["id"] for user in held["users"] if user["login"] == "admin")
    active = next(user["id"] for user in held["users"] if user["status"] == "active" and user["id"] != me)
    nobody = {"href": "/api/v3/users/987654"}

    def ask(method: str, path: str, body: Any = None, **more: Any) -> None:
        session.request(method, f"{made.openproject.url}/api/v3/{path}", json=body, timeout=60, **more)

    for auth in (("apikey", "wrong"), None):
        requests.get(f"{made.openproject.url}/api/v3/users", auth=auth, timeout=60)
    for path in (
        "work_packages",
        "users",
        "projects",
        "groups",
        "versions",
        "relations",
        "time_entries",
        "memberships",
    ):
        ask("GET", f"{path}/987654")
        ask("PATCH", f"{path}/987654", {"lockVersion": 0})
        ask("DELETE", f"{path}/987654")
        ask("GET", f"{path}?filters=[{{")
        if path != "relations":
            ask("POST", path, {})
            ask("POST", path, data=b"{", headers={"Content-Type": "application/json"})
            ask("POST", path, data=b"x", headers={"Content-Type": "text/csv"})
            ask("POST", path)
    where = f"work_packages/{item['id']}"
    ask("GET", "activities/987654")
    ask("GET", "attachments/987654")
    ask("PATCH", where, {"subject": "Another"})  # no lockVersion
    ask("PATCH", where, {"lockVersion": 99, "subject": "Another"})
    ask("PATCH", where, {"lockVersion": item["lockVersion"], "subject": ""})
    ask("PATCH", where, {"lockVersion": item["lockVersion"], "_links": {"type": {"href": "/api/v3/statuses/1"}}})
    ask("POST", "work_packages", {"subject": "", "_links": project})
    ask("POST", "work_packages", {"subject": "x", "id": 3, "updatedAt": "2020-01-01T00:00:00Z", "_links": project})
    ask("POST", "work_packages", {"subject": "", "startDate": "soon", "_links": {**project, "assignee": nobody}})
    ask("POST", f"{where}/relations", {"type": "relates", "_links": {"to": {"href": f"/api/v3/{where}"}}})
    ask("POST", f"{where}/relations", {"type": "x", "_links": {"to": {"href": f"/api/v3/work_packages/{other['id']}"}}})
    ask("POST", f"{where}/watchers", {"user": nobody})
    ask("DELETE", f"{where}/watchers/987654")
    ask("POST", f"{where}/activities", {})
    ask("POST", f"{where}/attachments", files={"file": ("a.txt", b"a")})
    ask("POST", "users", {"login": "admin", "email": "x", "status": "active"})
    ask("DELETE", f"users/{active}/lock")
    ask("POST", "groups", {"name": ""})
    ask("POST", "projects", {"identifier": held["projects"][0]["identifier"], "name": "x"})
    ask("POST", "versions", {"name": "", "_links": {"definingProject": project["project"]}})
    ask("POST", "memberships", {"_links": {"principal": {"href": f"/api/v3/users/{me}"}, **project}})
    ask("POST", "time_entries", {"hours": "PT1H", "spentOn": "2020-01-01", "_links": {**project, "user": nobody}})
    made.openproject.faults(
        {"do": "status", "status": 429, "method": "POST", "times": 1},
        {"do": "status", "status": 500, "method": "GET", "times": 1},
    )
    ask("POST", "work_packages/form", {})
    ask("GET", where)


def _ask_jira_for_what_it_refuses(made: Sandbox, edition: str) -> None:
    cloud = edition == "cloud"
    api = f"{made.jira.url}/rest/api/{3 if cloud else 2}"
    session = requests.Session()
    token = made.running.jira["token"]
    if cloud:
        session.auth = (made.running.jira["user"], token)
    else:
        session.headers["Authorization"] = f"Bearer {token}"

    def ask(method: str, path: str, body: Any = None) -> None:
        session.request(method, f"{api}/{path}", json=body, timeout=60)

    for path in ("issue/NO-1", "project/NO", "user?username=nobody&accountId=nobody", "filter/987"):
        ask("GET", path)
    for part in ("comment", "worklog", "watchers", "changelog") if cloud else ("comment", "worklog", "watchers"):
        ask("GET", f"issue/NO-1/{part}")
    ask("POST", "search/jql" if cloud else "search", {"jql": "nothing = here", "maxResults": 1})
    ask("POST", "search/jql" if cloud else "search", {"jql": "project = NO", "maxResults": 1})
    ask("GET", "project/NO/role")
    ask("GET", "project/NO/versions")
    requests.get(f"{api}/myself", headers={"Authorization": "Bearer wrong"}, timeout=60)
    requests.get(f"{api}/project/NO", timeout=60)
    if cloud:
        session.auth = (str(session.auth[0]).replace("admin", "reader"), token.replace("admin", "reader"))
    else:
        session.headers["Authorization"] = f"Bearer {token.replace('admin', 'reader')}"
        ask("POST", "search", {"jql": "", "startAt": 10_000, "maxResults": 1})
    for path in ("screens", "group/member?groupname=x", "issuesecurityschemes"):
        ask("GET", path)  # what is for administrators
    if edition == "server":
        return  # it has no limits
    requests.post(f"{made.jira.url}/_sandbox/behaviour", json={"burst": 1}, timeout=60).raise_for_status()
    for path in ("myself", "field", "priority", "issue/NO-1"):
        for _ in range(3):
            ask("GET", path)
    for _ in range(3):
        ask("POST", "search/jql" if cloud else "search", {"jql": "project = NO", "maxResults": 1})
