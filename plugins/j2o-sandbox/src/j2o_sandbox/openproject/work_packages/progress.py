"""Work, remaining work and % complete: derived from each other, and the rules that bind them (since 14.0)."""

from __future__ import annotations

from typing import Any, Optional, Set

from j2o_sandbox.openproject.errors import Problems
from j2o_sandbox.openproject.server import Server


def derive_progress(server: Server, draft: Any, before: Any, sent: Set[str]) -> None:
    """Fill what was not sent. ``before`` is the row as stored, None for a new one."""
    if not server.features.derived_progress:
        if server.settings.progress == "status":
            draft.done = server.store.statuses[draft.status].default_done_ratio or 0
        elif draft.done is None:
            draft.done = 0
        return
    if server.settings.progress == "status":
        _by_status(server, draft, before)
    else:
        _Derivation(server, draft, before, sent).run()
    for name in ("estimated", "remaining"):
        value = getattr(draft, name)
        if value is not None:
            setattr(draft, name, round(value, 2))


def check_progress(server: Server, draft: Any, before: Any, problems: Problems) -> None:
    """Rules that the three values must keep."""
    work, remaining, done = draft.estimated, draft.remaining, draft.done
    if done is not None and not 0 <= done <= 100:
        problems.add("percentageDone", "percent_inclusion")
        return
    for name, value in (("estimatedTime", work), ("remainingTime", remaining)):
        if value is not None and value < 0:
            problems.add(name, "greater_than_or_equal_to", count=0)
            return
    if not server.features.derived_progress:
        return
    if work is not None and remaining is not None and remaining > work:
        changed_work = before is None or before.estimated != work
        changed_remaining = before is None or before.remaining != remaining
        if changed_work:
            problems.add("estimatedTime", "cant_be_inferior_to_remaining_work")
        if changed_remaining:
            problems.add("remainingTime", "cant_exceed_work")
        return
    if server.settings.progress == "status":
        return
    _check_sets(work, remaining, done, problems)


def _check_sets(work: Any, remaining: Any, done: Any, problems: Problems) -> None:
    if remaining is not None and done is not None and work is None and done != 100:
        problems.add("estimatedTime", "must_be_set_when_remaining_work_and_percent_complete_are_set")
    if done == 100:
        if work is not None and remaining != 0:
            problems.add("remainingTime", "must_be_set_to_zero_hours_when_work_is_set_and_percent_complete_is_100p")
        elif work is None and remaining is not None:
            problems.add("remainingTime", "must_be_empty_when_work_is_empty_and_percent_complete_is_100p")
    elif work is not None and done is not None and remaining is None:
        problems.add("remainingTime", "must_be_set_when_work_and_percent_complete_are_set")
    if work is not None and remaining is not None and work != 0 and done is None:
        problems.add("percentageDone", "must_be_set_when_work_and_remaining_work_are_set")
    if _correctable_done(work, remaining, done):
        problems.add("percentageDone", "does_not_match_work_and_remaining_work")
    if work == 0 and done is not None:
        problems.add("percentageDone", "cannot_be_set_when_work_is_zero")


def _by_status(server: Server, draft: Any, before: Any) -> None:
    changed = before is None or before.status != draft.status
    ratio = server.store.statuses[draft.status].default_done_ratio or 0
    if changed:
        draft.done = ratio
    if changed or before.estimated != draft.estimated:
        draft.remaining = None if draft.estimated is None else _remaining(draft.estimated, draft.done or 0)


class _Derivation:
    """The work-based derivation, step by step as the server takes it."""

    def __init__(self, server: Server, draft: Any, before: Any, sent: Set[str]) -> None:
        self.server, self.draft = server, draft
        self.work_was = None if before is None else before.estimated
        self.remaining_was = None if before is None else before.remaining
        self.done_was = None if before is None else before.done
        self.status_was = None if before is None else before.status
        self.work_sent = "estimated" in sent
        self.remaining_sent = "remaining" in sent
        self.done_sent = "done" in sent
        self.keep_done = False

    def run(self) -> None:
        draft = self.draft
        if self._invalid():
            return
        if self._closes():
            draft.done, self.keep_done = 100, True
        if not self.work_sent and (draft.remaining != self.remaining_was or draft.done != self.done_was):
            self._update_work()
        if (
            not self.remaining_sent and (draft.estimated != self.work_was or draft.done != self.done_was)
        ) or self._fixable_remaining():
            self._update_remaining()
        moved = draft.estimated != self.work_was or draft.remaining != self.remaining_was
        if moved and not self.keep_done and not self.done_sent:
            self._update_done()

    def _invalid(self) -> bool:
        draft = self.draft
        if draft.done is not None and not 0 <= draft.done <= 100:
            return True
        if any(value is not None and value < 0 for value in (draft.estimated, draft.remaining)):
            return True
        return (
            (self.work_was is None or self.remaining_sent)
            and not self.done_sent
            and draft.estimated is not None
            and draft.remaining is not None
            and draft.remaining > draft.estimated
        )

    def _closes(self) -> bool:
        return (
            self.server.settings.complete_on_closed
            and not self.done_sent
            and self.draft.status != self.status_was
            and self.server.store.statuses[self.draft.status].is_closed
        )

    def _update_work(self) -> None:
        draft = self.draft
        if (draft.remaining is None and draft.done is None) or draft.done == 100:
            return
        derivable = (
            draft.estimated is None
            or (self.remaining_sent and self.done_sent)
            or (draft.remaining is None and self.remaining_sent)
        )
        if not derivable:
            return
        if draft.remaining is None:
            if draft.remaining != self.remaining_was:
                draft.estimated = None
        elif draft.done is None:
            draft.estimated = draft.remaining
        else:
            draft.estimated = round(draft.remaining / (1.0 - draft.done / 100.0), 2)
            self.keep_done = True

    def _update_remaining(self) -> None:
        draft = self.draft
        work, done = draft.estimated, draft.done
        if work is None and done is None:
            return
        if self.work_was is None and draft.remaining is not None:
            return
        if work is not None and draft.remaining is None and done is None:
            draft.remaining = work
        elif work != self.work_was and work is not None and draft.remaining is not None and not self.done_sent:
            draft.remaining = min(max(draft.remaining + work - (self.work_was or 0.0), 0.0), work)
        elif work is None:
            if work != self.work_was:
                draft.remaining = None
        elif done is None:
            draft.remaining = None
        else:
            draft.remaining = _remaining(work, done)
            self.keep_done = True

    def _update_done(self) -> None:
        draft = self.draft
        if draft.estimated is None:
            return
        if draft.estimated < 0.005 or draft.remaining is None:
            draft.done = None
        else:
            draft.done = _done(draft.estimated, draft.remaining)

    def _fixable_remaining(self) -> bool:
        draft = self.draft
        nothing_sent = not (self.work_sent or self.remaining_sent or self.done_sent)
        return nothing_sent and draft.estimated is not None and draft.remaining != 0 and draft.done == 100


def _remaining(work: float, done: float) -> float:
    return min(max(round(work - work * done / 100.0, 2), 0.0), work)


def _done(work: float, remaining: float) -> int:
    percentage = (round(work, 2) - round(remaining, 2)) / round(work, 2) * 100
    if percentage == 0:
        return 0
    if 0 < percentage <= 1:
        return 1
    if 99 <= percentage < 100:
        return 99
    return int(percentage + 0.5)


def _correctable_done(work: Optional[float], remaining: Optional[float], done: Optional[int]) -> bool:
    if work is None or remaining is None or done is None or work == 0 or done == 100:
        return False
    if remaining < 0 or work < remaining:
        return False
    return done != _done(work, remaining) and remaining != _remaining(work, done)
