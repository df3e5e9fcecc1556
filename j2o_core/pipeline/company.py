"""Which rules across items a tested record breaks, in the company that its test gives it."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional, Sequence

from ..mapping.across import COUNT, EXISTS, UNIQUE, AcrossRule
from ..mapping.compiled import EntityMapping
from ..snapshot.facts import Broken, Fact
from ..snapshot.rows import fold
from .records import Sourced
from .saying import fact_of


def broken_in(
    mapping: EntityMapping,
    tested: Sourced,
    beside: Optional[Sequence[Sourced]],
    refs: Mapping[str, frozenset[str]],
) -> Iterator[Broken]:
    """The rules that ``tested`` breaks; the records ``beside`` it (None: the test gives none) were there before.

    Without company nothing is counted and nobody has a value already. What exists is as for references: everything,
    but of an entity in ``refs`` these names alone.
    """
    own = fact_of(mapping, tested, "")
    others = [(one, fact_of(mapping, one, "")) for one in beside or ()]
    failures = dict(own.failures)
    for rule in mapping.across:
        said = _said(own, rule)
        if rule.name in failures:
            yield Broken(tested.record.origin.id, rule.name, failures[rule.name], failed=True)
        elif rule.spec.kind == EXISTS:
            yield from _nameless(tested, rule, said, refs)
        elif beside is not None and rule.spec.kind == UNIQUE:
            yield from _shared(tested, rule, said, others)
        elif beside is not None and rule.spec.kind == COUNT:
            yield from _counted(tested, rule, said, [value for _, fact in others for value in _said(fact, rule)])


def _said(fact: Fact, rule: AcrossRule) -> list[str]:
    return [value for name, value in fact.values if name == rule.name]


def _nameless(
    tested: Sourced, rule: AcrossRule, said: Sequence[str], refs: Mapping[str, frozenset[str]]
) -> Iterator[Broken]:
    known = refs.get(rule.spec.within or "")
    if known is None:
        return
    missing = sorted(set(said) - {fold(name) for name in known})
    if missing:
        yield Broken(tested.record.origin.id, rule.name, missing[0])


def _shared(
    tested: Sourced, rule: AcrossRule, said: Sequence[str], others: Sequence[tuple[Sourced, Fact]]
) -> Iterator[Broken]:
    for value in said:
        sharing = [one for one, fact in others if value in _said(fact, rule)]
        if sharing:
            yield Broken(tested.record.origin.id, rule.name, value, len(sharing) + 1, sharing[0].record.key)


def _counted(tested: Sourced, rule: AcrossRule, said: Sequence[str], others: Sequence[str]) -> Iterator[Broken]:
    groups = [*said] if said or rule.value is not None or others else [""]
    for value in groups:
        count = said.count(value) + others.count(value)
        if not ((rule.spec.min or 0) <= count and (rule.spec.max is None or count <= rule.spec.max)):
            yield Broken(tested.record.origin.id, rule.name, value, count)
