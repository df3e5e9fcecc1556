"""The controls of a running Jira: its whole state for tests, and its settings."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.issue_shape import select
from j2o_sandbox.jira.model import Json
from j2o_sandbox.jira.wire import Answer, JiraError, to_json


def state(call: Call, requests: Mapping[str, int]) -> Answer:
    """``GET /_sandbox/state``: every kind as rows in the API's own form, the manifest, and the request counts.

    ``?only=issues,manifest`` gives some kinds alone, which matters for large data. Rows are what the administrator
    sees; hidden issues are left out.
    """
    only = set(call.request.words("only"))
    unknown = only - set(_KINDS) - {"requests", "manifest"}
    if unknown:
        known = ", ".join([*_KINDS, "requests", "manifest"])
        raise JiraError(400, f"unknown kind {sorted(unknown)[0]!r} in 'only'; known: {known}")
    return Answer(_write(call, only, requests), content_type="application/json")


def behave(call: Call) -> Answer:
    """``POST /_sandbox/behaviour``: change settings of the running installation."""
    try:
        changed = call.installation.behaviour.changed(call.request.json())
    except ValueError as error:
        raise JiraError(422, str(error)) from None
    call.installation.behave(changed)
    return Answer(dict(changed.__dict__))


def edit(call: Call) -> Answer:
    """``POST /_sandbox/issues``: delete, move, change or comment on issues while clients read."""
    try:
        return Answer({"touched": call.installation.edit(call.request.json())})
    except ValueError as error:
        raise JiraError(422, str(error)) from None


def _write(call: Call, only: set[str], requests: Mapping[str, int]) -> Iterator[bytes]:
    yield b'{"requests":' + to_json(dict(requests))
    if not only or "manifest" in only:
        yield b',"manifest":' + to_json(call.tracker.manifest()) if call.tracker.manifest() else b',"manifest":null'
    for kind, rows in _KINDS.items():
        if only and kind not in only:
            continue
        yield f',"{kind}":['.encode()
        first = True
        for row in rows(call):
            yield (b"" if first else b",") + to_json(row)
            first = False
        yield b"]"
    yield b"}"


def _issues(call: Call) -> Iterator[Json]:
    selection = select(["*all"], ["changelog"], "*all")
    for position in call.index.in_key_order:
        yield call.issues.issue(call.installation.issue(position), selection)


def _comments(call: Call) -> Iterator[Json]:
    for position in call.index.in_key_order:
        issue = call.installation.issue(position)
        for entry in issue.comments:
            yield {"issue": issue.row.key, **call.issues.comment(issue, entry)}


def _worklogs(call: Call) -> Iterator[Json]:
    for position in call.index.in_key_order:
        issue = call.installation.issue(position)
        for entry in issue.worklogs:
            yield {"issue": issue.row.key, **call.issues.worklog(entry, issue)}


def _attachments(call: Call) -> Iterator[Json]:
    for position in call.index.in_key_order:
        issue = call.installation.issue(position)
        for entry in issue.fields.get("attachment") or ():
            yield {"issue": issue.row.key, **call.issues.attachment(entry)}


def _watchers(call: Call) -> Iterator[Json]:
    for position in call.index.in_key_order:
        issue = call.installation.issue(position)
        for name in issue.watchers:
            yield {"issue": issue.row.key, **call.shapes.person(name)}


def _versions(call: Call) -> List[Json]:
    return [
        {"project": project.key, **call.shapes.entry("version", entry)}
        for project in call.tracker.projects
        for entry in project.versions
    ]


_KINDS: Dict[str, Callable[[Call], Any]] = {
    "projects": lambda call: [call.shapes.project(entry, [], full=True) for entry in call.tracker.projects],
    "users": lambda call: [call.shapes.user(user, groups=True) for user in call.tracker.users.values()],
    "groups": lambda call: [
        {**call.shapes.group(group), "members": [call.shapes.person(name) for name in group.members]}
        for group in call.tracker.groups
    ],
    "versions": _versions,
    "fields": lambda call: list(call.tracker.catalogue.fields),
    "issuetypes": lambda call: call.shapes.entries("issuetype", call.tracker.catalogue.issue_types),
    "statuses": lambda call: call.shapes.entries("status", call.tracker.catalogue.statuses),
    "issues": _issues,
    "comments": _comments,
    "worklogs": _worklogs,
    "attachments": _attachments,
    "watchers": _watchers,
}
