"""Writes the outcomes of effects: group-committed and never waited for, since a lost outcome is only doubt."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from typing import Optional, Sequence

from ..hooks.protocols import Loader
from ..ledger import effects, numbers, sending
from ..ledger.effect_rows import Ended
from ..ledger.items import CREATED, MATCHED, Item
from ..ledger.listing import Listed
from ..ledger.numbers import Wrong
from ..ledger.open_references import OpenReferences
from ..model.effect import Answer, TargetItem
from ..model.error_class import error_class
from ..model.outcome import ItemFailed, Outcome
from ..model.problem import WARNING, Problem
from .context import Engine
from .numbers import filling, no_filler, wants_number, wrong_number
from .outcomes import LED_NOWHERE, Outcomes
from .resolve import rich_fields
from .task import Task, Upload
from .written import image_digests, inverse_of, item_of

#: how many references of one item are told by name
_TOLD = 10


class Recorder:
    """Turns outcomes into ledger changes and counts them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outcomes = Outcomes(engine)
        self._write = self._outcomes.write

    @property
    def finished(self) -> int:
        """How many effects have ended in this process."""
        return self._outcomes.finished

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return self._outcomes.failed

    @property
    def by_entity(self) -> Counter[str]:
        """How many have ended, by entity."""
        return self._outcomes.by_entity

    def done(self, task: Task, answer: Answer, owned: str = CREATED, written: bool = True) -> None:
        """The effect stands on the target as ``answer`` says; ``written``: we brought that about."""
        if task.row.kind == effects.FILL:
            self._filled(task, answer)
            return
        engine, row = self._engine, task.row
        previous = engine.items.get(row.entity, [row.origin]).get(row.origin) if task.changes_existing else None
        item = item_of(task, answer, owned, previous)
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
        self._write(row, ended, item=item, problems=problems, open_=open_, wrong=wrong_number(row, answer.display))

    def cleared(self, task: Task) -> None:
        """What had filled a number is gone."""
        row = task.row
        self._engine.observe.after(row, "done", {"item": row.item or ""})
        self._write(row, Ended(row.id, effects.DONE, row.attempts + task.attempts + 1, row.item))

    def refused(self, task: Task, outcome: Outcome, state: str) -> bool:
        """The effect has failed, or is skipped for a reason; whether the task goes on, to fill its number."""
        row = task.row
        if wants_number(row) and row.kind == effects.FILL:
            wrong = no_filler(row, outcome.message)
            attempts = row.attempts + task.attempts + _answered(outcome)
            ended = Ended(row.id, effects.FAILED, attempts, code=wrong.code, message=wrong.message)
            self._write(row, ended, wrong=wrong)
            return False
        if wants_number(row):
            self._fill_instead(task, outcome, state)
        else:
            self.refused_row(row, outcome, state, task.attempts + _answered(outcome))
        for upload in task.uploads:
            if not upload.ended:
                self.refused_upload(upload, outcome, state, int(upload.claim is not None))
        task.uploads = [] if wants_number(row) else task.uploads
        return wants_number(row)

    def left_behind(self, task: Task, wrong: Wrong) -> None:
        """The effect stands behind one that came out wrong in its lane."""
        row = task.row
        if row.kind == effects.FILL:
            self._write(row, Ended(row.id, effects.SKIPPED, row.attempts, code=wrong.code, message=wrong.message))
        else:
            self.refused_row(row, ItemFailed(wrong.message, code=wrong.code), effects.FAILED)

    def refused_row(self, row: effects.EffectRow, outcome: Outcome, state: str, attempts: int = 0) -> None:
        """As ``refused``, for an effect that could not even be prepared, unless ``attempts`` tells more."""
        code = self._tell_refusal(row, outcome, state)
        ended = Ended(row.id, state, row.attempts + attempts, code=code, message=outcome.message)
        if row.kind == effects.SHAPE and state == effects.SKIPPED:  # somebody else's words stay, and are told once
            problem = Problem(code, outcome.message, WARNING, entity=row.entity, key=row.key)
            self._write(row, ended, problems=[problem], open_=OpenReferences(row.entity, row.origin, ()))
        elif row.kind in (effects.SHAPE, effects.CLEAR):
            problem = Problem(code, outcome.message, entity=row.entity, key=row.key)
            self._write(row, ended, item=self._untouched(row), problems=[problem])
        else:
            self._write(row, ended, listed=self._listed(row, outcome, state, code))

    def _tell_refusal(self, row: effects.EffectRow, outcome: Outcome, state: str) -> str:
        """Tell who observes; returns the code."""
        code = outcome.code or ("J2O-E001" if state == effects.FAILED else "J2O-E002")
        told = {
            "code": code,
            "message": outcome.message,
            "class": error_class(code, outcome.detail),
            "place": self._engine.place(row.entity, outcome.detail),
        }
        self._engine.observe.after(row, state, {**told, **outcome.detail})
        return code

    def _listed(self, row: effects.EffectRow, outcome: Outcome, state: str, code: str) -> Listed:
        return Listed(
            row.entity,
            row.origin,
            row.key,
            state,
            code,
            outcome.message,
            self._engine.place(row.entity, outcome.detail),
            error_class(code, outcome.detail),
            str(outcome.detail.get("request") or ""),
            str(outcome.detail.get("words") or ""),
        )

    def _fill_instead(self, task: Task, outcome: Outcome, state: str) -> None:
        """The item is listed, and its effect becomes the filler of its number: one commit, before that is sent."""
        engine, row = self._engine, task.row
        listed = self._listed(row, outcome, state, self._tell_refusal(row, outcome, state))
        filler = filling(engine, row)
        engine.writer.submit(
            lambda connection: numbers.turn_into_filler(
                connection, row, filler.origin, filler.payload, listed, engine.run
            )
        )
        engine.under_way.end(row)
        self._outcomes.failed_on_the_way(state)
        task.row, task.resolved, task.current, task.given_up = filler, None, None, None
        task.in_doubt = task.was_in_doubt = task.decided = task.resent = False
        task.attempts = task.checks = 0
        task.sent_at = time.monotonic()

    def _filled(self, task: Task, answer: Answer) -> None:
        """A number is taken by what will be removed again."""
        row = task.row
        self._engine.observe.after(row, "done", {"item": answer.id})
        inverse = {"kind": "delete", "item": answer.id, "parent": None}
        again = task.resent or row.resent
        attempts = row.attempts + task.attempts + 1
        ended = Ended(row.id, effects.DONE, attempts, answer.id, inverse=inverse, keeps_payload=again)
        self._write(row, ended, wrong=wrong_number(row, answer.display))

    def refused_upload(self, upload: Upload, outcome: Outcome, state: str, attempts: Optional[int] = None) -> None:
        """A file cannot be uploaded, or, after so many ``attempts``, its work package cannot be written."""
        upload.ended = True
        self.refused_row(upload.row, outcome, state, _answered(outcome) if attempts is None else attempts)

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
        return None if item is None else item.without(row.only or frozenset())


def _answered(outcome: Outcome) -> int:
    """One more attempt where the refusal is an answer of the target: what could not be sent at all has none."""
    return int(bool(outcome.detail.get("status")))


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
    return [Problem(LED_NOWHERE, message, WARNING, entity=row.entity, key=row.key)]


def _differences(row: effects.EffectRow, answer: Answer) -> list[Problem]:
    return [
        Problem(
            "J2O-E020",
            f"the target stored {difference.stored!r} instead of {difference.sent!r}"
            + (f": {difference.because}" if difference.because else ""),
            WARNING,
            entity=row.entity,
            key=row.key,
            field=difference.field,
        )
        for difference in answer.differences
    ]
