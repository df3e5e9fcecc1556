"""Values of the custom fields of one issue."""

from __future__ import annotations

import random
from typing import List, Sequence

from j2o_sandbox.generate import lists, words
from j2o_sandbox.generate.clock import jira_date
from j2o_sandbox.generate.richtext import RichText
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Json, Person, Sprint, SprintRef


def custom_values(
    rng: random.Random, world: World, position: int, summary: str, people: Sequence[str], everyone: Sequence[str]
) -> Json:
    """Every custom field of the issue, ``None`` where it is empty."""
    outline = world.outline
    project = world.projects[outline.project[position]]
    created = outline.created[position]
    epic = outline.epic[position]
    sprints = world.sprints[outline.project[position]]
    standard = outline.type_id[position] not in (lists.EPIC, lists.SUBTASK)
    is_epic = outline.type_id[position] == lists.EPIC
    area = lists.OPTIONS[lists.CATEGORY][rng.randrange(3)]
    values: Json = {
        lists.EPIC_LINK: outline.keys[epic] if epic is not None and not project.team_managed else None,
        lists.EPIC_NAME: summary if is_epic else None,
        lists.EPIC_STATUS: _choice(lists.EPIC_STATUS, position % 3) if is_epic else None,
        lists.SPRINT: _sprints(rng, sprints) if standard and rng.random() < 0.55 else None,
        lists.RANK: f"0|i{position:05x}:",
        lists.STORY_POINTS: float((1, 2, 3, 5, 8, 13)[rng.randrange(6)]) if standard and rng.random() < 0.5 else None,
        lists.SEVERITY: _choice(lists.SEVERITY, rng.randrange(4)) if rng.random() < 0.4 else None,
        lists.RISK: _choice(lists.RISK, rng.randrange(4)) if rng.random() < 0.2 else None,
        lists.PLATFORMS: _choices(rng, lists.PLATFORMS) if rng.random() < 0.3 else None,
        lists.ACCEPTANCE: _choices(rng, lists.ACCEPTANCE) if rng.random() < 0.2 else None,
        lists.CATEGORY: _cascade(rng, area) if rng.random() < 0.3 else None,
        lists.COST: round(rng.random() * 9000, 2) if rng.random() < 0.2 else None,
        lists.START_DATE: jira_date(created + 86400) if rng.random() < 0.25 else None,
        lists.CUSTOMER: ("Kaufhaus Süd", "Nordic Foods AB", "Müller & Söhne", "山本商店")[position % 4]
        if rng.random() < 0.2
        else None,
        lists.NOTES: RichText((("paragraph", [words.SENTENCES[position % 16]]),), world.names)
        if rng.random() < 0.15
        else None,
        lists.LINK: f"https://wiki.example.com/spec/{position}" if rng.random() < 0.15 else None,
        lists.REVIEWER: Person(people[rng.randrange(len(people))]) if rng.random() < 0.25 else None,
        lists.TESTERS: [Person(everyone[place]) for place in range(1, 3)] if rng.random() < 0.12 else None,
        lists.TAGS: ["v2", "pilot"][: 1 + position % 2] if rng.random() < 0.2 else None,
        lists.FOUND_IN: project.versions[position % 3] if rng.random() < 0.15 else None,
        lists.DEPLOYED: world.time(outline.updated[position]) if rng.random() < 0.1 else None,
        lists.ACCOUNT: {"id": 7, "key": "ACC-7", "name": "Key accounts"} if rng.random() < 0.1 else None,
        lists.DEVELOPMENT: "{}",
        lists.OWNERS: {"name": "developers"} if rng.random() < 0.08 else None,
    }
    return values


def _sprints(rng: random.Random, sprints: Sequence[Sprint]) -> List[SprintRef]:
    last = rng.randrange(8)
    chosen = sprints[max(0, last - rng.randrange(3)) : last + 1]
    return [SprintRef(sprint.id) for sprint in chosen]


def _choice(field: str, place: int) -> Json:
    option = lists.OPTIONS[field][place]
    return {"id": option["id"], "value": option["value"], "disabled": False}


def _choices(rng: random.Random, field: str) -> List[Json]:
    first = rng.randrange(4)
    return [_choice(field, place) for place in range(first, min(4, first + 2))]


def _cascade(rng: random.Random, area: Json) -> Json:
    value: Json = {"id": area["id"], "value": area["value"], "disabled": False}
    children = area.get("children")
    if children:
        child = children[rng.randrange(len(children))]
        value["child"] = {"id": child["id"], "value": child["value"], "disabled": False}
    return value
