"""What a report is made of: the part of the ledger's queries that it asks for."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Protocol, Sequence

from .summary import Counts

Row = Mapping[str, Any]


class RunQueries(Protocol):
    """Read-only questions about one ledger. Rows are plain dicts; iterables stream."""

    def run(self, identifier: str) -> Row:
        """One run: run (its id), spec, state, started, finished, exit_code, ..."""

    def entities(self, run: str) -> Mapping[str, Counts]:
        """The counts by entity."""

    def listed(self, run: str, outcome: Optional[str] = None) -> Iterable[Row]:
        """Items skipped or failed: entity, origin, key, outcome, code, message, place."""

    def alike(self, run: str) -> Iterable[Row]:
        """Groups of these items in the order of the first of each: outcome, cause, code, class, entity, count, first.

        ``cause`` is the number of their root cause.
        """

    def examples(
        self, run: str, of: Sequence[Sequence[Row]], most: int, requested: bool = False
    ) -> Sequence[Sequence[Row]]:
        """Of several sequences of such groups, the first items of each: key, message, place, request.

        ``requested``: of those alone that have a ``request``.
        """

    def accounts(self, run: str) -> Iterable[Row]:
        """What became of things that are no items: entity, kind, name, becomes, why, count, place."""

    def problems(self, run: str) -> Iterable[Row]:
        """Problems: stage, severity, code, entity, key, field, message, place."""
