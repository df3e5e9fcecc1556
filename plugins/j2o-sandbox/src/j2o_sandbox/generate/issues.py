"""One issue in full, drawn from the seed and its position alone."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any, Callable, List, Optional, Sequence

from j2o_sandbox.generate import lists, prose, words
from j2o_sandbox.generate.activity import (
    draw_attachments,
    draw_comments,
    draw_remote_links,
    draw_watchers,
    draw_worklogs,
    heavy,
    pretty_duration,
)
from j2o_sandbox.generate.clock import jira_date
from j2o_sandbox.generate.custom_values import custom_values
from j2o_sandbox.generate.history import draw_history, with_remote_links
from j2o_sandbox.generate.scheme import project_of, status_of, type_of
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Issue, Json, Person


class Draw:
    """Draws issues of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stub: Callable[[int], Json] = lru_cache(maxsize=4096)(self._stub)

    def issue(self, position: int) -> Issue:
        """The whole issue at this position."""
        world, outline = self.world, self.world.outline
        rng = self._rng(position, 1)
        number = outline.project[position]
        people = [name for name in world.members[number] if world.users[name].active]
        everyone = world.members[number]
        near = [world.rows[max(0, position - back)].key for back in (1, 2, 5)]
        attachments = draw_attachments(rng, world, position, everyone)
        comments, withheld = draw_comments(rng, world, position, people, near)
        worklogs = draw_worklogs(rng, world, position, people)
        fields = self._fields(rng, position, people, everyone, near, attachments, worklogs)
        watchers = draw_watchers(rng, world, position, people, everyone)
        voters = [people[rng.randrange(len(people))]] if rng.random() < 0.15 else []
        fields["watches"] = {"watchCount": len(watchers), "isWatching": "admin" in watchers}
        fields["votes"] = {"votes": len(voters), "hasVoted": "admin" in voters}
        remote_links = draw_remote_links(rng, world, position)
        histories = draw_history(self._rng(position, 2), world, position, fields, people, heavy(position))
        return Issue(
            row=world.rows[position],
            fields=fields,
            comments=comments,
            comments_withheld=withheld,
            worklogs=worklogs,
            worklogs_withheld=1 if position % 101 == 12 else 0,
            histories=with_remote_links(world, position, histories, remote_links),
            watchers=watchers,
            voters=voters,
            remote_links=remote_links,
        )

    def _rng(self, position: int, purpose: int) -> random.Random:
        return random.Random((self.world.seed << 48) ^ (position << 3) ^ purpose)

    def _stub(self, position: int) -> Json:
        """The other end of a link, as Jira embeds it."""
        outline = self.world.outline
        rng = self._rng(position, 0)
        text = prose.summary(rng, outline.type_id[position], position)
        return {
            "id": str(outline.ids[position]),
            "key": outline.keys[position],
            "fields": {
                "summary": text,
                "status": self._status(position),
                "priority": lists.PRIORITIES[(0, 1, 1, 2, 2, 2, 2, 3, 3, 4)[rng.randrange(10)]],
                "issuetype": self._type(position),
            },
        }

    def _type(self, position: int) -> Json:
        project = self.world.projects[self.world.outline.project[position]]
        return type_of(project, self.world.outline.type_id[position])

    def _status(self, position: int) -> Json:
        project = self.world.projects[self.world.outline.project[position]]
        return status_of(project, self.world.outline.status[position])

    def _fields(
        self,
        rng: random.Random,
        position: int,
        people: Sequence[str],
        everyone: Sequence[str],
        near: Sequence[str],
        attachments: List[Json],
        worklogs: List[Json],
    ) -> Json:
        world, outline = self.world, self.world.outline
        head = self.stub(position)["fields"]
        project = world.projects[outline.project[position]]
        created, updated = outline.created[position], outline.updated[position]
        done = outline.status[position] >= lists.DONE
        resolved = updated - 900 if done else None
        reporter = everyone[rng.randrange(len(everyone))]
        estimate = 1800 * (1 + rng.randrange(40)) if rng.random() < 0.5 else None
        spent = sum(entry["timeSpentSeconds"] for entry in worklogs) or None
        remaining = None if estimate is None else max(0, estimate - (spent or 0))
        versions = project.versions
        files = [(entry["filename"], entry["id"]) for entry in attachments]
        fields: Json = {
            **head,
            "project": project_of(project),
            "resolution": lists.RESOLUTIONS[_resolution(rng, outline.status[position])] if done else None,
            "resolutiondate": world.time(resolved) if resolved else None,
            "reporter": Person(reporter) if rng.random() > 0.01 else None,
            "creator": Person(reporter if rng.random() > 0.1 else people[0]),
            "assignee": _assignee(rng, people, everyone),
            "created": world.time(created),
            "updated": world.time(updated),
            "lastViewed": None,
            "duedate": jira_date(created + 86400 * (3 + rng.randrange(60))) if rng.random() < 0.3 else None,
            "description": (
                prose.description(rng, outline.type_id[position], position, people, world.names, near, files)
                if rng.random() > 0.06
                else None
            ),
            "environment": words.ENVIRONMENTS[rng.randrange(5)] if outline.type_id[position] == lists.BUG else None,
            "labels": sorted({words.LABELS[rng.randrange(8)] for _ in range(rng.randrange(3))}),
            "components": _some(rng, project.components, 2),
            "versions": _some(rng, versions[:3], 2) if outline.type_id[position] == lists.BUG else [],
            "fixVersions": _some(rng, versions[1:], 3),
            "security": _level(outline.level[position]),
            "subtasks": [self.stub(child) for child in outline.subtasks.get(position, ()) if self._shown(child)],
            "issuelinks": self._links(position),
            "attachment": attachments,
            **_times(estimate, remaining, spent),
        }
        fields.update(custom_values(rng, world, position, head["summary"], people, everyone))
        parent, epic = outline.parent[position], outline.epic[position]
        if parent is not None:
            fields["parent"] = self.stub(parent)
        elif world.cloud and epic is not None:
            fields["parent"] = self.stub(epic)
        return fields

    def _shown(self, position: int) -> bool:
        return self.world.outline.level[position] != lists.HIDDEN_LEVEL

    def _links(self, position: int) -> List[Json]:
        found: List[Json] = []
        for link_id, kind, other, outward in self.world.outline.links.get(position, ()):
            if isinstance(other, int):
                if not self._shown(other):
                    continue
                end = self.stub(other)
            else:
                end = {
                    "id": str(900 + int(str(other).rsplit("-", 1)[1])),
                    "key": other,
                    "fields": {
                        "summary": "From the old tracker",
                        "status": lists.STATUSES[lists.DONE],
                        "priority": lists.PRIORITIES[2],
                        "issuetype": lists.ISSUE_TYPES[2],
                    },
                }
            side = "outwardIssue" if outward else "inwardIssue"
            found.append({"id": str(link_id), "type": lists.LINK_TYPES[kind], side: end})
        return found


def _assignee(rng: random.Random, people: Sequence[str], everyone: Sequence[str]) -> Optional[Person]:
    """Somebody in three of four issues; now and then somebody who has left since."""
    draw = rng.random()
    if draw > 0.75:
        return None
    chosen = everyone if draw < 0.1 else people
    return Person(chosen[rng.randrange(len(chosen))])


def _resolution(rng: random.Random, status: int) -> int:
    if status == lists.WONT:
        return 1 + rng.randrange(3)
    return 0


def _some(rng: random.Random, entries: Sequence[Any], most: int) -> List[Any]:
    if not entries:
        return []
    chosen = {rng.randrange(len(entries)) for _ in range(rng.randrange(most + 1))}
    return [entries[place] for place in sorted(chosen)]


def _level(level: Optional[str]) -> Optional[Json]:
    if level is None:
        return None
    return next(entry for entry in lists.SECURITY_LEVELS if entry["id"] == level)


def _times(estimate: Optional[int], remaining: Optional[int], spent: Optional[int]) -> Json:
    tracking: Json = {}
    for name, value in (("originalEstimate", estimate), ("remainingEstimate", remaining), ("timeSpent", spent)):
        if value is not None:
            tracking[name] = pretty_duration(value)
            tracking[name + "Seconds"] = value
    total = (remaining or 0) + (spent or 0)
    progress: Json = {"progress": spent or 0, "total": total}
    if total:
        progress["percent"] = 100 * (spent or 0) // total
    return {
        "timeoriginalestimate": estimate,
        "timeestimate": remaining,
        "timespent": spent,
        "aggregatetimeoriginalestimate": estimate,
        "aggregatetimeestimate": remaining,
        "aggregatetimespent": spent,
        "timetracking": tracking,
        "progress": progress,
        "aggregateprogress": progress,
        "workratio": -1 if not estimate else 100 * (spent or 0) // estimate,
    }
