"""People whom the server does not let be named (no member, or a role without that right): they are kept in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Collection, Iterator

from j2o_core.api import Difference, Effect, Found, Note, Refused, TargetItem

from .custom_fields import readable
from .refusals import attributes_of
from .work_package_draft import CUSTOM, Draft

_FIELDS = {"assignee": "Assignee", "responsible": "Accountable"}
_PEOPLE = ("users", "groups", "placeholder_users")


def refused_people(refusal: Refused, effect: Effect, draft: Draft) -> frozenset[str]:
    """The payload fields of people, where the server finds fault with these alone; else none."""
    places = {link: name for name in _people_fields(effect, draft) for link in draft.parts[draft.own_name(name)].links}
    attributes = set(attributes_of(refusal))
    return frozenset(places[name] for name in attributes) if attributes and attributes <= places.keys() else frozenset()


def refused_before(effect: Effect, draft: Draft, current: Found) -> frozenset[str]:
    """Those fields that an update leaves alone, and in which there is nobody: the text has to go on to tell."""
    if effect.fields is None or "description" not in effect.fields:
        return frozenset()
    return frozenset(
        name
        for name in _people_fields(effect, draft)
        if name not in effect.fields and not current.image.get(draft.own_name(name))
    )


def in_words(effect: Effect, names: Collection[str]) -> Effect:
    """The effect with the people of these fields as notes."""
    if not names:
        return effect
    chosen = sorted(names)
    notes = [Note(_FIELDS.get(name, name[len(CUSTOM) :]), _shown(effect.payload[name])) for name in chosen]
    fields = effect.fields if effect.fields is None else effect.fields | {"description"}
    payload = {**effect.payload, **dict.fromkeys(chosen)}
    return replace(effect, payload=payload, notes=(*effect.notes, *notes), fields=fields)


def told(effect: Effect, names: Collection[str], because: str) -> tuple[Difference, ...]:
    """What the report says of them."""
    return tuple(Difference(name, _shown(effect.payload[name]), None, because) for name in sorted(names))


def _people_fields(effect: Effect, draft: Draft) -> Iterator[str]:
    for name, value in effect.payload.items():
        if (name in _FIELDS or name.startswith(CUSTOM)) and draft.own_name(name) in draft.parts:
            items = value if isinstance(value, (list, tuple)) else [value]
            if any(isinstance(item, TargetItem) and item.entity in _PEOPLE for item in items):
                yield name


def _shown(value: Any) -> str:
    return readable(value if isinstance(value, (list, tuple)) else [value])
