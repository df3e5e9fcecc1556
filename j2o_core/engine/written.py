"""What an effect leaves behind once it stands on the target: its item in the ledger, and what takes it back."""

from __future__ import annotations

from dataclasses import replace
from typing import AbstractSet, Any, Mapping, Optional, Sequence

from ..hooks.protocols import Loader
from ..ledger import effects
from ..ledger.items import MATCHED, Item
from ..model.digest import digest
from ..model.effect import Answer, Effect, Found
from ..model.outcome import Outcome
from .resolve import OPEN_END, OPEN_ENDS
from .task import Task


def answer_of(found: Found) -> Answer:
    """What a look-up found, in the form of an answer."""
    return Answer(found.id, found.version, found.image, updated=found.updated, display=found.display)


def compared(loader: Loader, effect: Effect, found: Found, later: Sequence[str] = ()) -> Answer:
    """The same of what an effect has made though its answer was lost: with what is not as it was sent.

    ``later``: fields that are written again where they are not as they should be.
    """
    try:
        told = [one for one in loader.differences(effect, found) if one.field not in later]
    except Outcome:  # there is nothing to compare it with
        told = []
    return replace(answer_of(found), differences=tuple(told))


def image_digests(image: Mapping[str, Any]) -> dict[str, str]:
    """The digest of each field of an image."""
    return {name: digest(value) for name, value in image.items()}


def inverse_of(task: Task, answer: Answer, owned: str) -> Optional[dict[str, Any]]:
    """What takes the effect back: ``None`` for what was only matched."""
    if task.changes_existing:
        before = dict(task.current.image) if task.current else {}
        only = task.row.only or frozenset(before)
        return {"kind": "update", "item": answer.id, "fields": {name: before.get(name) for name in sorted(only)}}
    if owned == MATCHED:
        return None
    return {"kind": "delete", "item": answer.id, "parent": task.effect.parent.id if task.effect.parent else None}


def item_of(task: Task, answer: Answer, owned: str, previous: Optional[Item]) -> Item:
    """The item that an effect has made, or has changed from what it was ``previous``ly."""
    row = task.row
    image = image_digests(answer.image)
    if previous is None:
        return Item(
            row.entity,
            row.origin,
            row.key,
            answer.id,
            owned,
            answer.display,
            task.effect.parent.id if task.effect.parent else None,
            "" if task.resolution.unresolved else row.record_digest,
            row.mapping_digest,
            task.resolution.digests(row.fields),
            image,
            answer.version,
            answer.updated,
        )
    shaped = row.kind == effects.SHAPE
    closed = _closed(row, previous, task) if shaped else {}
    fields = {**previous.fields, **closed}
    complete = closed and row.record_digest and not any(value.endswith(OPEN_ENDS) for value in fields.values())
    return Item(
        row.entity,
        row.origin,
        row.key,
        previous.item,
        previous.owned,
        answer.display or previous.display,
        previous.parent,
        (row.record_digest if complete else previous.record_digest)
        if shaped
        else ("" if task.resolution.unresolved else row.record_digest),
        previous.mapping_digest if shaped else row.mapping_digest,
        fields if shaped else task.resolution.digests(row.fields),
        {**_untouched(previous, row.only), **image},
        answer.version,
        answer.updated,
    )


def _untouched(previous: Item, only: Optional[AbstractSet[str]]) -> dict[str, str]:
    """What stands there as it was: a field that was written and is not in the answer is not there any more."""
    return {name: held for name, held in previous.image.items() if name not in (only or ())}


def _closed(row: effects.EffectRow, previous: Item, task: Task) -> dict[str, str]:
    """The digests of those fields of a last touch that were left open until then."""
    now = task.resolution.digests(row.fields)
    return {
        name: now[name]
        for name in row.only or ()
        if name in now
        and previous.fields.get(name, "").endswith(OPEN_END)
        and previous.fields[name].rstrip(OPEN_END) == row.fields[name]
    }
