"""Runs one step of the plan: windows of effects, durable before sent, spread over lanes and workers."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from functools import partial
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from ..ledger import effects, sending
from ..ledger.effects import EffectRow
from ..model.digest import canonical, digest
from ..model.effect import EffectClass
from ..observe.at_work import begin_work, end_work
from .attempt import Attempt
from .context import Engine, InHand
from .lanes import LaneQueue
from .prefetch import Prefetch
from .preparation import Preparation
from .readiness import Readiness
from .record import Recorder
from .task import Task
from .tolerance import check_tolerance
from .turns import ALL, MOST_ORDERED, Part, Share, longest_lanes_first, turns

#: seconds between two progress events
_BEAT = 0.25
#: seconds after which what may not be sent at present is asked about again
_HELD = 0.5
#: seconds between two looks whether what was put aside is ready
_GLANCE = 0.02


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
        self._prepare = Preparation(engine, self._record)
        self._failure: Optional[BaseException] = None
        self._guard = threading.Lock()
        self._beat = 0.0
        self._planned = engine.effects.progress()
        self._queue: Optional[LaneQueue[Task]] = None
        self._readiness = Readiness(engine.loaders, engine.resolver)
        #: the effects in hand that may be running on the server
        self._in_doubt: set[int] = set()
        engine.in_hand = self._in_hand

    def run(self, *steps: int) -> None:
        """Carry out steps to their end, side by side. Raises ``Fatal`` or ``Stopped``; either can be resumed.

        A rank of a step begins when the one before has ended, in all of them. In trees it is the effect that waits,
        and for its own parent alone: one that is in doubt keeps its children waiting, and nobody else.
        """
        self._carry_out(turns(self._engine.effects, steps), (ALL,))
        self._progress(force=True)

    def run_turn(self, parts: Sequence[Part], shares: Iterable[Share] = (ALL,)) -> None:
        """Carry out one rank of each step to its end, as far as it lies in ``shares``, which are asked for one by one.

        Raises what ``run`` raises.
        """
        self._carry_out([parts], shares)

    @property
    def record(self) -> Recorder:
        """What has ended so far in this process."""
        return self._record

    # ---------------------------------------------------------------- turn by turn

    def _carry_out(self, parts_by_turn: Iterable[Sequence[Part]], shares: Iterable[Share]) -> None:
        engine = self._engine
        queue: LaneQueue[Task] = LaneQueue(lambda task: task.row.lane or str(task.row.id))
        self._queue = queue
        self._failure = None
        self._readiness = Readiness(engine.loaders, engine.resolver)
        threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"worker-{number}", daemon=True)
            for number in range(engine.workers)
        ]
        for thread in threads:
            thread.start()
        try:
            try:
                for parts in parts_by_turn:
                    if not self._are_of_trees(parts):
                        self._until_done(queue)
                    for share in shares:
                        for state in (effects.SENT, effects.PLANNED):
                            self._feed(queue, parts, state, share)
                self._until_done(queue)
            except BaseException:
                self._abandon(queue, threads)
                raise
            queue.close()
            for thread in threads:
                thread.join()
            engine.writer.flush()
        finally:
            self._prefetch.close()

    def _are_of_trees(self, parts: Sequence[Part]) -> bool:
        """Whether all effects of a turn have parents of their own kind, and know by these when they are ready."""
        for step, rank in parts:
            for state in (effects.SENT, effects.PLANNED):
                for row in self._engine.effects.window(step, rank, state, 0, 1):
                    if not self._engine.loaders[row.entity].parent_field:
                        return False
        return True

    def _until_done(self, queue: LaneQueue[Task]) -> None:
        """Wait until nothing is in hand, nor put aside."""
        while True:
            self._check(queue)
            is_empty = queue.wait_below(1, _GLANCE if self._readiness.waiting else 0.5)
            if not self._readiness.waiting and is_empty:
                self._check(queue)
                self._engine.writer.flush()
                return
            # What still waits when nobody has anything in hand waits for itself.
            if not self._put_ready(queue) and is_empty:
                self._put_ready(queue, anyway=True)

    def _put_ready(self, queue: LaneQueue[Task], anyway: bool = False) -> int:
        """Put into the queue what was put aside and is ready; returns how many."""
        taken = self._readiness.take(self._engine.workers * 2, anyway)
        for _, kind in itertools.groupby(taken, lambda one: one.key[0]):
            ready = list(kind)
            self._put_prepared(queue, [one.row for one in ready if one.row is not None], effects.SENT)
            stored = [one.id for one in ready if one.row is None]
            self._put_prepared(queue, self._engine.effects.planned(stored) if stored else [], effects.PLANNED)
        return len(taken)

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
                self._put_ready(queue)
            self._put_ready(queue)
            if queue.is_starved:
                feeds.rotate(-1)

    def _windows(self, queue: LaneQueue[Task], step: int, rank: int, state: str, share: Share) -> Iterator[int]:
        """Put the effects of one part into the queue; gives the size of its windows after each."""
        engine = self._engine
        after = 0
        rows = engine.effects.window(step, rank, state, after, 1, share)
        size = self._window_size(rows[0].entity) if rows else 0
        # Trees are written in the order of the source: texts name what came before.
        if rows and state == effects.PLANNED and not engine.loaders[rows[0].entity].parent_field:
            order = longest_lanes_first(engine.effects.lanes(step, rank, MOST_ORDERED + 1, share))
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
        """Those of some effects that are ready go to the workers, the others aside."""
        self._put_prepared(queue, self._readiness.ready(rows), state)

    def _put_prepared(self, queue: LaneQueue[Task], rows: Sequence[EffectRow], state: str) -> None:
        """Prepare effects, make it durable that they are sent, and hand them to the workers."""
        engine = self._engine
        tasks = self._prepare(rows) if rows else []
        if not tasks:
            return
        if state == effects.PLANNED:
            self._mark_sent(tasks)
        for task in tasks:
            engine.under_way.begin(task.row)
            self._readiness.begin(task)
            if task.in_doubt:
                self._in_doubt.add(task.row.id)
        for task in tasks:
            for file in (*(upload.row for upload in task.uploads), task.row):
                if not task.in_doubt:
                    self._prefetch.begin(file)
            queue.put(task)

    def _window_size(self, entity: str) -> int:
        # What is in doubt after a crash costs a look-up each; what the server keeps single costs nothing.
        marked = self._engine.loaders[entity].effect_class is EffectClass.MARKED
        return max(1, min(self._engine.batch_size, self._engine.workers * (2 if marked else 8)))

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
            begin_work(partial(_told, self._engine.run, task))
            try:
                again = self._attempt(task)
                if task.in_doubt and again is not None:
                    self._in_doubt.add(task.row.id)
                elif self._in_doubt:
                    self._in_doubt.discard(task.row.id)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that feeds
                with self._guard:
                    self._failure = self._failure or error
                queue.done(task)
                return
            finally:
                end_work()
            if again is None:
                self._engine.under_way.end(task.row)
                self._readiness.end(task)
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

    def _in_hand(self) -> InHand:
        waiting, under_way, delayed = self._queue.standing() if self._queue is not None else (0, 0, 0)
        return InHand(waiting, under_way, delayed, len(self._in_doubt))

    def _progress(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._beat < _BEAT:
            return
        self._beat = now
        for entity, (ended, total) in self._planned.items():
            done = ended + self._record.by_entity[entity]
            if done > total:  # more was planned since, as texts that are written once more
                total = max(done, self._engine.effects.progress()[entity][1])
                self._planned[entity] = (ended, total)
            self._engine.emit({"event": "progress", "stage": "apply", "entity": entity, "done": done, "total": total})


def _told(run: str, task: Task) -> Mapping[str, Any]:
    """What lines of the log tell of an attempt, whoever writes them meanwhile."""
    row = task.row
    item = {"entity": row.entity, "item": row.key, "lane": row.lane}
    return {"run": run, **item, "attempt": row.attempts + task.attempts + 1, "kind": row.kind}


def _row_ids(task: Task) -> list[int]:
    return [task.row.id, *(upload.row.id for upload in task.uploads if not upload.ended)]
