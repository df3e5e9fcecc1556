"""What people did on one issue: comments, worklogs, attachments, watchers, remote links."""

from __future__ import annotations

import random
from typing import List, Sequence, Tuple

from j2o_sandbox.generate import prose, words
from j2o_sandbox.generate.people import DELETED
from j2o_sandbox.generate.world import World
from j2o_sandbox.jira.model import Json, Person

COMMENTS, WORKLOGS, ATTACHMENTS, REMOTE_LINKS = 100_000, 50_000, 20_000, 10_000
COMMENT_STRIDE, WORKLOG_STRIDE, ATTACHMENT_STRIDE = 64, 64, 16


def heavy(position: int) -> bool:
    """Whether this issue has more comments, worklogs and history than a page holds."""
    return position % 997 == 5


def draw_comments(
    rng: random.Random, world: World, position: int, people: Sequence[str], near: Sequence[str]
) -> Tuple[List[Json], int]:
    """Comments by time, and how many more are counted than returned."""
    outline = world.outline
    count = 23 if heavy(position) else int(rng.random() ** 2 * 10) + (1 if position in (6, 9) else 0)
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


def draw_worklogs(rng: random.Random, world: World, position: int, people: Sequence[str]) -> List[Json]:
    """Worklogs by time; 26 on heavy issues."""
    outline = world.outline
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


def draw_attachments(rng: random.Random, world: World, position: int, everyone: Sequence[str]) -> List[Json]:
    """Attachment metadata: double, blank-ish and non-ASCII names, one empty file."""
    outline = world.outline
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
                "created": world.time(min(outline.updated[position], outline.created[position] + 120 * (number + 1))),
                "size": size,
                "mimeType": mime,
            }
        )
    return found


def draw_watchers(
    rng: random.Random, world: World, position: int, people: Sequence[str], everyone: Sequence[str]
) -> List[str]:
    """Logins of watchers; every eleventh issue is watched by people who are inactive."""
    found = {people[rng.randrange(len(people))] for _ in range(rng.randrange(4))}
    if position % 11 == 3:
        found.update(name for name in everyone[:12] if not world.users[name].active)
    return sorted(found)


def draw_remote_links(rng: random.Random, world: World, position: int) -> List[Json]:
    """Links to pages outside Jira, on every tenth issue: of a wiki, of another Jira, and typed in by people."""
    if rng.random() > 0.1:
        return []
    number = REMOTE_LINKS + position * 4
    wiki = {
        "id": number,
        "globalId": f"appId=5e3c&pageId={number}",
        "application": {"type": "com.atlassian.confluence", "name": "Team wiki"},
        "relationship": "mentioned in",
        "object": _object(f"https://wiki.example.com/pages/{number}", "Meeting notes"),
    }
    other = {
        "id": number + 1,
        "globalId": f"appId=77aa&issueId={number}",
        "application": {"type": "com.atlassian.jira", "name": "Partner's Jira"},
        "relationship": "blocks",
        "object": _object(f"https://partner.example.com/browse/PRT-{position}", f"PRT-{position}", "Deliver it", True),
    }
    typed = {
        "id": number + 2,
        "application": {},
        "object": _object(f"https://www.example.org/a?b={number}&c=[x]", f"Page [{position}] *new*"),
    }
    return [[wiki], [wiki, other], [typed]][position % 3]


def remote_link_changes(links: Sequence[Json]) -> List[Json]:
    """What the history says of links that people made; of those that another system made it says nothing."""
    made = [link for link in links if link["id"] % 5]
    return [
        {
            "field": "RemoteIssueLink",
            "fieldtype": "jira",
            "from": None,
            "fromString": None,
            "to": str(link["id"]),
            "toString": f'This issue links to "{link["object"]["title"]} ({_system(link)})"',
        }
        for link in made
    ]


def _system(link: Json) -> str:
    return str(link["application"].get("name", "Web Link"))


def _object(url: str, title: str, summary: str = "", resolved: bool = False) -> Json:
    return {
        "url": url,
        "title": title,
        "summary": summary,
        "icon": {"url16x16": "https://wiki.example.com/favicon.png", "title": "Page"},
        "status": {"resolved": resolved, "icon": {}},
    }


def pretty_duration(seconds: int) -> str:
    """Seconds as Jira writes them with eight-hour days: ``1d 2h 30m``."""
    minutes, rest = seconds // 60, []
    for unit, size in (("d", 480), ("h", 60), ("m", 1)):
        amount, minutes = divmod(minutes, size)
        if amount:
            rest.append(f"{amount}{unit}")
    return " ".join(rest) or "0m"
