"""One attempt at one effect: send it, or settle whether it was applied. Decides by the three kinds of outcome."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from functools import partial
from typing import Callable, Optional

from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from ..hooks.protocols import Loader
from ..ledger import effects, sending
from ..ledger.items import CREATED, MATCHED
from ..model.digest import digest
from ..model.effect import Answer, Claim, Effect, EffectClass, Found, TargetItem
from ..model.outcome import (
    Conflict,
    Fatal,
    Held,
    InDoubt,
    ItemFailed,
    ItemSkipped,
    NotSent,
    Outcome,
    Retriable,
    Taken,
    Undecided,
)
from ..model.retry import bounds_for
from .context import Engine
from .record import Recorder
from .resolve import Resolution
from .task import Task, Upload
from .under_way import AGAIN
from .written import answer_of, compared

#: seconds after which the ledger is told anew that an effect is about to be sent
STALE = 5.0
#: what no item is to blame for: the run stops, also where a loader was asking the ledger or the snapshot
NOT_OURS = (Fatal, SQLAlchemyError, sqlite3.Error)
#: what ``_settle`` says when the effect is to be sent (again) at once
_SEND = float("-inf")


class Attempt:
    """Carries a task one attempt further. Returns when to come back (monotonic seconds), or ``None``: it has ended."""

    def __init__(self, engine: Engine, recorder: Recorder) -> None:
        self._engine = engine
        self._record = recorder

    def __call__(self, task: Task) -> Optional[float]:
        """One attempt. Raises ``Fatal`` where the whole run has to stop."""
        if self._engine.under_way.keeps_waiting(task.row):
            return time.monotonic() + AGAIN
        wrong = self._engine.ended_lanes.get(task.row.lane)
        if wrong is not None:
            self._record.left_behind(task, wrong)
            return None
        try:
            if task.resolved is None:
                task.resolved = resolve(self._engine, task.row)
            if task.in_doubt:
                again = self._settle(task)
                if again != _SEND:
                    return again
            self._send(task)
            return None
        except ItemSkipped as outcome:
            return self._refused(task, outcome, effects.SKIPPED)
        except (Taken, ItemFailed) as outcome:
            return self._refused(task, outcome, effects.FAILED)
        except (NotSent, Retriable, Conflict, Undecided, InDoubt) as outcome:
            return self._again(task, outcome)
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's own mistake fails its item, never the run
            return self._broken(task, error)

    def _refused(self, task: Task, outcome: Outcome, state: str) -> Optional[float]:
        """It has ended; where its number has to be filled, that is what the task does now, at once."""
        return time.monotonic() if self._record.refused(task, outcome, state) else None

    # ---------------------------------------------------------------- sending

    def _send(self, task: Task) -> None:
        engine, row = self._engine, task.row
        loader = engine.loaders[row.entity]
        if time.monotonic() - task.sent_at > STALE:
            # Marked as sent long ago, it only leaves now: from here on its absence means nothing for so long.
            engine.writer.submit(lambda connection: sending.mark_again(connection, row.id))
            task.sent_at = time.monotonic()
        engine.observe.before(row)
        if row.kind == effects.CLEAR:
            self._clear(task)
            return
        if task.changes_existing:
            current = task.current or self._current(task)
            task.current = None  # whatever happens now, the next attempt reads again
            if holds(loader, task.effect, current):
                self._record.done(task, answer_of(current), written=task.was_in_doubt)
                return
            answer = loader.update(task.effect, current)
            task.current = current
            self._record.done(task, answer)
            return
        claims = self._upload(task)
        try:
            effect = replace(task.effect, claims=claims, look_up=task.resolution.look_up_patiently)
            answer = loader.create(with_content(engine, row, effect))
        except (Taken, ItemFailed) as refusal:
            # After doubt a refusal may only say that the first request has arrived in the end (and has the files).
            task.in_doubt = task.was_in_doubt  # until that is known nothing is sent again
            found = self._find(task) if task.was_in_doubt or isinstance(refusal, Taken) else []
            if not found:
                raise
            self._found(task, found, CREATED if task.was_in_doubt else MATCHED)
            return
        self._record.done(task, answer)
        parent = TargetItem(row.entity, answer.id, row.key, row.key)
        for upload in task.uploads:
            if upload.ended or upload.claim is None:
                continue
            if upload.claim.id in answer.claimed:
                self._record.claimed(upload, parent, upload.answer or Answer(upload.claim.id))
            else:
                self._record.late(upload)

    def _clear(self, task: Task) -> None:
        """Remove what has filled a number: the item that is known, else all that bear its mark."""
        row, loader = task.row, self._engine.loaders[task.row.entity]
        for identifier in [row.item] if row.item else [found.id for found in loader.find(task.effect)]:
            loader.delete(identifier)
        self._record.cleared(task)

    def _upload(self, task: Task) -> tuple[Claim, ...]:
        engine = self._engine
        for upload in task.uploads:
            if upload.ended or upload.claimable:
                continue
            row = upload.row
            try:
                effect = resolve(engine, row, parentless=True).effect
                answer = engine.loaders[row.entity].upload(with_content(engine, row, effect))
                upload.claim = Claim(effect.origin, answer.id, str(row.payload.get("fileName") or row.key))
                upload.answer, upload.at = answer, time.monotonic()
            except ItemSkipped as outcome:
                self._record.refused_upload(upload, outcome, effects.SKIPPED)
            except ItemFailed as outcome:
                self._record.refused_upload(upload, outcome, effects.FAILED)
            except (InDoubt, Undecided) as outcome:
                # Nobody claims what this upload may have left; the server cleans it up.
                raise Retriable(outcome.message, code=outcome.code, detail=outcome.detail) from outcome
        return tuple(upload.claim for upload in task.uploads if upload.claim is not None and not upload.ended)

    def _current(self, task: Task) -> Found:
        loader = self._engine.loaders[task.row.entity]
        item = self._engine.resolver.item(task.row.entity, task.row.origin)
        if item is None:
            raise ItemFailed("the item to change is not on the target", code="J2O-E010")
        return loader.read(item.id, task.effect.parent.id if task.effect.parent else "")

    # ---------------------------------------------------------------- doubt

    def _settle(self, task: Task) -> Optional[float]:
        engine, row = self._engine, task.row
        loader = engine.loaders[row.entity]
        task.was_in_doubt = True
        if row.kind == effects.CLEAR:
            task.in_doubt = False  # what is gone may be removed again
            return _SEND
        self._after_doubt(task, loader)
        if task.changes_existing:
            current = self._current(task)
            if holds(loader, task.effect, current):
                self._record.done(task, answer_of(current))
                return None
            task.current = current
        elif loader.effect_class is not EffectClass.REPEATABLE or loader.taken_twice:
            found = self._find(task)
            if found:
                self._found(task, found, CREATED)
                return None
            due = task.sent_at + engine.waits.settle
            now = time.monotonic()
            waits = loader.effect_class is EffectClass.MARKED or loader.taken_twice
            if waits and not task.decided and now < due:
                task.checks += 1
                return min(due, now + min(15.0, 0.25 * 2.0**task.checks))
        if task.given_up is not None:
            return self._refused(task, task.given_up, effects.FAILED)
        engine.writer.submit(lambda connection: sending.mark_resent(connection, row.id))
        task.in_doubt = False
        task.decided = False
        task.resent = True
        task.sent_at = time.monotonic()
        for upload in task.uploads:
            if not upload.claimable:
                upload.claim = None
        return _SEND

    def _after_doubt(self, task: Task, loader: Loader) -> None:
        """Let the loader mend what an attempt has left half done, from what the ledger knows of the item."""
        row = task.row
        own = (row.entity, row.origin) if task.changes_existing else (row.parent_entity, row.parent_origin)
        if not loader.passing_fields or not own[0] or not own[1]:
            return
        item = self._engine.items.get(own[0], [own[1]]).get(own[1])
        if item is not None:
            known = item.image
            loader.after_doubt(task.effect, item.item, lambda field, value: known.get(field) == digest(value))

    def _find(self, task: Task) -> list[Found]:
        return list(self._engine.loaders[task.row.entity].find(task.effect))

    def _found(self, task: Task, found: list[Found], owned: str) -> None:
        parent = TargetItem(task.row.entity, found[0].id, task.row.key, task.row.key)
        # A look-up that fails is tried again, all of this with it: nothing is recorded before the last one.
        ends = [self._end_of(upload, parent) for upload in task.uploads if not upload.ended]
        answer = answer_of(found[0])
        if owned == CREATED and task.row.kind != effects.FILL:
            loader, rewritten = self._engine.loaders[task.row.entity], task.row.entity in self._engine.rewritten
            later = task.resolution.text_fields(loader.notes_field) if rewritten else ()
            answer = compared(loader, task.effect, found[0], later)
        self._record.done(task, answer, owned)
        for end in ends:
            end()

    def _end_of(self, upload: Upload, parent: TargetItem) -> Callable[[], None]:
        """Records what became of a file whose parent was found."""
        row = upload.row
        try:
            effect = replace(resolve(self._engine, row, parentless=True).effect, parent=parent, parent_key=parent.key)
            held = next(iter(self._engine.loaders[row.entity].find(effect)), None)
        except (ItemSkipped, ItemFailed) as outcome:
            state = effects.SKIPPED if isinstance(outcome, ItemSkipped) else effects.FAILED
            return partial(self._record.refused_upload, upload, outcome, state)
        if held is None:
            return partial(self._record.late, upload)
        return partial(self._record.claimed, upload, parent, compared(self._engine.loaders[row.entity], effect, held))

    def _broken(self, task: Task, error: Exception) -> Optional[float]:
        """The loader broke, perhaps over the answer to a write that was applied: then that is found, and kept."""
        row = task.row
        failure = broken(self._engine, row, error)
        found: list[Found] = []
        effect_class = self._engine.loaders[row.entity].effect_class
        creates = not task.changes_existing and row.kind != effects.CLEAR and task.resolved is not None
        if creates and effect_class is not EffectClass.REPEATABLE:
            try:
                found = self._find(task)
            except NOT_OURS:
                raise
            except Exception as second:  # noqa: BLE001 - as above
                broken(self._engine, row, second)
        if not found:
            return self._refused(task, failure, effects.FAILED)
        try:
            # Only a mark proves that it is ours: it may have broken before anything was sent.
            ours = effect_class is EffectClass.MARKED or found[0].mark is not None
            self._found(task, found, CREATED if ours else MATCHED)
        except Outcome as outcome:
            raise Fatal(f"the files of {row.key} cannot be looked for: {outcome.message}", exit_code=3) from outcome
        return None

    # ---------------------------------------------------------------- trying again

    def _again(self, task: Task, outcome: Outcome) -> Optional[float]:
        waits = self._engine.waits
        if isinstance(outcome, Held):
            return time.monotonic() + waits.after(outcome, task.attempts)
        bounds = bounds_for(waits, outcome)
        task.attempts += 1
        if isinstance(outcome, (InDoubt, Undecided)):
            task.in_doubt = True
            task.decided = isinstance(outcome, Undecided)
        if task.attempts >= bounds.attempts:
            if isinstance(outcome, (Conflict, Undecided)):
                refused = ItemFailed(outcome.message, code=outcome.code or "J2O-E005")
                if isinstance(outcome, Conflict):
                    return self._refused(task, refused, effects.FAILED)
                task.given_up = refused  # but for one last look whether this attempt was applied
            if isinstance(outcome, NotSent):
                raise Fatal(outcome.message, exit_code=3, code=outcome.code, detail=outcome.detail) from outcome
            if task.attempts >= 4 * bounds.attempts:
                raise Fatal(
                    f"given up after {task.attempts} attempts: {outcome.message}", exit_code=4, detail=outcome.detail
                ) from outcome
        wait = waits.after(outcome, task.attempts)
        self._engine.observe.again(task.row, outcome, wait)
        return time.monotonic() + wait


def resolve(engine: Engine, row: effects.EffectRow, parentless: bool = False) -> Resolution:
    """Resolve a stored effect; a file that waits to be claimed has no parent yet."""
    required = engine.loaders[row.entity].required
    return Resolution(engine.resolver, row, engine.source, required, parentless, engine.under_way, engine.effects.waits)


def holds(loader: Loader, effect: Effect, current: Found) -> bool:
    """Whether the target holds already what an update would set."""
    return all(loader.holds(name, value, current.image.get(name)) for name, value in loader.wanted(effect).items())


def broken(engine: Engine, row: effects.EffectRow, error: Exception) -> ItemFailed:
    """The failure of an item whose loader ended with an unexpected error; the log shows where."""
    log = logger.bind(run=engine.run, entity=row.entity, item=row.key)
    log.opt(exception=error).error("a loader broke")
    return ItemFailed(f"the loader broke: {type(error).__name__}: {error}", code="J2O-E099")


def with_content(engine: Engine, row: effects.EffectRow, effect: Effect) -> Effect:
    """The effect of a file with the way to open its bytes; other effects as they are."""
    opener = engine.openers.get(row.entity)
    return effect if opener is None else replace(effect, content=lambda: opener(row))
