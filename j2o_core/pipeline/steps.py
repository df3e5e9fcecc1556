"""The order of a run: which entity is written in which step. Steps are barriers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

from ..hooks.protocols import Loader
from ..model.effect import Phase
from ..model.outcome import Fatal

WRITE, CLEAR, PLACE, LATE, RESTORE, FINISH = "write", "clear", "place", "late", "restore", "finish"


@dataclass(frozen=True)
class Step:
    """One barrier of a run.

    ``write``: items as planned; ``clear``: what filled numbers is removed; ``place``: parents that came later than
    their children; ``late``: text that named what came later, in this run or since an earlier one; ``restore``: what
    children disturbed; ``finish``: what closes items to later runs.
    """

    number: int
    phase: Phase
    entity: str
    kind: str


def order_entities(refers_to: Mapping[str, frozenset[str]]) -> list[str]:
    """Entities so that each comes after those it refers to; the given order decides among equals.

    Raises ``Fatal`` (exit 2) where entities refer to each other in a circle.
    """
    ordered: list[str] = []
    waiting = list(refers_to)
    while waiting:
        ready = [name for name in waiting if not (refers_to[name] - set(ordered) - {name}) & set(refers_to)]
        if not ready:
            raise Fatal(f"these entities refer to each other in a circle: {', '.join(sorted(waiting))}", exit_code=2)
        ordered.append(ready[0])
        waiting.remove(ready[0])
    return ordered


def abreast(steps: Sequence[Step], refers_to: Mapping[str, frozenset[str]]) -> list[list[Step]]:
    """The steps in groups that are carried out side by side: who watches and who worked when wait for nobody."""
    groups: list[list[Step]] = []
    for step in steps:
        group = groups[-1] if groups else []
        joins = all(
            other.phase is step.phase is Phase.ATTENDANCE
            and not {step.entity, other.entity} & (refers_to[step.entity] | refers_to[other.entity])
            for other in group
        )
        if group and joins:
            group.append(step)
        else:
            groups.append([step])
    return groups


def plan_steps(entities: Sequence[str], loaders: Mapping[str, Loader]) -> list[Step]:
    """All steps of a run over these entities (already ordered), numbered from 0."""
    steps: list[tuple[Phase, str, str]] = []
    for phase in Phase:
        mine = [name for name in entities if loaders[name].phase is phase]
        if phase is Phase.SHAPE:
            shaped = [name for name in entities if loaders[name].parent_field]
            steps.extend((phase, name, PLACE) for name in shaped if loaders[name].can_number)
            files = [name for name in mine if loaders[name].claimed_by]
            steps.extend((phase, name, WRITE) for name in files)  # texts name them
            steps.extend((phase, name, LATE) for name in shaped)
            steps.extend((phase, name, WRITE) for name in mine if name not in files)
            steps.extend((phase, name, RESTORE) for name in shaped if loaders[name].restored_fields)
        elif phase is Phase.FINISH:
            # The other way round: what closes a project would keep its versions from being closed.
            steps.extend((phase, name, FINISH) for name in reversed(entities) if loaders[name].finish_fields)
        else:
            for name in mine:
                steps.append((phase, name, WRITE))
                if loaders[name].can_number:
                    steps.append((phase, name, CLEAR))
                if loaders[name].rewrites_texts and not loaders[name].parent_field:
                    steps.append((phase, name, LATE))
    return [Step(number, phase, entity, kind) for number, (phase, entity, kind) in enumerate(steps)]
