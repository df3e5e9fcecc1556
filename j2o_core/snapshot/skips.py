"""Records that their mapping leaves out, by themselves and whatever else there is: kept in the snapshot, with why."""

from __future__ import annotations

from typing import Iterable, Sequence

from ..model.problem import Problem
from .rows import problem_of, problem_text
from .store import Snapshot

#: how many are looked for at once
_CHUNK = 500


class Skips:
    """Answers hold as long as the digest of all that they depend on is the same."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def known(self, entity: str, digests: Sequence[tuple[str, str]]) -> dict[str, Problem]:
        """Of these (id, digest), why they are left out, by id."""
        found: dict[str, Problem] = {}
        connection = self._snapshot.transaction()
        for start in range(0, len(digests), _CHUNK):
            part = dict(digests[start : start + _CHUNK])
            marks = ",".join("?" * len(part))
            rows = connection.execute(
                f"SELECT id, digest, body FROM skip WHERE entity = ? AND id IN ({marks})", (entity, *part)
            )
            found.update(
                (identifier, problem_of(body)) for identifier, digest, body in rows if part[identifier] == digest
            )
        return found

    def put(self, entity: str, skips: Iterable[tuple[str, str, Problem]]) -> None:
        """Remember (id, digest, reason), instead of what was known of these records."""
        rows = [(entity, identifier, digest, problem_text(reason)) for identifier, digest, reason in skips]
        with self._snapshot.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO skip VALUES (?, ?, ?, ?)", rows)
