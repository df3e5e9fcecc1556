"""Writes the outcomes of effects: group-committed and never waited for, since a lost outcome is only doubt."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection

from ..hooks.protocols import Loader
from ..ledger import effects, listing, open_references, sending
from ..ledger.effect_rows import Ended
from ..ledger.items import CREATED, MATCHED, Item
from ..ledger.listing import Listed
from ..ledger.open_references import OpenReferences
from ..model.digest import digest
from ..model.effect import Answer, Found, TargetItem
from ..model.error_class import error_class
from ..model.outcome import Outcome
from ..model.problem import WARNING, Problem
from .context import Engine
from .resolve import rich_fields
from .task import Task, Upload

#: how many references of one item are told by name
_TOLD = 10
_LED_NOWHERE = "J2O-E022"


def answer_of(found: Found) -> Answer:
    """What a look-up found, in the form of an answer."""
    return Answer(found.id, found.version, found.image, updated=found.updated, display=found.display)


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


@dataclass
class _Buffer:
    """Outcomes that wait to be written together."""

    ended: list[Ended] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    open: list[OpenReferences] = field(default_factory=list)
    #: (entity, origin) of items whose texts are written again: what was told of them is told anew
    retold: list[tuple[str, str]] = field(default_factory=list)


class Recorder:
    """Turns outcomes into ledger changes and counts them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._buffer = _Buffer()
        self._posted = False
        #: how many effects have ended in this process, and how many of them failed
        self.finished = 0
        self.failed = 0
        self.by_entity: Counter[str] = Counter()

    def done(self, task: Task, answer: Answer, owned: str = CREATED, written: bool = True) -> None:
        """The effect stands on the target as ``answer`` says; ``written``: we brought that about."""
        engine, row = self._engine, task.row
        item = self._item(task, answer, owned)
        known = TargetItem(row.entity, answer.id, answer.display or row.key, row.key)
        engine.resolver.remember(row.entity, row.origin, known)
        loader, resolution = engine.loaders[row.entity], task.resolution
        late: list[str] = []
        if row.entity in engine.rewritten:
            late = resolution.late_fields(loader.notes_field)
            if task.was_in_doubt and owned != MATCHED:  # it was written with what was known then
                late = _outdated(loader, task, answer)
        inverse = inverse_of(task, answer, owned) if written else None
        problems = [*_differences(row, answer), *(_led_nowhere(row, resolution.told) if not late else ())]
        adopted = owned == MATCHED or not written

        engine.observe.after(row, "adopted" if adopted else "done", {"item": answer.id})
        ended = Ended(
            row.id,
            effects.DONE,
            row.attempts + task.attempts + 1,
            answer.id,
            answer.version,
            adopted,
            inverse,
            late,
            keeps_payload=task.resent or row.resent,
        )
        if row.entity in engine.rewritten and item.owned == CREATED:
            open_ = self._open(task)
        else:
            open_ = None
        self._write(row, ended, item=item, problems=problems, open_=open_)

    def refused(self, task: Task, outcome: Outcome, state: str) -> None:
        """The effect has failed, or is skipped for a reason."""
        self.refused_row(task.row, outcome, state, task.attempts)
        for upload in task.uploads:
            if not upload.ended:
                self.refused_upload(upload, outcome, state)

    def refused_row(self, row: effects.EffectRow, outcome: Outcome, state: str, attempts: int = 0) -> None:
        """As ``refused``, for an effect that could not even be prepared."""
        engine = self._engine
        code = outcome.code or ("J2O-E001" if state == effects.FAILED else "J2O-E002")

        told = {
            "code": code,
            "message": outcome.message,
            "class": error_class(code, outcome.detail),
            "place": engine.place(row.entity, outcome.detail),
        }
        engine.observe.after(row, state, {**told, **outcome.detail})
        ended = Ended(row.id, state, row.attempts + attempts, code=code, message=outcome.message)
        if row.kind == effects.SHAPE and state == effects.SKIPPED:  # somebody else's words stay, and are told once
            problem = Problem(code, outcome.message, WARNING, entity=row.entity, key=row.key)
            self._write(row, ended, problems=[problem], open_=OpenReferences(row.entity, row.origin, ()))
        elif row.kind == effects.SHAPE:
            problem = Problem(code, outcome.message, entity=row.entity, key=row.key)
            self._write(row, ended, item=self._untouched(row), problems=[problem])
        else:
            listed = Listed(
                row.entity,
                row.origin,
                row.key,
                state,
                code,
                outcome.message,
                engine.place(row.entity, outcome.detail),
                error_class(code, outcome.detail),
                str(outcome.detail.get("request") or ""),
                str(outcome.detail.get("words") or ""),
            )
            self._write(row, ended, listed=listed)

    def refused_upload(self, upload: Upload, outcome: Outcome, state: str) -> None:
        """A file cannot be uploaded, or its work package cannot be written."""
        upload.ended = True
        self.refused_row(upload.row, outcome, state)

    def claimed(self, upload: Upload, parent: TargetItem, answer: Answer) -> None:
        """A file was claimed by its parent's create and is an item now."""
        engine, row, identifier = self._engine, upload.row, answer.id
        upload.ended = True
        item = Item(
            row.entity,
            row.origin,
            row.key,
            identifier,
            CREATED,
            parent=parent.id,
            record_digest=row.record_digest,
            mapping_digest=row.mapping_digest,
            fields=row.fields,
            image=image_digests(answer.image),
            updated=answer.updated,
        )
        problems = _differences(row, answer)
        engine.resolver.remember(row.entity, row.origin, TargetItem(row.entity, identifier, row.key, row.key))
        inverse = {"kind": "delete", "item": identifier, "parent": parent.id}

        engine.observe.after(row, "done", {"item": identifier})
        ended = Ended(row.id, effects.DONE, row.attempts + 1, identifier, inverse=inverse)
        self._write(row, ended, item=item, problems=problems)

    def late(self, upload: Upload) -> None:
        """A file was not claimed: it is written later, directly to its parent."""
        upload.ended = True
        step = self._engine.late_step[upload.row.entity]
        self._engine.writer.post(lambda connection: sending.make_late(connection, upload.row.id, step))

    def _write(
        self,
        row: effects.EffectRow,
        ended: Ended,
        item: Optional[Item] = None,
        listed: Optional[Listed] = None,
        problems: Sequence[Problem] = (),
        open_: Optional[OpenReferences] = None,
    ) -> None:
        with self._guard:
            self.by_entity[row.entity] += 1
            self.finished += 1
            self.failed += ended.state == effects.FAILED
            self._buffer.ended.append(ended)
            if item is not None:
                self._buffer.items.append(item)
            if listed is not None:
                self._buffer.listed.append(listed)
            self._buffer.problems.extend((row.origin, problem) for problem in problems)
            if open_ is not None:
                self._buffer.open.append(open_)
                if row.kind == effects.SHAPE:
                    self._buffer.retold.append((row.entity, row.origin))
            if self._posted:
                return
            self._posted = True
        taken: list[_Buffer] = []  # once, however often the writer has to begin its transaction again
        self._engine.writer.post(lambda connection: self._write_buffer(connection, taken))

    def _write_buffer(self, connection: Connection, taken: list[_Buffer]) -> None:
        """All outcomes since the last commit, a statement for each kind: on the writer's thread."""
        if not taken:
            with self._guard:
                taken.append(self._buffer)
                self._buffer, self._posted = _Buffer(), False
        (buffer,) = taken
        run = self._engine.run
        sending.end(connection, buffer.ended)
        self._engine.items.put(connection, run, buffer.items)
        listing.put(connection, run, buffer.listed)
        open_references.put(connection, self._engine.items, buffer.open)
        listing.forget_told(connection, run, _LED_NOWHERE, buffer.retold)
        listing.put_problems(connection, run, "apply", buffer.problems)

    def _open(self, task: Task) -> Optional[OpenReferences]:
        """What its texts name in vain, as far as this effect has written them; ``None``: there is nothing to say."""
        row, named = task.row, task.resolution.named_in_vain
        if row.kind == effects.CREATE:
            return OpenReferences(row.entity, row.origin, named) if named else None
        texts = set(rich_fields(row, self._engine.loaders[row.entity].notes_field))
        written = texts if row.only is None else texts & row.only
        # What an unwritten text names in vain is open still, though it may have been there to be found.
        return OpenReferences(row.entity, row.origin, named, whole=written == texts) if written else None

    def _untouched(self, row: effects.EffectRow) -> Optional[Item]:
        """The item of a last touch that was refused: a later run sees that these fields are not as they should be."""
        item = self._engine.items.get(row.entity, [row.origin]).get(row.origin)
        names = row.only or frozenset()
        if item is None:
            return None
        fields = {name: "" if name in names else value for name, value in item.fields.items()}
        image = {name: value for name, value in item.image.items() if name not in names}
        return replace(item, record_digest="", fields=fields, image=image)

    def _item(self, task: Task, answer: Answer, owned: str) -> Item:
        row = task.row
        previous = self._engine.items.get(row.entity, [row.origin]).get(row.origin) if task.changes_existing else None
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
        return Item(
            row.entity,
            row.origin,
            row.key,
            previous.item,
            previous.owned,
            answer.display or previous.display,
            previous.parent,
            previous.record_digest if shaped else ("" if task.resolution.unresolved else row.record_digest),
            previous.mapping_digest if shaped else row.mapping_digest,
            previous.fields if shaped else task.resolution.digests(row.fields),
            {**previous.image, **image},
            answer.version,
            answer.updated,
        )


def _outdated(loader: Loader, task: Task, answer: Answer) -> list[str]:
    """The rich text fields of an item that was found which are not as they would be written now."""
    with contextlib.suppress(Outcome):
        wanted = loader.image(task.effect)
        fields = task.resolution.text_fields(loader.notes_field)
        late = task.resolution.late_fields(loader.notes_field)
        return late or [name for name in fields if not loader.holds(name, wanted.get(name), answer.image.get(name))]
    return []


def _led_nowhere(row: effects.EffectRow, told: Sequence[str]) -> list[Problem]:
    """One problem for all references of an item's texts that led nowhere."""
    if not told:
        return []
    shown = ", ".join(told[:_TOLD]) + (f" and {len(told) - _TOLD} more" if len(told) > _TOLD else "")
    message = f"its text names what is not on the target, and says so still: {shown}"
    return [Problem(_LED_NOWHERE, message, WARNING, entity=row.entity, key=row.key)]


def _differences(row: effects.EffectRow, answer: Answer) -> list[Problem]:
    return [
        Problem(
            "J2O-E020",
            f"the target stored {difference.stored!r} instead of {difference.sent!r}",
            WARNING,
            entity=row.entity,
            key=row.key,
            field=difference.field,
        )
        for difference in answer.differences
    ]
