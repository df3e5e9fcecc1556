"""The whole comparison, over what was read of both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Collection, Mapping, Optional, Sequence

from .around import Around, people_in
from .finding import Comparison
from .issues import Issues
from .keys import Keys
from .left_out import LeftOut
from .people import People
from .set_up import compare_set_up
from .structure import Structure
from .target import Target
from .views import Views

Json = Mapping[str, Any]

_USER = "atlassian-user-role-actor"


@dataclass(frozen=True)
class Source:
    """What was read of Jira: its state, and what only its API tells.

    ``roles`` are actors by role and project key; ``digests``, ``remote_links`` and ``voters`` go by id. ``views`` are
    rows of ``boards``, ``sprints``, ``filters`` and ``dashboards``, ``set_up`` names by kind.
    """

    state: Json
    roles: Mapping[str, Mapping[str, list[Json]]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    remote_links: Mapping[str, list[Json]] = field(default_factory=dict)
    voters: Mapping[str, list[Json]] = field(default_factory=dict)
    views: Mapping[str, list[Json]] = field(default_factory=dict)
    set_up: Mapping[str, list[str]] = field(default_factory=dict)


def compare(
    source: Source,
    target: Target,
    left_out: LeftOut,
    history: bool = True,
    only: Optional[Collection[str]] = None,
    finished: bool = False,
    redirects: Optional[Sequence[Json]] = None,
) -> Comparison:
    """Find everything of the source on the target or among what was left out.

    ``history``: changes were to be migrated; ``only`` some issues, by id; ``finished``: what ends a migration was done,
    versions closed and people locked; ``redirects`` are rows of the table of old and new addresses.
    """
    result = Comparison()
    state = source.state
    issues = {str(issue["id"]): issue for issue in state["issues"]}
    people = People(
        _people(state, source.roles), target.users, target.before, target.state.get("placeholder_users", ())
    )
    structure = Structure(result, target, left_out, people, finished)
    structure.users([person for person in state["users"] if not _is_nobody(person)])
    structure.without_account(_at_work(state["issues"], people))
    structure.groups(state["groups"])
    for project in state["projects"]:
        structure.project(project)
        if not project.get("archived"):
            structure.members(project, source.roles.get(str(project["key"]), {}))
            for version in project.get("versions") or ():
                structure.version(project, version)
    epic_link = _field_of(state["fields"], "gh-epic-link")
    parent_link = _field_of(state["fields"], "jpo-custom-field-parent")
    of_issues = Issues(result, target, left_out, people, state["fields"])
    around = Around(result, target, left_out, people, issues, source.digests)
    watchers: dict[str, list[Json]] = {}
    for watcher in state["watchers"]:
        watchers.setdefault(str(watcher["issue"]), []).append(watcher)
    for issue in (one for id, one in issues.items() if only is None or id in only):
        held = of_issues.compare(issue)
        if held is None:
            continue
        around.parent(issue, held, epic_link, parent_link)
        around.comments(issue, held)
        around.worklogs(_with_all_worklogs(issue, state), held)
        around.files(issue, held)
        around.links(issue, held)
        around.watchers(issue, held, watchers.get(str(issue["key"]), []))
        around.votes(issue, held, list(source.voters.get(str(issue["id"]), [])))
        around.remote_links(issue, held, list(source.remote_links.get(str(issue["id"]), [])))
        if history:
            around.history(issue, held)
    keys, projects = Keys(result, target, left_out, redirects), {str(one["key"]): one for one in state["projects"]}
    for project in state["projects"]:
        keys.project(project)
    for issue in issues.values():
        keys.issue(issue, projects[str(issue["key"]).rpartition("-")[0]])
    views = Views(result, target, left_out, issues, state["projects"], finished)
    for board in source.views.get("boards", ()):
        views.board(board)
    for sprint in source.views.get("sprints", ()):
        views.sprint(sprint)
    for saved in source.views.get("filters", ()):
        views.saved_filter(saved)
    for dashboard in source.views.get("dashboards", ()):
        views.dashboard(dashboard)
    compare_set_up(result, left_out, source.set_up)
    return result


def _people(state: Json, roles: Mapping[str, Mapping[str, list[Json]]]) -> list[Json]:
    known: dict[str, Json] = {}
    for person in [*people_in(state["issues"]), *state["users"]]:
        known[People.identity(person)] = person
    aliases = {person.get(name) for person in known.values() for name in ("name", "key", "accountId")}
    actors = [actor for one in roles.values() for rows in one.values() for actor in rows]
    nowhere_else = [
        one for one in actors if one.get("type") == _USER and "actorUser" not in one and one["name"] not in aliases
    ]
    return [*known.values(), *({one["name"]: one for one in nowhere_else}.values())]


def _at_work(issues: list[Json], people: People) -> list[Json]:
    """Whom an issue is assigned to: who has a role alone has nothing to do yet."""
    assigned = [issue["fields"]["assignee"] for issue in issues if issue["fields"].get("assignee")]
    return list({people.identity(person): person for person in assigned}.values())


def _is_nobody(person: Json) -> bool:
    return person.get("accountId") == "unknown"


def _field_of(definitions: list[Json], custom: str) -> Optional[str]:
    for one in definitions:
        if str((one.get("schema") or {}).get("custom") or "").endswith(f":{custom}"):
            return str(one["id"])
    return None


def _with_all_worklogs(issue: Json, state: Json) -> Json:
    """Issues embed the first 20 worklogs alone; the state lists all of them."""
    page = issue["fields"].get("worklog") or {}
    if int(page.get("total") or 0) <= len(page.get("worklogs") or ()):
        return issue
    everything = [log for log in state["worklogs"] if log["issue"] == issue["key"]]
    return {**issue, "fields": {**issue["fields"], "worklog": {**page, "worklogs": everything}}}
