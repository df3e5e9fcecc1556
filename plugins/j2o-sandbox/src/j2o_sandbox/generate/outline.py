"""The outline of every issue, drawn in one cheap pass: enough for indexes, hierarchy and links.

Everything else about an issue is drawn later, from the seed and its position alone, so that a tracker of any size
answers at once and the same seed always gives the same bytes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence, Tuple

from j2o_sandbox.generate import lists

FIRST_DAY = 1_614_585_600  # 2021-03-01T08:00:00Z
LAST_DAY = 1_780_272_000  # 2026-06-01T00:00:00Z
ABSENT_PROJECT = "LEGACY"


@dataclass
class Outline:
    """Columns by position, positions being in order of creation.

    ``links`` lists per position (link id, link type, other position or the key of an absent issue, outward).
    """

    keys: List[str] = field(default_factory=list)
    ids: List[int] = field(default_factory=list)
    project: List[int] = field(default_factory=list)
    number: List[int] = field(default_factory=list)
    type_id: List[str] = field(default_factory=list)
    status: List[int] = field(default_factory=list)
    parent: List[Optional[int]] = field(default_factory=list)
    epic: List[Optional[int]] = field(default_factory=list)
    subtasks: Dict[int, List[int]] = field(default_factory=dict)
    created: List[int] = field(default_factory=list)
    updated: List[int] = field(default_factory=list)
    level: List[Optional[str]] = field(default_factory=list)
    links: Dict[int, List[Tuple[int, int, object, bool]]] = field(default_factory=dict)
    moved: Dict[str, str] = field(default_factory=dict)

    def root(self, position: int) -> int:
        """The top of the tree this issue stands in."""
        above = self.parent[position] if self.parent[position] is not None else self.epic[position]
        return position if above is None else self.root(above)


def draw_outline(seed: int, project_keys: Sequence[str], issues: int) -> Outline:
    """Draw the whole structure; about five microseconds an issue."""
    rng = random.Random(f"outline/{seed}")
    outline = Outline()
    numbers = [0] * len(project_keys)
    epics: List[List[int]] = [[] for _ in project_keys]
    hosts: List[List[int]] = [[] for _ in project_keys]
    step = max(1, (LAST_DAY - FIRST_DAY - 120 * 86400) // max(1, issues))
    for position in range(issues):
        project = position if position < len(project_keys) else _weighted(rng, len(project_keys))
        numbers[project] += 1
        if rng.random() < 0.03:
            numbers[project] += 1  # a deleted issue leaves a gap
        outline.project.append(project)
        outline.number.append(numbers[project])
        outline.keys.append(f"{project_keys[project]}-{numbers[project]}")
        _draw_place(rng, outline, position, project, epics[project], hosts[project])
        created = FIRST_DAY + position * step + rng.randrange(step)
        outline.created.append(created)
        outline.updated.append(min(LAST_DAY, created + 3600 + int(rng.random() ** 2 * 110 * 86400)))
        outline.status.append(_draw_status(rng, position / max(1, issues)))
        outline.level.append(_draw_level(rng, outline, position))
    _draw_ids(rng, outline, issues)
    _draw_links(rng, outline, issues)
    _draw_moves(rng, outline, project_keys, numbers)
    return outline


def _weighted(rng: random.Random, count: int) -> int:
    return min(int(rng.random() ** 1.6 * count), count - 1)


def _draw_place(
    rng: random.Random, outline: Outline, position: int, project: int, epics: List[int], hosts: List[int]
) -> None:
    draw = rng.random()
    epic: Optional[int] = None
    parent: Optional[int] = None
    if not epics or draw < 0.07:
        type_id = lists.EPIC
        epics.append(position)
    elif draw < 0.22 and hosts:
        type_id = lists.SUBTASK
        parent = hosts[-1 - rng.randrange(min(8, len(hosts)))]
        outline.subtasks.setdefault(parent, []).append(position)
    else:
        type_id = (lists.STORY, lists.TASK, lists.BUG, lists.BUG, lists.IMPROVEMENT)[rng.randrange(5)]
        hosts.append(position)
        if rng.random() < 0.6:
            epic = epics[-1 - rng.randrange(min(4, len(epics)))]
    outline.type_id.append(type_id)
    outline.parent.append(parent)
    outline.epic.append(epic)


def _draw_status(rng: random.Random, age: float) -> int:
    if rng.random() > age * 0.7:
        return lists.WONT if rng.random() < 0.1 else lists.DONE
    return (lists.TODO, lists.TODO, lists.PROGRESS, lists.PROGRESS, lists.REVIEW, lists.BLOCKED)[rng.randrange(6)]


def _draw_level(rng: random.Random, outline: Outline, position: int) -> Optional[str]:
    draw = rng.random()
    parent = outline.parent[position]
    if parent is not None:
        return outline.level[parent]  # Jira: a sub-task has its parent's level
    if outline.type_id[position] == lists.EPIC:
        return None
    if draw < 0.01 or (position > 16 and lists.VISIBLE_LEVEL not in outline.level):
        return lists.VISIBLE_LEVEL
    if draw > 0.995 or (position > 22 and lists.HIDDEN_LEVEL not in outline.level):
        return lists.HIDDEN_LEVEL
    return None


def _draw_ids(rng: random.Random, outline: Outline, issues: int) -> None:
    """Ids grow with time, but issues that were moved or imported stand far from the order of their keys."""
    ids = [10000 + 3 * position for position in range(issues)]
    for _ in range(issues // 12):
        first, second = rng.randrange(issues), rng.randrange(issues)
        ids[first], ids[second] = ids[second], ids[first]
    outline.ids = ids


def _draw_links(rng: random.Random, outline: Outline, issues: int) -> None:
    """Links without cycles: directed ones go from older to newer issues that are neither epics nor sub-tasks."""
    middle = [p for p in range(issues) if outline.type_id[p] not in (lists.EPIC, lists.SUBTASK)]
    link_id = 30000
    for _ in range(issues // 3):
        link_id += 1
        kind = (lists.RELATES, lists.RELATES, lists.BLOCKS, lists.DUPLICATE, lists.CLONERS, lists.CAUSES, lists.GANTT)[
            rng.randrange(7)
        ]
        if len(middle) < 2:
            return
        near = rng.randrange(len(middle))
        far = near + 1 + rng.randrange(20)
        if far >= len(middle):
            continue
        source, target = middle[near], middle[far]
        if kind == lists.RELATES and rng.random() < 0.3:
            target = rng.randrange(issues)
            if outline.root(source) == outline.root(target):
                continue
        _link(outline, link_id, kind, source, target)
        if rng.random() < 0.1:
            link_id += 1
            _link(outline, link_id, lists.RELATES, source, target)  # a second link of the same pair
    for number in range(1, 2 + issues // 60):
        link_id += 1
        position = middle[rng.randrange(len(middle))] if middle else 0
        absent = f"{ABSENT_PROJECT}-{number * 7}"
        outline.links.setdefault(position, []).append((link_id, lists.RELATES, absent, number % 2 == 0))


def _link(outline: Outline, link_id: int, kind: int, source: int, target: int) -> None:
    outline.links.setdefault(source, []).append((link_id, kind, target, True))
    outline.links.setdefault(target, []).append((link_id, kind, source, False))


def _draw_moves(rng: random.Random, outline: Outline, project_keys: Sequence[str], numbers: List[int]) -> None:
    """Some issues came from another project: their old keys still lead to them."""
    issues = len(outline.keys)
    for place in range(1, 1 + issues // 40):
        position = rng.randrange(issues)
        other = (outline.project[position] + 1) % len(project_keys)
        if other != outline.project[position]:
            outline.moved[f"{project_keys[other]}-{numbers[other] + place}"] = outline.keys[position]
