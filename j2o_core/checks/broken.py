"""What to tell of an item that breaks rules across items."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from ..mapping.codes import ITEM_SKIPPED, NOT_EVALUATED, RULE_BROKEN
from ..mapping.compiled import EntityMapping
from ..mapping.rules import SKIP, STOP, WARN
from ..model.payload import FAIL
from ..model.problem import ERROR, WARNING, Problem
from ..snapshot.facts import Broken


def told_of(
    mapping: EntityMapping, scope: Mapping[str, Any], broken: Iterable[Broken]
) -> Iterator[tuple[Problem, str]]:
    """Of each rule that the item with this scope breaks the problem, and what the rule says to do (``on_fail``)."""
    rules = {rule.name: rule for rule in mapping.across}
    for one in broken:
        rule = rules[one.rule]
        place, path, on_fail = rule.place, rule.spec.path, rule.spec.on_fail
        if one.failed:
            text = f"rule {rule.name}: {one.value}"
            yield Problem(NOT_EVALUATED, text, ERROR, place, path), STOP if on_fail == STOP else FAIL
        else:
            text = rule.tell(scope, one.value, one.count, one.first)
            code = ITEM_SKIPPED if on_fail == SKIP else RULE_BROKEN
            yield Problem(code, text, WARNING if on_fail in (SKIP, WARN) else ERROR, place, path), on_fail
