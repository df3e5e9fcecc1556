"""The changelog of one issue, oldest first."""

from __future__ import annotations

import random
from typing import Any, List, Optional, Sequence, Tuple

from j2o_sandbox.generate import lists
from j2o_sandbox.generate.activity import remote_link_changes
from j2o_sandbox.generate.scheme import status_of
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Json, Person, PersonId

FIRST_ID, STRIDE = 500_000, 256
_PATHS = {
    lists.TODO: (),
    lists.PROGRESS: (lists.PROGRESS,),
    lists.REVIEW: (lists.PROGRESS, lists.REVIEW),
    lists.BLOCKED: (lists.PROGRESS, lists.BLOCKED),
    lists.DONE: (lists.PROGRESS, lists.REVIEW, lists.DONE),
    lists.WONT: (lists.WONT,),
}


def draw_history(
    rng: random.Random, world: World, position: int, fields: Json, people: Sequence[str], heavy: bool
) -> List[Json]:
    """Changes that lead to the issue's present state; more than 40 where ``heavy``.

    ``fieldId`` is absent on links, and ``author`` is missing on a few entries.
    """
    changes = _changes(rng, world, position, fields, heavy)
    created, updated = world.outline.created[position], world.outline.updated[position]
    step = max(1, (updated - created) // (len(changes) + 1))
    found: List[Json] = []
    for number, items in enumerate(changes):
        entry: Json = {
            "id": str(FIRST_ID + position * STRIDE + number),
            "author": Person(people[rng.randrange(len(people))]),
            "created": world.time(created + (number + 1) * step),
            "items": items,
        }
        if rng.random() < 0.02:
            del entry["author"]
        found.append(entry)
    return found


def with_remote_links(world: World, position: int, histories: List[Json], links: Sequence[Json]) -> List[Json]:
    """The history with what it tells of remote links, as its last entry."""
    items = remote_link_changes(links)
    if not items:
        return histories
    entry = {
        "id": str(FIRST_ID + position * STRIDE + len(histories)),
        "author": Person(world.members[world.outline.project[position]][0]),
        "created": world.time(world.outline.updated[position]),
        "items": items,
    }
    return [*histories, entry]


def _changes(rng: random.Random, world: World, position: int, fields: Json, heavy: bool) -> List[List[Json]]:
    changes: List[List[Json]] = []
    if world.outline.keys[position] in world.moved_from:
        former = world.moved_from[world.outline.keys[position]]
        project = fields["project"]
        changes.append(
            [
                _item("Key", None, None, former, None, world.outline.keys[position]),
                _item("project", "project", None, former.rsplit("-", 1)[0], project["id"], project["name"]),
            ]
        )
    if rng.random() < 0.3:
        changes.append([_item("summary", "summary", None, "Draft", None, fields["summary"])])
    if rng.random() < 0.2:
        changes.append([_item("description", "description", None, "", None, "See the text.")])
    if fields["assignee"] is not None:
        user = world.users[fields["assignee"].name]
        changes.append([_item("assignee", "assignee", None, None, PersonId(user.name), user.display_name)])
    for link in fields["issuelinks"][:2]:
        end = link.get("outwardIssue") or link.get("inwardIssue")
        changes.append([_item("Link", None, None, None, end["key"], f"This issue relates to {end['key']}")])
    for attachment in fields["attachment"][:3]:
        changes.append([_item("Attachment", "attachment", None, None, attachment["id"], attachment["filename"])])
    before = lists.TODO
    for status in _PATHS[world.outline.status[position]]:
        items = [_status_item(world, position, before, status)]
        if status >= lists.DONE and fields["resolution"]:
            name = fields["resolution"]["name"]
            items.append(_item("resolution", "resolution", None, None, fields["resolution"]["id"], name))
        changes.append(items)
        before = status
    if heavy:
        changes[1:1] = [[_item("Rank", lists.RANK, "", "", "", "Ranked higher", "custom")] for _ in range(45)]
    return changes


def _status_item(world: World, position: int, before: int, after: int) -> Json:
    project = world.projects[world.outline.project[position]]
    old, new = status_of(project, before), status_of(project, after)
    return _item("status", "status", old["id"], old["name"], new["id"], new["name"])


def _item(
    field: str,
    field_id: Optional[str],
    old: Any,
    old_text: Optional[str],
    new: Any,
    new_text: Optional[str],
    kind: str = "jira",
) -> Json:
    entries: List[Tuple[str, Any]] = [("field", field), ("fieldtype", kind)]
    if field_id is not None:
        entries.append(("fieldId", field_id))
    entries += [("from", old), ("fromString", old_text), ("to", new), ("toString", new_text)]
    return dict(entries)
