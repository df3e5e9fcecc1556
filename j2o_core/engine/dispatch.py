"""Runs one step of the plan: windows of effects, durable before sent, spread over lanes and workers."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Iterable, Iterator, Mapping, Optional, Sequence

from ..ledger import effects, sending
from ..ledger.effects import EffectRow
from ..ledger.items import Item
from ..ledger.server import clock_of
from ..model.digest import canonical, digest
from ..model.effect import EffectClass, Found
from ..model.error_class import BECAUSE_MISSING, BECAUSE_SKIPPED
from ..model.outcome import Conflict, Fatal, InDoubt, ItemFailed, ItemSkipped, NotSent, Outcome, Retriable, Undecided
from .attempt import NOT_OURS, Attempt, broken, holds, resolve
from .context import Engine
from .lanes import LaneQueue
from .prefetch import Prefetch
from .record import Recorder
from .task import Task, Upload, sent_age
from .tolerance import check_tolerance
from .turns import ALL, MOST_ORDERED, Part, Share, longest_lanes_first, turns

#: outcomes of a read that are nobody's fault and may pass
_UNREAD = (NotSent, Retriable, Conflict, Undecided, InDoubt)
#: seconds between two progress events
_BEAT = 0.25
#: seconds after which what may not be sent at present is asked about again
_HELD = 0.5


class Stopped(Exception):
    """The run was asked to stop; what was not sent is planned again."""


class Dispatcher:
    """Carries out the steps of one run, one after the other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._prefetch = Prefetch(engine.openers, engine.workers)
        engine.openers = self._prefetch.openers
        self._record = Recorder(engine)
        self._attempt = Attempt(engine, self._record)
        self._failure: Optional[BaseException] = None
        self._guard = threading.Lock()
        self._beat = 0.0
        self._planned = engine.effects.progress()

    def run(self, *steps: int) -> None:
        """Carry out steps to their end, side by side. Raises ``Fatal`` or ``Stopped``; either can be resumed.

        A rank of a step begins when the one before has ended, in all of them.
        """
        for parts in turns(self._engine.effects, steps):
            self.run_turn(parts)
        self._progress(force=True)

    def run_turn(self, parts: Sequence[Part], shares: Iterable[Share] = (ALL,)) -> None:
        """Carry out one rank of each step to its end, as far as it lies in ``shares``, which are asked for one by one.

        Raises what ``run`` raises.
        """
        try:
            self._run_turn(parts, shares)
            self._engine.writer.flush()
        finally:
            self._prefetch.close()

    @property
    def record(self) -> Recorder:
        """What has ended so far in this process."""
        return self._record

    # ---------------------------------------------------------------- one rank of each step

    def _run_turn(self, parts: Sequence[Part], shares: Iterable[Share]) -> None:
        engine = self._engine
        queue: LaneQueue[Task] = LaneQueue(lambda task: task.row.lane or str(task.row.id))
        self._failure = None
        threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"worker-{number}", daemon=True)
            for number in range(engine.workers)
        ]
        for thread in threads:
            thread.start()
        try:
            for share in shares:
                for state in (effects.SENT, effects.PLANNED):
                    self._feed(queue, parts, state, share)
            while not queue.wait_below(1, 0.5):
                self._check(queue)
            self._check(queue)
        except BaseException:
            self._abandon(queue, threads)
            raise
        queue.close()
        for thread in threads:
            thread.join()

    def _feed(self, queue: LaneQueue[Task], parts: Sequence[Part], state: str, share: Share) -> None:
        """One part after the other; where the lanes of one keep few workers busy, the next ones in turns with it."""
        feeds = deque(self._windows(queue, step, rank, state, share) for step, rank in parts)
        while feeds:
            size = next(feeds[0], 0)
            if not size:
                feeds.popleft()
                continue
            # Where lanes are long a window may keep few workers busy: then the next one is fetched earlier.
            while not queue.wait_below(size, 0.5, most=self._engine.workers * 8):
                self._check(queue)
            if queue.is_starved:
                feeds.rotate(-1)

    def _windows(self, queue: LaneQueue[Task], step: int, rank: int, state: str, share: Share) -> Iterator[int]:
        """Put the effects of one part into the queue; gives the size of its windows after each."""
        engine = self._engine
        after = 0
        rows = engine.effects.window(step, rank, state, after, 1, share)
        size = self._window_size(rows[0].entity) if rows else 0
        # Trees are written in the order of the source: texts name what came before.
        if rows and state == effects.PLANNED and share is ALL and not engine.loaders[rows[0].entity].parent_field:
            order = longest_lanes_first(engine.effects.lanes(step, rank, MOST_ORDERED + 1))
            for start in range(0, len(order), size):
                self._check(queue)
                self._put(queue, engine.effects.planned(order[start : start + size]), state)
                yield size
        while size:
            self._check(queue)
            rows = engine.effects.window(step, rank, state, after, size, share)
            if not rows:
                return
            after = rows[-1].id
            self._put(queue, rows, state)
            yield size

    def _put(self, queue: LaneQueue[Task], rows: Sequence[EffectRow], state: str) -> None:
        """Prepare effects, make it durable that they are sent, and hand them to the workers."""
        engine = self._engine
        tasks = self._prepare(rows)
        if state == effects.PLANNED:
            self._mark_sent(tasks)
        for task in tasks:
            engine.under_way.begin(task.row)
        for task in tasks:
            for file in (*(upload.row for upload in task.uploads), task.row):
                if not task.in_doubt:
                    self._prefetch.begin(file)
            queue.put(task)

    def _window_size(self, entity: str) -> int:
        # What is in doubt after a crash costs a look-up each; what the server keeps single costs nothing.
        marked = self._engine.loaders[entity].effect_class is EffectClass.MARKED
        return max(1, min(self._engine.batch_size, self._engine.workers * (2 if marked else 8)))

    def _prepare(self, rows: Sequence[EffectRow]) -> list[Task]:
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
                task = Task(row, resolve(engine, row), uploads=claimable)
            except (ItemSkipped, ItemFailed) as outcome:
                self._refuse(row, claimable, self._because_of_parent(row, outcome))
                continue
            if row.sent is not None:
                task.in_doubt = True
                task.sent_at = time.monotonic() - sent_age(row, engine.jumped, clock_of(engine.effects.engine))
            tasks.append(task)
        reading = [task for task in tasks if (task.changes_existing or task.row.doubtful) and not task.in_doubt]
        if reading:
            items, found = self._read_together([task for task in reading if task.changes_existing])
            read = partial(self._read_before, items, found)
            with ThreadPoolExecutor(min(engine.workers, len(reading))) as pool:
                kept = list(pool.map(read, reading))
            dropped = {id(task) for task, keep in zip(reading, kept) if not keep}
            tasks = [task for task in tasks if id(task) not in dropped]
        return tasks

    def _read_together(self, tasks: Sequence[Task]) -> tuple[Mapping[str, Item], Mapping[str, Found]]:
        """The items that are to be changed, by origin, and as they are now, by target id, where one look-up tells."""
        if not tasks:
            return {}, {}
        entity = tasks[0].row.entity
        items = self._engine.items.get(entity, [task.row.origin for task in tasks])
        try:
            identifiers = [item.item for item in items.values()]
            return items, {found.id: found for found in self._engine.loaders[entity].read_many(identifiers)}
        except ItemFailed:
            return items, {}  # reading one by one tells which
        except _UNREAD as outcome:
            raise Fatal(f"{entity} cannot be read: {outcome.message}", exit_code=3) from outcome
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - reading one by one tells which
            broken(self._engine, tasks[0].row, error)
            return items, {}

    def _read_before(self, items: Mapping[str, Item], found: Mapping[str, Found], task: Task) -> bool:
        """Read what has to be known before sending; whether it may be sent."""
        row = task.row
        try:
            if task.changes_existing:
                self._look_at_current(task, items.get(row.origin), found)
            else:
                self._engine.loaders[row.entity].check_refusal(task.effect)
        except ItemSkipped as outcome:
            self._record.refused(task, outcome, effects.SKIPPED)
            return False
        except ItemFailed as outcome:
            self._record.refused(task, outcome, effects.FAILED)
            return False
        except _UNREAD as outcome:
            raise Fatal(f"{row.entity} {row.key} cannot be read: {outcome.message}", exit_code=3) from outcome
        except NOT_OURS:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's own mistake fails its item, never the run
            self._record.refused(task, broken(self._engine, row, error), effects.FAILED)
            return False
        return True

    def _look_at_current(self, task: Task, item: Optional[Item], found: Mapping[str, Found]) -> None:
        row = task.row
        if item is None:
            raise ItemFailed("the item to change is not on the target", code="J2O-E010")
        parent = task.effect.parent.id if task.effect.parent else ""
        loader = self._engine.loaders[row.entity]
        current = found.get(item.item) or loader.read(item.item, parent)
        task.current = current
        if row.kind != effects.UPDATE or holds(loader, task.effect, current):
            return
        changed = [
            name
            for name in sorted((row.only or frozenset()) - set(loader.shared_fields))
            if name in item.image and digest(current.image.get(name)) != item.image[name]
        ]
        if changed:
            raise ItemFailed(
                f"changed on the target since the last run: {', '.join(changed)}; left as it is", code="J2O-E021"
            )

    def _mark_sent(self, tasks: Sequence[Task]) -> None:
        rows = []
        for task in tasks:
            before = canonical(dict(task.current.image)) if task.current else None
            request = digest([task.row.fields, task.row.kind, sorted(task.row.only or ())])
            rows.append({"of": task.row.id, "digest": request, "image": before})
            rows.extend(
                {"of": upload.row.id, "digest": digest(upload.row.fields), "image": None} for upload in task.uploads
            )
        self._engine.writer.submit(lambda connection: sending.mark_sent(connection, rows))

    # ---------------------------------------------------------------- workers

    def _work(self, queue: LaneQueue[Task]) -> None:
        while True:
            task = queue.take()
            if task is None:
                return
            if not self._engine.may_send():
                queue.later(task, time.monotonic() + _HELD)
                continue
            try:
                again = self._attempt(task)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that feeds
                with self._guard:
                    self._failure = self._failure or error
                queue.done(task)
                return
            if again is None:
                self._engine.under_way.end(task.row)
                queue.done(task)
                self._progress()
            else:
                queue.later(task, again)

    def _check(self, queue: LaneQueue[Task]) -> None:
        if self._failure is not None:
            raise self._failure
        if self._engine.stop.is_set():
            raise Stopped
        check_tolerance(self._engine, self._record.finished, self._record.failed)

    def _abandon(self, queue: LaneQueue[Task], threads: Sequence[threading.Thread]) -> None:
        """End in order: what has not been started is planned again, what is on its way is waited for."""
        unstarted = [task for task in queue.drain() if not task.in_doubt]
        closed = queue.close()
        for thread in threads:
            thread.join()
        # An attempt that was on its way may have come back to wait after that.
        waiting = [task for task in (*closed, *queue.close()) if not task.in_doubt and not task.was_in_doubt]
        identifiers = [row for task in (*unstarted, *waiting) for row in _row_ids(task)]
        self._engine.writer.submit(lambda connection: sending.not_sent(connection, identifiers))

    def _because_of_parent(self, row: EffectRow, outcome: Outcome) -> Outcome:
        """A child of something that was skipped is skipped too; a child of what failed has failed."""
        if outcome.code != "J2O-E010" or not row.parent_entity or not row.parent_origin:
            return outcome
        parent = self._engine.parent_outcome(row.parent_entity, row.parent_origin)
        if parent is not None and parent[0] == effects.SKIPPED:
            return ItemSkipped(f"{BECAUSE_SKIPPED}{parent[1]}", code="J2O-E010")
        reason = parent[1] if parent else "it is not on the target"
        return ItemFailed(f"{BECAUSE_MISSING}{reason}", code="J2O-E010")

    def _refuse(self, row: EffectRow, uploads: Sequence[Upload], outcome: Outcome) -> None:
        state = effects.SKIPPED if isinstance(outcome, ItemSkipped) else effects.FAILED
        self._record.refused_row(row, outcome, state)
        for upload in uploads:
            self._record.refused_upload(upload, outcome, state)

    def _progress(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._beat < _BEAT:
            return
        self._beat = now
        for entity, (ended, total) in self._planned.items():
            done = ended + self._record.by_entity[entity]
            self._engine.emit({"event": "progress", "stage": "apply", "entity": entity, "done": done, "total": total})


def _row_ids(task: Task) -> list[int]:
    return [task.row.id, *(upload.row.id for upload in task.uploads if not upload.ended)]
