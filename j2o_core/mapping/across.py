"""Rules that look at all items of an entity together: what each item says to them, and how a broken one reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from ..expressions.compiled import Compiled
from ..expressions.empty import is_empty
from ..expressions.errors import ExpressionFailed
from ..expressions.paths import ROOTS
from ..model.digest import digest
from ..model.payload import Ref, to_json
from ..model.problem import Place
from ..spec.model import AcrossSpec
from ..spec.suggestion import nearest
from . import codes
from .compiler import Compiler

UNIQUE, EXISTS, COUNT = "unique", "exists", "count"
#: what a message may name beside the item
_NAMES = {UNIQUE: ("value", "count", "first"), EXISTS: ("value",), COUNT: ("value", "count")}
#: the longest value that is kept whole, in characters
_WHOLE = 400


@dataclass(frozen=True)
class AcrossRule:
    """A compiled rule across items. ``digest`` changes whenever an item could say something else to it."""

    spec: AcrossSpec
    digest: str
    value: Optional[Compiled]
    when: Optional[Compiled]
    message: Compiled

    @property
    def name(self) -> str:
        """The rule's name in the spec."""
        return self.spec.name

    @property
    def place(self) -> Optional[Place]:
        """Where the rule stands."""
        return self.spec.place

    def values(self, scope: Mapping[str, Any]) -> list[str]:
        """What an item says to the rule, as texts that are equal where the values are; nothing: it has no part in it.

        Raises ``ExpressionFailed``.
        """
        if self.when is not None and not self.when.evaluate(scope):
            return []
        if self.value is None:
            return [""]
        made = self.value.evaluate(scope)
        parts = made if self.spec.kind == EXISTS and isinstance(made, (list, tuple)) else [made]
        return [_text(part) for part in parts if not is_empty(part)]

    def tell(self, scope: Mapping[str, Any], value: str, count: int = 0, first: str = "") -> str:
        """The message, with the rule's name before it; ``scope`` is the item's, for a ``count`` that of any item of the
        group, empty where the group has none.

        What must exist is found whatever its case, and told as the item writes it; what must be unique and what a group
        has in common are told as they are, so that a message can take a list apart.
        """
        if self.spec.kind == EXISTS:
            value = next((text for text in self.values(scope) if text.casefold() == value), value)
        given: dict[str, Any] = {"value": value, "count": count, "first": first}
        names = {name: given[name] for name in _NAMES[self.spec.kind]}
        try:
            if self.spec.kind != EXISTS and self.value is not None and scope:
                made = self.value.evaluate(scope)
                if isinstance(made, (list, tuple)):
                    names["value"] = [_text(item) for item in made]
            return f"{self.name}: {self.message.evaluate({**scope, **names})}"
        except ExpressionFailed as error:
            return f"{self.name}: the rule is broken ({value}), and its message cannot be made: {error}"


def compile_across(specs: Iterable[AcrossSpec], compiler: Compiler) -> tuple[AcrossRule, ...]:
    """The rules that could be compiled, in order; the problems of the others are with the compiler."""
    return tuple(_compiled(specs, compiler))


def _compiled(specs: Iterable[AcrossSpec], compiler: Compiler) -> Iterator[AcrossRule]:
    for spec in specs:
        _check_bounds(spec, compiler)
        _check_entity(spec, compiler)
        where = f"{spec.path}.{spec.kind}"
        names = _NAMES[spec.kind]
        seen: Sequence[str] = names if spec.kind == COUNT else (*ROOTS, *names)
        places = compiler.spec.values
        value = when = None
        inner = "" if spec.kind == UNIQUE else ".per" if spec.kind == COUNT else ".value"
        if spec.value is not None:
            at = f"{where}{inner}"
            value = compiler.condition(spec.value, ROOTS, places.get(at, spec.place), at)
        if spec.when is not None:
            at = f"{where}.when"
            when = compiler.condition(spec.when, ROOTS, places.get(at, spec.place), at)
        at = f"{spec.path}.message"
        message = compiler.value(spec.message, seen, places.get(at, spec.place), at)
        if message is not None and (value or spec.value is None) and (when or spec.when is None):
            form = digest([spec.name, spec.kind, spec.value, spec.when])
            yield AcrossRule(spec, form, value, when, message)


def _check_bounds(spec: AcrossSpec, compiler: Compiler) -> None:
    if spec.kind != COUNT:
        return
    where = f"{spec.path}.count"
    if spec.min is None and spec.max is None:
        compiler.report(codes.BAD_RULE, f"rule {spec.name} counts and bounds nothing", spec.place, where, "min or max")
    elif spec.min is not None and spec.max is not None and spec.min > spec.max:
        message = f"rule {spec.name}: at least {spec.min} and at most {spec.max} cannot both be"
        compiler.report(codes.BAD_RULE, message, spec.place, where, "a min that is not above max")


def _check_entity(spec: AcrossSpec, compiler: Compiler) -> None:
    if spec.within is None or spec.within in compiler.spec.entities:
        return
    where = f"{spec.path}.exists.in"
    message = f"rule {spec.name}: unknown entity '{spec.within}'"
    place = compiler.spec.values.get(where, spec.place)
    guess = nearest(spec.within, compiler.spec.entities)
    compiler.report(codes.UNKNOWN_ENTITY, message, place, where, ", ".join(compiler.spec.entities), guess)


def _text(value: Any) -> str:
    if isinstance(value, Ref):
        value = value.aliases[0] if value.aliases else value.label
    text = value if isinstance(value, str) else json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)
    if len(text) <= _WHOLE:
        return text
    return f"{text[:80]}… ({hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()})"


def _plain(value: Any) -> Any:
    """A reference counts as the item that it means, however it is written."""
    if isinstance(value, Ref):
        return f"{value.entity} {value.aliases[0] if value.aliases else value.label}"
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return to_json(value)
