"""The books of a migration: what the source holds, by entity, and where each of it went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Optional, Sequence

from ..ledger import listing
from ..ledger.items import Items
from ..model.problem import ERROR, Problem
from ..snapshot.store import Snapshot
from .extract import read_before
from .recorded import snapshot_path
from .wiring import Wiring

UNACCOUNTED = "J2O-V004"
#: so many of what nobody accounts for are named
_NAMED = 5


@dataclass(frozen=True)
class Book:
    """One entity: ``source`` is the sum of the four after it.

    ``source``: what the source holds, as it was last read whole and compared with the source's own counts.
    ``written``: stands on the target (made or found there). ``skipped`` and ``failed``: listed by a run, with a reason.
    ``unaccounted``: none of these. ``retired``: stands on the target, and the source has it no more.
    """

    source: int
    written: int
    skipped: int
    failed: int
    unaccounted: int
    retired: int

    def as_json(self) -> dict[str, int]:
        """The numbers by name."""
        return asdict(self)


@dataclass(frozen=True)
class Books:
    """Those of all entities, and what does not balance. ``reason``: why there are none."""

    entities: dict[str, Book]
    findings: tuple[Problem, ...] = ()
    reason: str = ""


def books(wiring: Wiring, items: Items) -> Books:
    """Account for every record that was read last, by what the ledger says became of it."""
    path = snapshot_path(wiring.home, wiring.source, wiring.source_identity)
    if not path.is_file():
        return Books({}, reason=f"what was read of '{wiring.source}' is not in {wiring.home}")
    snapshot = Snapshot(path, wiring.source)
    try:
        if read_before(wiring.spec, snapshot) is None:
            return Books({}, reason=f"'{wiring.source}' was not read to its end for what the spec asks of it now")
        entities: dict[str, Book] = {}
        findings: list[Problem] = []
        for entity in wiring.entities:
            book, unknown = _book(wiring, snapshot, items, entity)
            if any(book.as_json().values()):
                entities[entity] = book
            if unknown:
                findings.append(_unaccounted(entity, book, unknown))
        return Books(entities, tuple(findings))
    finally:
        snapshot.close()


def _book(wiring: Wiring, snapshot: Snapshot, items: Items, entity: str) -> tuple[Book, Sequence[str]]:
    """The book, and keys of a few that nobody accounts for."""
    counts = {"written": 0, listing.SKIPPED: 0, listing.FAILED: 0, "": 0}
    keys: list[str] = []

    def enter(rest: dict[str, str]) -> None:
        """Key by origin of what has no item."""
        listed = listing.last_outcomes(items.engine, items.target, items.source, entity, list(rest))
        for origin, key in rest.items():
            outcome: Optional[str] = listed.get(origin)
            counts[outcome or ""] += 1
            if outcome is None and len(keys) < _NAMED:
                keys.append(key)

    for stubs in snapshot.stubs(entity):
        standing = items.made_of(entity, [stub.id for stub in stubs])
        counts["written"] += len(standing)
        enter({stub.id: stub.key for stub in stubs if stub.id not in standing})
    for missing in snapshot.unreturned(entity):
        enter(dict.fromkeys(missing.origins(), missing.parent_key))
    if wiring.loaders[entity].stands_in_for:
        counts[""] = 0  # whoever has an item of the other kind needs none of this one
        keys.clear()
    skipped, failed = counts[listing.SKIPPED], counts[listing.FAILED]
    retired = items.count(entity) - counts["written"]
    return Book(sum(counts.values()), counts["written"], skipped, failed, counts[""], retired), keys


def _unaccounted(entity: str, book: Book, keys: Sequence[str]) -> Problem:
    more = ", ..." if book.unaccounted > len(keys) else ""
    message = (
        f"{book.unaccounted:,} of {book.source:,} {entity} of the source are neither on the target nor listed as left "
        f"out ({', '.join(keys)}{more})"
    )
    return Problem(UNACCOUNTED, message, ERROR, entity=entity)
