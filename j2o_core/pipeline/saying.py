"""What one record says to the rules across items of its entity."""

from __future__ import annotations

from ..expressions.errors import ExpressionFailed
from ..mapping.across import EXISTS
from ..mapping.compiled import EntityMapping
from ..snapshot.facts import Fact
from ..snapshot.rows import fold
from .records import Sourced


def fact_of(mapping: EntityMapping, sourced: Sourced, digest: str) -> Fact:
    """What one record says to the rules of its entity; nothing where the mapping leaves it out."""
    record = sourced.record
    mapped = mapping.apply(record, sourced.source)
    if mapped.skip is not None or (mapped.fail is not None and not mapped.stops):
        return Fact(record.origin.id, digest)
    scope = mapping.scope(record, sourced.source, mapped.payload)
    values: list[tuple[str, str]] = []
    failures: list[tuple[str, str]] = []
    for rule in mapping.across:
        try:
            said = rule.values(scope)
        except ExpressionFailed as error:
            failures.append((rule.name, str(error)))
            continue
        values.extend((rule.name, fold(value) if rule.spec.kind == EXISTS else value) for value in said)
    return Fact(record.origin.id, digest, tuple(values), tuple(failures))
