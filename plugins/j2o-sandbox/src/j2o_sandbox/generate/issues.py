"""One issue in full, drawn from the seed and its position alone."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any, Callable, List, Optional, Sequence, Tuple

from j2o_sandbox.generate import lists, prose, words
from j2o_sandbox.generate.clock import jira_date
from j2o_sandbox.generate.custom_values import custom_values
from j2o_sandbox.generate.history import draw_history
from j2o_sandbox.generate.people import DELETED
from j2o_sandbox.generate.scheme import project_of, status_of, type_of
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Issue, Json, Person

COMMENTS, WORKLOGS, ATTACHMENTS, HISTORIES, REMOTE_LINKS = 100_000, 50_000, 20_000, 500_000, 10_000
COMMENT_STRIDE, WORKLOG_STRIDE, ATTACHMENT_STRIDE = 64, 64, 16


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
        attachments = self._attachments(rng, position, everyone)
        comments, withheld = self._comments(rng, position, people, near)
        worklogs = self._worklogs(rng, position, people)
        fields = self._fields(rng, position, people, everyone, near, attachments, worklogs)
        watchers = self._watchers(rng, position, people, everyone)
        voters = [people[rng.randrange(len(people))]] if rng.random() < 0.15 else []
        fields["watches"] = {"watchCount": len(watchers), "isWatching": "admin" in watchers}
        fields["votes"] = {"votes": len(voters), "hasVoted": "admin" in voters}
        return Issue(
            row=world.rows[position],
            fields=fields,
            comments=comments,
            comments_withheld=withheld,
            worklogs=worklogs,
            worklogs_withheld=1 if position % 101 == 12 else 0,
            histories=draw_history(self._rng(position, 2), world, position, fields, people, heavy(position)),
            watchers=watchers,
            voters=voters,
            remote_links=self._remote_links(rng, position),
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
        files = [entry["filename"] for entry in attachments]
        fields: Json = {
            **head,
            "project": project_of(project),
            "resolution": lists.RESOLUTIONS[_resolution(rng, outline.status[position])] if done else None,
            "resolutiondate": world.time(resolved) if resolved else None,
            "reporter": Person(reporter) if rng.random() > 0.01 else None,
            "creator": Person(reporter if rng.random() > 0.1 else people[0]),
            "assignee": Person(people[rng.randrange(len(people))]) if rng.random() < 0.75 else None,
            "created": world.time(created),
            "updated": world.time(updated),
            "lastViewed": None,
            "duedate": jira_date(created + 86400 * (3 + rng.randrange(60))) if rng.random() < 0.3 else None,
            "description": (
                prose.description(rng, position, people, world.names, near, files) if rng.random() > 0.06 else None
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
        if outline.parent[position] is not None:
            fields["parent"] = self.stub(outline.parent[position])
        elif world.cloud and outline.epic[position] is not None:
            fields["parent"] = self.stub(outline.epic[position])
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

    def _comments(
        self, rng: random.Random, position: int, people: Sequence[str], near: Sequence[str]
    ) -> Tuple[List[Json], int]:
        world, outline = self.world, self.world.outline
        count = 23 if heavy(position) else int(rng.random() ** 2 * 9) + (1 if position in (6, 9) else 0)
        created, updated = outline.created[position], outline.updated[position]
        moments = sorted(created + 60 + rng.randrange(max(1, updated - created - 60)) for _ in range(count))
        found: List[Json] = []
        for number, moment in enumerate(moments):
            if number and rng.random() < 0.05:
                moment = moments[number] = moments[number - 1]  # two comments within one second
            author = Person(people[rng.randrange(len(people))])
            draw = rng.random()
            if draw < 0.02:
                author = Person(DELETED[number % 2])
            entry: Json = {
                "id": str(COMMENTS + position * COMMENT_STRIDE + number),
                "author": author,
                "body": prose.comment(rng, position * 3 + number, people, world.names, near),
                "updateAuthor": author,
                "created": world.time(moment),
                "updated": world.time(moment if rng.random() < 0.9 else min(updated, moment + 600)),
            }
            if 0.02 <= draw < 0.03:
                del entry["author"], entry["updateAuthor"]  # written by nobody who is known
            if (position == 9 and number == 0) or 0.03 <= draw < 0.035:
                del entry["body"]
            if (position == 6 and number == 0) or 0.04 <= draw < 0.07:
                kind, value = ("role", "Administrators") if number % 2 == 0 else ("group", "jira-administrators")
                entry["visibility"] = {"type": kind, "value": value}
            found.append(entry)
        withheld = 2 if position == 8 else int(rng.random() < 0.04)
        return found, withheld

    def _worklogs(self, rng: random.Random, position: int, people: Sequence[str]) -> List[Json]:
        world, outline = self.world, self.world.outline
        count = 26 if heavy(position) else 1 + rng.randrange(4) if rng.random() < 0.3 else 0
        created, updated = outline.created[position], outline.updated[position]
        found: List[Json] = []
        for number in range(count):
            seconds = 60 * (1 + rng.randrange(16) * 15)
            started = created + (number + 1) * max(60, (updated - created) // (count + 1))
            author = Person(people[rng.randrange(len(people))])
            entry: Json = {
                "id": str(WORKLOGS + position * WORKLOG_STRIDE + number),
                "issueId": str(outline.ids[position]),
                "author": author,
                "updateAuthor": author,
                "created": world.time(started + 60),
                "updated": world.time(started + 60),
                "started": world.time(started),
                "timeSpentSeconds": seconds,
                "timeSpent": pretty_duration(seconds),
            }
            if rng.random() < 0.7:
                entry["comment"] = prose.comment(rng, position + number, people, world.names, ())
            if rng.random() < 0.03:
                entry["visibility"] = {"type": "group", "value": "jira-administrators"}
            found.append(entry)
        return found

    def _attachments(self, rng: random.Random, position: int, everyone: Sequence[str]) -> List[Json]:
        world, outline = self.world, self.world.outline
        count = len(words.ATTACHMENTS) if position == 10 else int(rng.random() ** 3 * 5)
        first = 0 if position == 10 else rng.randrange(len(words.ATTACHMENTS))
        found: List[Json] = []
        for number in range(count):
            name, mime = words.ATTACHMENTS[(first + number) % len(words.ATTACHMENTS)]
            size = 0 if name == "empty.bin" else 40 + int(rng.random() ** 4 * 60_000)
            found.append(
                {
                    "id": str(ATTACHMENTS + position * ATTACHMENT_STRIDE + number),
                    "filename": name,
                    "author": Person(everyone[rng.randrange(len(everyone))]),
                    "created": world.time(
                        min(outline.updated[position], outline.created[position] + 120 * (number + 1))
                    ),
                    "size": size,
                    "mimeType": mime,
                }
            )
        return found

    def _watchers(self, rng: random.Random, position: int, people: Sequence[str], everyone: Sequence[str]) -> List[str]:
        found = {people[rng.randrange(len(people))] for _ in range(rng.randrange(4))}
        if position % 11 == 3:
            found.update(name for name in everyone[:12] if not self.world.users[name].active)
        return sorted(found)

    def _remote_links(self, rng: random.Random, position: int) -> List[Json]:
        if rng.random() > 0.1:
            return []
        number = REMOTE_LINKS + position * 4
        return [
            {
                "id": number,
                "globalId": f"system=https://wiki.example.com&id={number}",
                "application": {"type": "com.atlassian.confluence", "name": "Team wiki"},
                "relationship": "mentioned in",
                "object": {
                    "url": f"https://wiki.example.com/pages/{number}",
                    "title": "Meeting notes",
                    "summary": "",
                    "icon": {},
                    "status": {"resolved": False, "icon": {}},
                },
            }
        ]


def heavy(position: int) -> bool:
    """Whether this issue has more comments, worklogs and history than a page holds."""
    return position % 997 == 5


def pretty_duration(seconds: int) -> str:
    """Seconds as Jira writes them with eight-hour days: ``1d 2h 30m``."""
    minutes, rest = seconds // 60, []
    for unit, size in (("d", 480), ("h", 60), ("m", 1)):
        amount, minutes = divmod(minutes, size)
        if amount:
            rest.append(f"{amount}{unit}")
    return " ".join(rest) or "0m"


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
