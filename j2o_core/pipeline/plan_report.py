"""From a plan in the ledger to its report: causes ranked, each with the line of the spec and what to do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Mapping, Optional, Sequence

from ..checks.findings import Finding, Findings
from ..ledger.queries import Queries
from ..model.error_class import error_class
from ..model.problem import Problem
from ..reference.error_codes import fixes
from ..report.causes import next_step, rank
from ..report.plan import PlanReport
from .planning import PlanView
from .server_check import ServerChecked


def report_of(
    view: PlanView, effects: Optional[Sequence[Mapping[str, Any]]] = None, server: Optional[ServerChecked] = None
) -> PlanReport:
    """All that there is to say of a plan."""
    queries = Queries(view.ledger.engine)
    known = fixes(view.wiring.plugins)
    told = Findings()
    for row in queries.problems(view.state.id):
        if row["stage"] in ("extract", "plan") and row["severity"] != "error":
            told.add(_problem(row), keys=(str(row["key"]),) if row["key"] else ())
    places: dict[tuple[str, str], str] = {}
    for row in queries.problems(view.state.id):
        places.setdefault((row["code"], row["message"]), row["place"])
    return PlanReport(
        spec=view.wiring.spec.name,
        run=view.state.id,
        entities=view.counts,
        stops=[_row(finding, known) for finding in view.stops],
        causes=[
            {
                "outcome": cause.outcome,
                "code": cause.code,
                "entity": cause.entity,
                "message": cause.message,
                "count": cause.count,
                "keys": cause.keys,
                "place": cause.place,
                "next": _next(cause.code, known),
            }
            for cause in rank(queries, view.state.id)
        ],
        problems=[
            *(_row(finding, known) for finding in view.told),
            *(
                {**_row(finding, known), "place": places.get((finding.problem.code, finding.problem.message)) or ""}
                for finding in told.ranked()
            ),
        ],
        effects=effects,
        server=None if server is None else _server(server, known),
        under_way=view.under_way,
    )


def _server(server: ServerChecked, known: Mapping[str, str]) -> dict[str, Any]:
    return {
        "extent": server.extent,
        "entities": {name: asdict(one) for name, one in server.entities.items()},
        "findings": [_row(finding, known) for finding in server.findings],
    }


def _problem(row: Mapping[str, Any]) -> Problem:
    return Problem(row["code"], row["message"], row["severity"], entity=row["entity"], field=row["field"])


def _row(finding: Finding, known: Mapping[str, str]) -> dict[str, Any]:
    problem = finding.problem
    return {
        "severity": problem.severity,
        "code": problem.code,
        "entity": problem.entity,
        "field": problem.field,
        "message": problem.message,
        "count": finding.count,
        "keys": list(finding.examples),
        "place": str(problem.place or ""),
        "next": _next(problem.code, known),
    }


def _next(code: str, known: Mapping[str, str]) -> str:
    return next_step(code, error_class(code), known)
