"""Taking up a plan that waits in the ledger: never one that does not hold any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ..engine.resolve import Resolver
from ..ledger import plans, runs
from ..ledger.items import Items
from ..ledger.runs import RunState
from ..ledger.store import Ledger
from ..model.outcome import Fatal, Outcome
from ..snapshot.store import Snapshot
from .extract import read_before
from .plan_document import PlanFile
from .recorded import snapshot_path
from .standing import standing
from .wiring import Wiring

#: the word of ``RunState.asked`` for the plan, by the digest of its effects, that a run was begun with
CARRIES_OUT = "carries_out"


def take_up(plan: PlanFile, wiring: Wiring, ledger: Ledger, target: int, unfinished: Optional[RunState]) -> RunState:
    """The run that carries a plan out, at the stage of writing; one that was begun with this very plan goes on.

    Raises ``Fatal`` (exit 5) where the plan is stale.
    """
    spec = wiring.spec
    if plan.spec_digest != spec.digest:
        other = plan.environment != (spec.environment or "")
        what = f"made for the environment '{plan.environment or 'none'}'" if other else "made for another spec"
        raise _stale(plan, f"it was {what}: the spec, or a file that it takes in, is not as it was then")
    if plan.source != wiring.source:
        raise _stale(plan, f"it was made for the source '{plan.source}', and this is '{wiring.source}'")
    if plan.target != wiring.target:
        raise _stale(plan, f"it was made for the target {plan.target}, and this is {wiring.target}")
    if unfinished is not None and unfinished.id == plan.run and unfinished.asked.get(CARRIES_OUT) == plan.effects:
        return unfinished  # it was stopped in the middle: what it has written makes nothing stale
    with ledger.engine.connect() as connection:
        found = plans.waiting(connection, target, wiring.source, plan.run)
        after = plans.last_written(connection, target, wiring.source)
    if unfinished is not None and unfinished.id == plan.run:
        found = unfinished
    elif unfinished is not None:
        raise _stale(plan, f"run {unfinished.id} has begun and is not finished: `j2o resume {unfinished.id}` first")
    if found is None:
        raise _stale(plan, "it was carried out, or another plan or run has taken its place, or it is of another ledger")
    if plan.after != after:
        raise _stale(plan, f"run {after} has written since")
    changed = [name for name, digest in plan.mappings.items() if wiring.mappings[name].digest != digest]
    if changed:
        raise _stale(plan, f"tables, steps or plugins changed, so that {', '.join(changed)} would be mapped otherwise")
    _holds(plan, wiring, ledger, target)
    if plans.digest(ledger.engine, plan.run) != plan.effects:
        raise _stale(plan, "the ledger holds another plan under this id")
    stage = found.stage if found.stage in (runs.APPLY, runs.VERIFY) else runs.APPLY
    return replace(found, stage=stage, resumed=found.stage == stage)


def _holds(plan: PlanFile, wiring: Wiring, ledger: Ledger, target: int) -> None:
    """Refuse where the source was read again since, or somebody changed on the target what the plan touches."""
    snapshot = Snapshot(snapshot_path(wiring.home, wiring.source, wiring.source_identity), wiring.source)
    try:
        read = str(read_before(wiring.spec, snapshot))
        if (snapshot.generation, read) != (plan.generation, plan.read):
            raise _stale(
                plan, f"the source was read again since (generation {snapshot.generation}, not {plan.generation})"
            )
        items = Items(ledger.engine, target, wiring.source)
        resolver = Resolver(items, lambda entity, alias: snapshot.resolve(entity, [alias]))
        try:
            for loader in wiring.loaders.values():
                loader.prepare()
            now = standing(wiring, items, resolver, plan.run)
        except Fatal:
            raise
        except Outcome as outcome:
            raise Fatal(f"the target cannot be read: {outcome.message}", exit_code=3) from outcome
        if now != plan.standing:
            raise _stale(plan, "somebody changed on the target what it touches")
    finally:
        snapshot.close()


def _stale(plan: PlanFile, reason: str) -> Fatal:
    message = f"the plan of run {plan.run} is stale: {reason}. Nothing was written; plan again: `j2o plan SPEC -o FILE`"
    return Fatal(message, exit_code=5, code="J2O-P030")
