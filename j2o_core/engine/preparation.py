"""What has to be known before effects can be sent: what they refer to, the files they claim, what they would change."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Iterator, Mapping, Optional, Sequence, TypeVar

from ..ledger import effects
from ..ledger.effects import EffectRow
from ..ledger.items import Item
from ..ledger.server import sending_clock_of
from ..model.digest import digest
from ..model.effect import Found
from ..model.error_class import BECAUSE_MISSING, BECAUSE_SKIPPED
from ..model.outcome import Conflict, Fatal, InDoubt, ItemFailed, ItemSkipped, NotSent, Outcome, Retriable, Undecided
from .attempt import NOT_OURS, broken, holds, resolve
from .context import Engine
from .numbers import is_in_turn
from .record import Recorder
from .task import Task, Upload, sent_age

T = TypeVar("T")
#: outcomes of a read that are nobody's fault and may pass
_UNREAD = (NotSent, Retriable, Conflict, Undecided, InDoubt)


class Preparation:
    """Makes tasks of effects; what can be told already to fail or to be skipped is recorded so."""

    def __init__(self, engine: Engine, recorder: Recorder) -> None:
        self._engine = engine
        self._record = recorder

    def __call__(self, rows: Sequence[EffectRow]) -> list[Task]:
        """The tasks of those of some effects that can be sent; the others have ended. Raises ``Fatal``."""
        engine = self._engine
        creates = [row.origin for row in rows if row.kind == effects.CREATE]
        uploads: dict[str, list[Upload]] = {}
        files = [name for name, loader in engine.loaders.items() if loader.claimed_by == rows[0].entity]
        for upload in engine.effects.uploads(files, rows[0].entity, creates) if creates and files else ():
            uploads.setdefault(upload.parent_origin or "", []).append(Upload(upload))
        tasks = []
        for row in rows:
            claimable = uploads.get(row.origin, []) if row.kind == effects.CREATE else []
            try:
                task = Task(row, None if is_in_turn(row) else resolve(engine, row), uploads=claimable)
            except (ItemSkipped, ItemFailed) as outcome:
                self._refuse(row, claimable, self._because_of_parent(row, outcome))
                continue
            if row.sent is not None:
                task.in_doubt = True
                task.sent_at = time.monotonic() - sent_age(row, engine.jumped, sending_clock_of(engine.effects.engine))
            tasks.append(task)
        reading = [task for task in tasks if self._is_read(task) and not task.in_doubt]
        if reading:
            items, found = self._read_together([task for task in reading if task.changes_existing])
            self._look_together([task for task in reading if not task.changes_existing])
            read = partial(self._read_before, items, found)
            with ThreadPoolExecutor(min(engine.workers, len(reading))) as pool:
                kept = list(pool.map(read, reading))
            dropped = {id(task) for task, keep in zip(reading, kept) if not keep}
            tasks = [task for task in tasks if id(task) not in dropped]
        return tasks

    @staticmethod
    def _is_read(task: Task) -> bool:
        return task.changes_existing or (task.row.doubtful and task.resolved is not None)

    def _read_together(self, tasks: Sequence[Task]) -> tuple[Mapping[str, Item], Mapping[str, Found]]:
        """The items that are to be changed, by origin, and as they are now, by target id, where one look-up tells."""
        if not tasks:
            return {}, {}
        entity = tasks[0].row.entity
        loader = self._engine.loaders[entity]
        items = self._engine.items.get(entity, [task.row.origin for task in tasks])
        try:
            found: dict[str, Found] = {}
            for identifiers in _parts([item.item for item in items.values()], loader.read_batch):
                found.update({one.id: one for one in loader.read_many(identifiers)})
            return items, found
        except ItemFailed:
            return items, {}  # reading one by one tells which
        except _UNREAD as outcome:
            raise Fatal(f"{entity} cannot be read: {outcome.message}", exit_code=3) from outcome
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - reading one by one tells which
            broken(self._engine, tasks[0].row, error)
            return items, {}

    def _look_together(self, tasks: Sequence[Task]) -> None:
        """What one look-up tells of all that may still be refused."""
        if not tasks:
            return
        entity = tasks[0].row.entity
        loader = self._engine.loaders[entity]
        try:
            for effects_of_part in _parts([task.effect for task in tasks], loader.read_batch):
                loader.look_together(effects_of_part)
        except (ItemFailed, ItemSkipped):
            return  # looking one by one tells which
        except _UNREAD as outcome:
            raise Fatal(f"{entity} cannot be read: {outcome.message}", exit_code=3) from outcome
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - looking one by one tells which
            broken(self._engine, tasks[0].row, error)

    def _read_before(self, items: Mapping[str, Item], found: Mapping[str, Found], task: Task) -> bool:
        """Read what has to be known before sending; whether it may be sent."""
        row = task.row
        try:
            if task.changes_existing:
                self._look_at_current(task, items.get(row.origin), found)
            else:
                self._engine.loaders[row.entity].check_refusal(task.effect)
        except ItemSkipped as outcome:
            return self._record.refused(task, outcome, effects.SKIPPED)
        except ItemFailed as outcome:
            return self._record.refused(task, outcome, effects.FAILED)
        except _UNREAD as outcome:
            raise Fatal(f"{row.entity} {row.key} cannot be read: {outcome.message}", exit_code=3) from outcome
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's own mistake fails its item, never the run
            return self._record.refused(task, broken(self._engine, row, error), effects.FAILED)
        return True

    def _look_at_current(self, task: Task, item: Optional[Item], found: Mapping[str, Found]) -> None:
        row = task.row
        if item is None:
            raise ItemFailed("the item to change is not on the target", code="J2O-E010")
        parent = task.effect.parent.id if task.effect.parent else ""
        loader = self._engine.loaders[row.entity]
        current = found.get(item.item) or loader.read(item.item, parent)
        task.current = current
        if holds(loader, task.effect, current):
            return
        passed_over = {*loader.shared_fields}
        if row.kind == effects.SHAPE:  # what children disturb, and what only the finish writes, is another by design
            passed_over.update(loader.restored_fields, loader.finish_fields)
        changed = [
            name
            for name in sorted((row.only or frozenset()) - passed_over)
            if name in item.image and digest(current.image.get(name)) != item.image[name]
        ]
        if changed and row.kind == effects.SHAPE:
            raise ItemSkipped(
                f"changed on the target since it was written: {', '.join(changed)}; left as it is", code="J2O-E021"
            )
        if changed:
            raise ItemFailed(
                f"changed on the target since the last run: {', '.join(changed)}; left as it is", code="J2O-E021"
            )

    def _because_of_parent(self, row: EffectRow, outcome: Outcome) -> Outcome:
        """A child of something that was skipped is skipped too; a child of what failed has failed."""
        if outcome.code != "J2O-E010" or not row.parent_entity or not row.parent_origin:
            return outcome
        engine = self._engine
        parent = engine.parent_outcome(row.parent_entity, row.parent_origin)
        if parent is None:  # it may have ended a moment ago
            engine.writer.flush()
            parent = engine.parent_outcome(row.parent_entity, row.parent_origin)
        if parent is not None and parent[0] == effects.SKIPPED:
            return ItemSkipped(f"{BECAUSE_SKIPPED}{parent[1]}", code="J2O-E010")
        reason = parent[1] if parent else "it is not on the target"
        return ItemFailed(f"{BECAUSE_MISSING}{reason}", code="J2O-E010")

    def _refuse(self, row: EffectRow, uploads: Sequence[Upload], outcome: Outcome) -> None:
        state = effects.SKIPPED if isinstance(outcome, ItemSkipped) else effects.FAILED
        self._record.refused_row(row, outcome, state)
        for upload in uploads:
            self._record.refused_upload(upload, outcome, state)


def _parts(all_of_them: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(all_of_them), size):
        yield all_of_them[start : start + size]
