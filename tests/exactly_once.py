"""The judge of recovery: what both servers hold, never the ledger."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Iterable, Mapping

from .chaos.rounds.directory import Directory, people_in
from .chaos.rounds.values import Values
from .running import Ended, Sandbox

_MARK = re.compile(r"j2o-[A-Za-z0-9_-]+?-[acwr]?\d+")


def assert_exactly_once(made: Sandbox, ended: Ended) -> None:
    """Every item of the source stands on the target once, issues with their values, and the sums of the run add up."""
    held = made.openproject.state()
    source = made.jira.state("manifest", "watchers", "users", "issues", "fields")
    manifest = source["manifest"]
    for entity, counts in ended.entities.items():
        others = sum(counts[name] for name in ("created", "updated", "unchanged", "skipped", "failed", "left"))
        assert counts["source"] == others, (entity, counts)
    ours = next(user["id"] for user in held["users"] if user["login"] == "admin")
    # Server and Data Center: Jira's administrator has the login of OpenProject's and is taken for the same person.
    one_person = any(user.get("name") == "admin" for user in source["users"])
    # What nobody claimed the server removes by itself, three hours later.
    claimed = [row for row in held["attachments"] if _href(row, "container") != "None"]
    # OpenProject makes us watch whatever we create; of that only what Jira's administrator watches was wanted.
    unwanted = len(held["work_packages"])
    if one_person:
        written = {_key(row["description"]["raw"]) for row in held["work_packages"]}
        unwanted -= sum(row.get("name") == "admin" and row["issue"] in written for row in source["watchers"])
    ours_watched = [row for row in held["watchers"] if _href(row, "user") == f"/api/v3/users/{ours}"]
    assert len(ours_watched) == len(held["work_packages"])
    _once("users", (user["login"].lower() for user in held["users"]))
    _once("groups", (group["name"].lower() for group in held["groups"]))
    _once("projects", (project["identifier"] for project in held["projects"]))
    _once("versions", (f"{version['name']} {_href(version, 'definingProject')}" for version in held["versions"]))
    _once("memberships", (f"{_href(row, 'principal')} {_href(row, 'project')}" for row in held["memberships"]))
    _once("work_packages", (_mark(row["description"]["raw"], last=True) for row in held["work_packages"]))
    _once("comments", (_mark(row["comment"]["raw"]) for row in held["comments"]))
    _once("attachments", (_mark(row["description"]["raw"], last=True) for row in claimed))
    _once("time_entries", (_mark(row["comment"]["raw"], last=True) for row in held["time_entries"]))
    _once("relations", (" ".join(sorted((_href(row, "from"), _href(row, "to")))) for row in held["relations"]))
    _once("watchers", (f"{_href(row, 'user')} {_href(row, 'workPackage')}" for row in held["watchers"]))
    found = {
        "users": len(held["users"]) - (not one_person),
        "groups": len(held["groups"]),
        "projects": len(held["projects"]),
        "versions": len(held["versions"]),
        "work_packages": len(held["work_packages"]),
        "parents": sum(_href(row, "parent") != "None" for row in held["work_packages"]),
        "comments": len(held["comments"]),
        "attachments": len(claimed),
        "relations": len(held["relations"]),
        "watchers": len(held["watchers"]) - unwanted,
        "time_entries": len(held["time_entries"]),
    }
    differing = {name: (number, manifest[name]) for name, number in found.items() if number != manifest[name]}
    assert not differing, f"(held, wanted): {differing}"
    assert len(held["memberships"]) >= manifest["memberships"]
    _with_their_values(source, held)


def _with_their_values(source: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    directory = Directory([*source["users"], *people_in(source["issues"])])
    users = {str(row["id"]): directory.find(row["login"]) for row in held["users"]}
    values = Values(source["fields"], directory, users)
    rows = {_key(row["description"]["raw"]): row for row in held["work_packages"]}
    otherwise = {}
    for issue in source["issues"]:
        if issue["key"] in rows:
            wanted = values.wanted(issue)
            found = values.held(rows[issue["key"]], wanted)
            differing = {name: (found[name], wanted[name]) for name in wanted if found[name] != wanted[name]}
            otherwise.update({f"{issue['key']} {name}": pair for name, pair in differing.items()})
    assert not otherwise, f"(held, wanted): {otherwise}"


def _once(entity: str, names: Iterable[str]) -> None:
    twice = {name: count for name, count in Counter(names).items() if count > 1}
    assert not twice, f"{entity} that stand more than once: {twice}"


def _mark(text: str, last: bool = False) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    found = _MARK.findall(lines[-1] if last else lines[0]) if lines else []
    assert found, f"no origin mark in {text[:200]!r}"
    return found[-1]


def _key(text: str) -> str:
    return text.splitlines()[-1].partition("](")[0].lstrip("[")


def _href(row: dict[str, Any], name: str) -> str:
    return str((row["_links"].get(name) or {}).get("href"))
