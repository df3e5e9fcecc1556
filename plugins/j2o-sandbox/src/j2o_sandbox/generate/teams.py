"""Projects with their people, versions, components, boards and sprints."""

from __future__ import annotations

import random
from typing import Dict, List, Mapping, Sequence, Tuple

from j2o_sandbox.generate import lists
from j2o_sandbox.generate.clock import jira_time
from j2o_sandbox.generate.outline import ABSENT_PROJECT, FIRST_DAY
from j2o_sandbox.generate.people import ADMINISTRATOR, READER
from j2o_sandbox.generate.scheme import own_id
from j2o_sandbox.generate.words import COMPONENTS, GOALS, PROJECTS
from j2o_sandbox.jira.model import Board, Json, Project, RoleActor, Sprint, User

DAY = 86400


def generate_projects(seed: int, count: int, users: Mapping[str, User], cloud: bool) -> Tuple[Project, ...]:
    """``count`` living projects and one archived project. On Cloud every second one is team-managed."""
    projects = [_project(seed, number, users, cloud) for number in range(count)]
    archived = Project("10999", ABSENT_PROJECT, "Legacy tracker", "Read only since 2020.", ADMINISTRATOR, archived=True)
    return (*projects, archived)


def project_name(number: int) -> Tuple[str, str, str]:
    """Key, name and description of the project with this number."""
    if number < len(PROJECTS):
        return PROJECTS[number]
    key, name, description = PROJECTS[number % len(PROJECTS)]
    turn = number // len(PROJECTS) + 1
    return f"{key}{turn}", f"{name} {turn}", description


def members(project: int, users: Mapping[str, User]) -> List[str]:
    """Logins that belong to a project through its roles; inactive ones included, the reader never."""
    people = [user for user in users.values() if user.listed and user.name != READER and user.account_type != "app"]
    return [user.name for place, user in enumerate(people) if place == 0 or (place + project) % 4 or place < 10]


def generate_agile(count: int, cloud: bool) -> Tuple[Tuple[Board, ...], Tuple[Sprint, ...]]:
    """A scrum board per project with eight sprints, and a kanban board over all projects."""
    boards: List[Board] = []
    sprints: List[Sprint] = []
    for number in range(count):
        key, name, _ = project_name(number)
        boards.append(Board(number + 1, f"{name} board", "scrum", key, str(10400 + number)))
        for place in range(8):
            sprints.append(_sprint(number, place, key, cloud))
    keys = [project_name(number)[0] for number in range(max(count, 1))]
    boards.append(Board(count + 1, "Everything on fire", "kanban", keys[0], str(10400 + count), tuple(keys[1:])))
    return tuple(boards), tuple(sprints)


def _sprint(number: int, place: int, key: str, cloud: bool) -> Sprint:
    start = FIRST_DAY + place * 200 * DAY
    state = "closed" if place < 6 else "active" if place == 6 else "future"
    name = f"{key} sprint {place + 1}" if place % 4 != 1 else f"{key} [fix, polish] a=b, part {place + 1}"
    dated = state != "future"
    return Sprint(
        1000 + number * 8 + place,
        number + 1,
        name,
        state,
        jira_time(start, 0) if dated else None,
        jira_time(start + 14 * DAY, 0) if dated else None,
        jira_time(start + 14 * DAY + 5400, 0) if state == "closed" else None,
        GOALS[place % len(GOALS)],
    )


def _project(seed: int, number: int, users: Mapping[str, User], cloud: bool) -> Project:
    rng = random.Random(f"project/{seed}/{number}")
    key, name, description = project_name(number)
    team = cloud and number % 2 == 1
    people = members(number, users)
    active = [login for login in people if users[login].active]
    types = [entry["id"] for entry in lists.ISSUE_TYPES]
    return Project(
        id=str(10000 + number),
        key=key,
        name=name,
        description=description,
        lead=active[rng.randrange(len(active))],
        url=f"https://wiki.example.com/{key.lower()}",
        category={"id": "10500", "name": "Product", "description": ""} if number % 2 == 0 else None,
        versions=_versions(number),
        components=_components(number, active),
        issue_type_ids=tuple(_own(number, sorted(set(lists.TEAM_TYPES.values()))) if team else types),
        status_ids=tuple(_own(number, lists.TEAM_STATUSES) if team else [entry["id"] for entry in lists.STATUSES]),
        roles=_roles(number, people),
        team_managed=team,
        former_keys=(f"{key}OLD",) if number == 0 else (),
    )


def _own(number: int, ids: Sequence[str]) -> List[str]:
    return [own_id(number, id) for id in ids]


def _versions(number: int) -> Tuple[Json, ...]:
    found: List[Json] = []
    for place, name in enumerate(("1.0", "1.1", "2.0", "2.1 (LTS)", "Next", "Backlog")):
        version: Json = {
            "id": str(11000 + number * 10 + place), "name": name, "archived": place == 0, "released": place < 3,
            "projectId": 10000 + number,
        }  # fmt: skip
        if place != 5:
            version["description"] = f"Release {name}"
        if place < 4:
            version["startDate"] = jira_time(FIRST_DAY + place * 300 * DAY, 0)[:10]
            version["releaseDate"] = jira_time(FIRST_DAY + (place * 300 + 250) * DAY, 0)[:10]
        found.append(version)
    return tuple(found)


def _components(number: int, active: List[str]) -> Tuple[Json, ...]:
    found: List[Json] = []
    for place in range(5):
        name = COMPONENTS[(number * 3 + place) % len(COMPONENTS)]
        component: Json = {"id": str(12000 + number * 10 + place), "name": name, "assigneeType": "PROJECT_DEFAULT"}
        if place % 2 == 0:
            component["description"] = f"All about {name.lower()}"
            component["lead"] = active[place % len(active)]
        found.append(component)
    return tuple(found)


def _roles(number: int, people: List[str]) -> Dict[int, Tuple[RoleActor, ...]]:
    base = 13000 + number * 5000
    administrators = (
        RoleActor(base, "atlassian-user-role-actor", people[number % 3]),
        RoleActor(base + 1, "atlassian-group-role-actor", "jira-administrators"),
    )
    developers = [RoleActor(base + 2, "atlassian-group-role-actor", "developers")]
    developers += [
        RoleActor(base + 3 + place, "atlassian-user-role-actor", login) for place, login in enumerate(people)
    ]
    users = (RoleActor(base + 4999, "atlassian-group-role-actor", "support team"),)
    return {10002: administrators, 10100: tuple(developers), 10101: users}
