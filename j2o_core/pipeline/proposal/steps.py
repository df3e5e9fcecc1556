"""How a value of one kind gets into a field of another: the form of a line in `map`, or why there is none."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional

from ...expressions.names import fold
from ...hooks.protocols import SourceField, TargetField
from ...hooks.protocols import surveys as kinds

#: what takes the text of anything
_TEXTS = (kinds.TEXT, kinds.RICH_TEXT)
_MOST_SHOWN = 5

#: the steps after which a value is text, or a list of texts
_AS_TEXT: Mapping[str, tuple[Any, ...]] = {
    kinds.TEXT: (),
    kinds.ADDRESS: (),
    kinds.RICH_TEXT: ("rich_text",),
    kinds.NUMBER: ("number",),
    kinds.BOOLEAN: ("text",),
    kinds.DATE: ("date",),
    kinds.TIME: ("datetime",),
    kinds.CHOICE: ("option",),
    kinds.CASCADE: ("option",),
    kinds.LABELS: ("labels",),
    kinds.PERSON: ("user",),
    kinds.GROUP: ("group",),
    kinds.VERSION: ("version",),
    kinds.PROJECT: ("project",),
    kinds.ITEM: ("epic",),
    kinds.SPRINT: ("sprint", {"get": "name"}),
    kinds.NAMED: ("option",),
    kinds.OTHER: ("json",),
}
#: kinds whose texts may be options of a choice
_WORDS = (kinds.CHOICE, kinds.LABELS, kinds.NAMED, kinds.TEXT, kinds.SPRINT, kinds.VERSION, kinds.PROJECT, kinds.GROUP)
#: the entity that a reference of this kind leads to
_ENTITIES = {kinds.PERSON: "users", kinds.GROUP: "groups", kinds.VERSION: "versions"}
#: (source kind, target kind): steps
_STEPS: Mapping[tuple[str, str], tuple[Any, ...]] = {
    (kinds.NUMBER, kinds.NUMBER): ("number",),
    (kinds.BOOLEAN, kinds.BOOLEAN): ("boolean",),
    (kinds.CHOICE, kinds.BOOLEAN): ("boolean",),
    (kinds.DATE, kinds.DATE): ("date",),
    (kinds.TIME, kinds.DATE): ("date",),
    (kinds.CASCADE, kinds.CASCADE): ("option",),
    (kinds.CASCADE, kinds.CHOICE): ("option",),
    (kinds.CHOICE, kinds.CASCADE): ("option",),
    (kinds.ADDRESS, kinds.ADDRESS): ("url",),
}


class Form(NamedTuple):
    """What stands behind a target field in ``map``, without its ``from``; ``loss`` is what will not fit, in words."""

    options: Mapping[str, Any]
    loss: str = ""


def form_of(source: SourceField, target: TargetField, entities: Mapping[str, Any]) -> Optional[Form]:
    """How the value gets in; ``None`` where the target's field holds things of another kind.

    ``entities`` are those of the spec: only they can be referred to.
    """
    entity = _ENTITIES.get(source.kind)
    refers = entity in entities and (
        source.kind == target.kind or (source.kind == kinds.GROUP and target.kind == kinds.PERSON)
    )
    if refers:
        return Form({"ref": entity, "missing": "note"}, _of_many(source, target))
    steps = _STEPS.get((source.kind, target.kind))
    if steps is None and target.kind in _TEXTS:
        steps = _AS_TEXT.get(source.kind)
    if steps is None and target.kind == kinds.CHOICE and source.kind in _WORDS:
        steps = _AS_TEXT[source.kind]
    if steps is None:
        return None
    losses = [loss for loss in (_of_values(source, target), _of_many(source, target), _of_time(source, target)) if loss]
    return Form({"steps": list(steps)} if steps else {}, "; ".join(losses))


def _of_values(source: SourceField, target: TargetField) -> str:
    """Which values the target's list has not."""
    if not target.values:
        return ""
    known = {fold(value) for value in target.values}
    lacking = [value for value in source.values if fold(value) not in known]
    if not lacking:
        return ""
    more = f" and {len(lacking) - _MOST_SHOWN} more" if len(lacking) > _MOST_SHOWN else ""
    return f"no option there, kept as text: {', '.join(lacking[:_MOST_SHOWN])}{more}"


def _of_many(source: SourceField, target: TargetField) -> str:
    takes_one = not target.many and target.kind not in _TEXTS
    return "takes one value, others are kept as text" if source.many and takes_one else ""


def _of_time(source: SourceField, target: TargetField) -> str:
    return "the day alone" if (source.kind, target.kind) == (kinds.TIME, kinds.DATE) else ""
