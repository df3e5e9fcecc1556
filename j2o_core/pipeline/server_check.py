"""What the target itself says of planned effects before any is sent, where it has a way of being asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Iterator, Optional, Sequence

from ..checks.findings import Finding, Findings
from ..hooks.protocols import Loader
from ..ledger import plans
from ..ledger.effects import UPDATE, EffectRow
from ..model.effect import Effect, Found
from ..model.outcome import Fatal, ItemFailed, ItemSkipped, NotSent, Outcome, Retriable
from ..model.problem import ERROR, Problem
from .interrupt import Interrupted
from .options import Emit
from .plan_lines import resolved
from .planning import PlanView
from .standing import found_now

ALL, SAMPLE = "all", "sample"
#: how many effects of each entity and action a sample holds, evenly spread over them
SAMPLED = 25

REFUSED = "J2O-P031"


@dataclass
class Asked:
    """One entity. ``waiting``: they refer to what is not on the target yet; ``offered``: its loader can ask at all."""

    offered: bool = True
    planned: int = 0
    asked: int = 0
    refused: int = 0
    waiting: int = 0


@dataclass
class ServerChecked:
    """By entity how many effects the target was asked about, and what it said, by root cause."""

    extent: str
    entities: dict[str, Asked] = field(default_factory=dict)
    findings: Sequence[Finding] = ()


def ask_server(view: PlanView, extent: str, emit: Emit, entity: str = "") -> ServerChecked:
    """Ask about all planned effects, or about a sample. Raises ``Fatal`` (exit 3) where the target does not answer."""
    checked, findings = ServerChecked(extent), Findings()
    with ThreadPoolExecutor(max(1, view.wiring.spec.runtime.workers)) as pool:
        for name in [entity] if entity else view.wiring.entities:
            loader = view.wiring.loaders[name]
            counts = view.counts.get(name, {})
            asked = Asked(
                offered=type(loader).server_check is not Loader.server_check,
                planned=counts.get("create", 0) + counts.get("update", 0),
            )
            if not asked.planned:
                continue
            checked.entities[name] = asked
            if not asked.offered:
                continue
            emit({"event": "stage_started", "stage": "server check", "entity": name})
            for rows in _rows(view, name, extent):
                one = _Chunk(view, loader, rows)
                for problems in pool.map(one.ask, rows):
                    if problems is None:
                        asked.waiting += 1
                        continue
                    asked.asked += 1
                    asked.refused += any(problem.severity == ERROR for problem in problems)
                    for problem in problems:
                        findings.add(problem)
                emit({"event": "progress", "stage": "server check", "entity": name, "done": asked.asked, "total": None})
    checked.findings = tuple(findings.ranked())
    return checked


def _rows(view: PlanView, entity: str, extent: str) -> Iterator[Sequence[EffectRow]]:
    counts, seen = view.counts[entity], {"create": 0, "update": 0}
    for rows in plans.stream(view.ledger.engine, view.state.id, entity):
        chosen = []
        for row in rows:
            action = "update" if row.kind == UPDATE else "create"
            every = 1 if extent == ALL else max(1, -(-counts[action] // SAMPLED))
            if seen[action] % every == 0:
                chosen.append(row)
            seen[action] += 1
        if chosen:
            yield chosen


class _Chunk:
    def __init__(self, view: PlanView, loader: Loader, rows: Sequence[EffectRow]) -> None:
        self._view, self._loader = view, loader
        known = view.items.get(rows[0].entity, [row.origin for row in rows if row.kind == UPDATE])
        found = found_now(loader, list(known.values()))
        self._current = {origin: found.get(item.item) for origin, item in known.items()}

    def ask(self, row: EffectRow) -> Optional[Sequence[Problem]]:
        """What the target says of one effect; ``None``: it cannot be asked yet."""
        effect = resolved(self._view, row)
        current = self._current.get(row.origin)
        if effect is None or (row.kind == UPDATE and current is None):
            return None
        told = self._told(effect, current)
        return None if told is None else [self._placed(row, problem) for problem in told]

    def _told(self, effect: Effect, current: Optional[Found]) -> Optional[Sequence[Problem]]:
        try:
            return self._loader.server_check(effect, current)
        except (Fatal, Interrupted):
            raise
        except ItemSkipped:
            return []
        except ItemFailed as refusal:
            return [Problem(REFUSED, refusal.message, ERROR)]
        except (NotSent, Retriable) as outcome:
            raise Fatal(f"the target cannot be asked: {outcome.message}", exit_code=3) from outcome
        except Outcome as outcome:
            return [Problem(REFUSED, outcome.message, ERROR)]

    def _placed(self, row: EffectRow, problem: Problem) -> Problem:
        spec = self._view.wiring.spec.entities[row.entity]
        mapped = spec.map.get(problem.field)
        place = problem.place or (mapped.place if mapped is not None else spec.place)
        return replace(problem, entity=row.entity, key=row.key, place=place)
