"""Mails that a real server would have sent, counted by occasion."""

from __future__ import annotations

from typing import Dict, Iterable, Optional


class Mails:
    """Counts by occasion, e.g. ``{"watcher added": 3}``."""

    def __init__(self) -> None:
        self._counts: Dict[str, int] = {}
        self._pending: Dict[str, int] = {}

    def send(self, occasion: str, recipients: Iterable[Optional[int]], actor: int) -> None:
        """One mail to each recipient but the one who acts."""
        count = len({recipient for recipient in recipients if recipient is not None and recipient != actor})
        if count:
            self._pending[occasion] = self._pending.get(occasion, 0) + count

    def commit(self) -> None:
        """The request that sends them went well."""
        if self._pending:
            for occasion, count in self._pending.items():
                self._counts[occasion] = self._counts.get(occasion, 0) + count
            self._pending.clear()

    def rollback(self) -> None:
        """The request was taken back, its mails are not sent."""
        self._pending.clear()

    def rows(self) -> Dict[str, int]:
        """All counts, with their sum as ``total``."""
        return {"total": sum(self._counts.values()), **dict(sorted(self._counts.items()))}
