"""Rules of an entity: what must hold of the source before mapping and of the payload after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping, Optional

from ..expressions.errors import ExpressionFailed
from ..expressions.paths import ROOTS, Path
from ..model.problem import Place
from ..spec.model import RuleSpec
from . import codes
from .compiler import Compiler
from .fields import SOURCE_ROOTS, FieldFailed, ItemLeftOut
from .scope import Scope

SOURCE, TARGET = "source", "target"
FIX, WARN, SKIP, STOP = "fix", "warn", "skip", "stop"


@dataclass(frozen=True)
class Rule:
    """A compiled rule."""

    name: str
    path: str
    place: Optional[Place]
    on: str
    holds: Callable[[Scope], Any]
    message: Callable[[Scope], Any]
    on_fail: str
    fix: Mapping[str, Callable[[Scope], Any]]
    reads: frozenset[Path]

    def check(self, scope: Scope) -> Optional[tuple[str, str]]:
        """Nothing where the rule holds; else (code, message) of a warning. A fix is written into ``scope["target"]``.

        Raises:
            FieldFailed: the item fails (with ``on_fail: stop``, the run): broken, not to be evaluated, or broken still
                after its fix.
            ItemLeftOut: the item is skipped.
        """
        try:
            if self.holds(scope):
                return None
            text = f"{self.name}: {self.message(scope)}"
            if self.on_fail == SKIP:
                raise ItemLeftOut(text)
            if self.on_fail == WARN:
                return codes.RULE_BROKEN, text
            if self.on_fail != FIX:
                raise FieldFailed(codes.RULE_BROKEN, text)
            # All values are made before any is written, so that a fix may exchange two fields.
            scope["target"].update({name: make(scope) for name, make in self.fix.items()})
            if not self.holds(scope):
                raise FieldFailed(codes.RULE_BROKEN, f"{text} (its fix did not help)")
            return codes.RULE_FIXED, text
        except ExpressionFailed as error:
            raise FieldFailed(codes.NOT_EVALUATED, f"rule {self.name}: {error}") from None


def compile_rules(specs: Iterable[RuleSpec], fields: Iterable[str], compiler: Compiler) -> list[Rule]:
    """The rules that could be compiled, in order; the problems of the others are with the compiler."""
    known = set(fields)
    made = []
    for spec in specs:
        rule = _rule(spec, known, compiler)
        if rule is not None:
            made.append(rule)
    return made


def _rule(spec: RuleSpec, fields: set[str], compiler: Compiler) -> Optional[Rule]:
    roots = ROOTS if spec.on == TARGET else SOURCE_ROOTS
    place, where = spec.place, spec.path
    if spec.on not in (SOURCE, TARGET):
        compiler.report(codes.BAD_RULE, f"a rule is on source or on target, not on '{spec.on}'", place, where)
        return None
    if (spec.on_fail == FIX) != bool(spec.fix):
        compiler.report(codes.BAD_RULE, f"rule {spec.name}: on_fail: fix and fix: go together", place, where)
    if spec.fix and spec.on != TARGET:
        compiler.report(
            codes.BAD_RULE, f"rule {spec.name} fixes fields before they are mapped", place, where, "on: target"
        )
    for name in spec.fix:
        if name not in fields and not name.startswith("cf:"):
            compiler.report(codes.BAD_RULE, f"rule {spec.name} fixes '{name}', which is not mapped", place, where)
    places = compiler.spec.values
    at = f"{where}.assert"
    holds = compiler.condition(spec.assertion, roots, places.get(at, place), at)
    at = f"{where}.message"
    message = compiler.value(spec.message, roots, places.get(at, place), at)
    fix = {name: compiler.value(value, roots, place, f"{where}.fix.{name}") for name, value in spec.fix.items()}
    if holds is None or message is None or None in fix.values():
        return None
    return Rule(
        name=spec.name,
        path=where,
        place=place,
        on=spec.on,
        holds=holds.evaluate,
        message=message.evaluate,
        on_fail=spec.on_fail,
        fix={name: value.evaluate for name, value in fix.items() if value is not None},
        reads=frozenset().union(*(value.reads for value in fix.values() if value is not None)),
    )
