"""Making the file of a plan: what the plan rests on, as it is now."""

from __future__ import annotations

from ..ledger import plans
from .extract import read_before
from .plan_document import PlanFile
from .planning import PlanView
from .standing import standing


def plan_file(view: PlanView) -> PlanFile:
    """The plan that ``view`` shows, with all that it rests on."""
    wiring, state, engine = view.wiring, view.state, view.ledger.engine
    with engine.connect() as connection:
        after = plans.last_written(connection, state.target, state.source)
    return PlanFile(
        run=state.id,
        spec=wiring.spec.name,
        spec_digest=wiring.spec.digest,
        environment=wiring.spec.environment or "",
        source=wiring.source,
        target=wiring.target,
        generation=view.snapshot.generation,
        read=str(read_before(wiring.spec, view.snapshot)),
        after=after,
        mappings={name: wiring.mappings[name].digest for name in wiring.entities},
        effects=plans.digest(engine, state.id),
        standing=standing(wiring, view.items, view.resolver, state.id),
    )
