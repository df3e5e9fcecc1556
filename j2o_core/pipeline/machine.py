"""Keeps one process of a run within what it may use of its machine: slows its requests down, and says when to stop."""

from __future__ import annotations

from typing import Callable, Optional, Protocol, Sequence

from ..http import Gate
from ..model.limits import Guard
from ..spec.model import RuntimeSpec
from .guard import Judgement, Usage, judge

#: seconds between two looks
EVERY = 1.0
_GUARD = "guard"


class Tell(Protocol):
    """Tells people what is done and why."""

    def __call__(self, message: str, **values: object) -> None:
        """``values`` are those of the event."""
        ...


class Machine:
    """To be looked at ``EVERY`` second; ``gates`` are those that ``who`` (the run, or a worker) sends through."""

    def __init__(
        self,
        guard: Guard,
        workers: int,
        gates: Sequence[Gate],
        measure: Callable[[Guard], Usage],
        tell: Tell,
        who: str = "the run",
    ) -> None:
        self._guard, self._workers, self._gates = guard, workers, gates
        self._measure, self._tell, self._who = measure, tell, who
        self._judged = Judgement()

    def look(self) -> Optional[Judgement]:
        """One look, and what follows from it; where the process has to stop what is to be said of it, once."""
        before = self._judged
        judged = self._judged = judge(self._guard, self._measure(self._guard), self._workers, before)
        if not judged.stop:
            if judged.parallel != before.parallel:
                self._throttle(judged, before)
            return None
        if before.stop:
            return None
        self._tell(f"{judged.stop}: {self._who} stops", stopped=True)
        return judged

    def _throttle(self, judged: Judgement, before: Judgement) -> None:
        for gate in self._gates:
            gate.throttle(_GUARD, judged.parallel)
        if judged.parallel is None:
            self._tell(f"the machine has room again: {self._who} goes at its full speed", parallel=None)
        elif before.parallel is None:
            near = f"near the limit of runtime.guard.{judged.reason}"
            why = "its memory comes back from the swap" if judged.reason == "swap" else near
            self._tell(f"{why}: {self._who} slows down", parallel=judged.parallel)


def processes_here(runtime: RuntimeSpec) -> int:
    """How many processes of a run share this machine: with workers that were started elsewhere, this one alone."""
    return 1 if runtime.dask is None or runtime.dask.scheduler else 1 + runtime.dask.workers
