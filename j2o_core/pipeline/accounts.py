"""Accounts for what is no item of its own: what was only read, and who made the items when."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Iterator, Mapping

from sqlalchemy import Engine

from ..ledger import accounts as ledger_accounts
from ..ledger import counts as ledger_counts
from ..ledger.accounts import Account
from ..ledger.writer import Writer
from ..snapshot.store import Snapshot
from ..spec.model import AccountSpec, EntitySpec
from .wiring import Wiring

#: what becomes of a kind without a row
_UNSAID = AccountSpec("listed", "nothing in the spec says what becomes of it")
_DEFAULT = "*"
WRITTEN, TEXT = "written", "text"
_STANDING = ("created", "updated", "unchanged")
_CHUNK = 500


def write_accounts(wiring: Wiring, snapshot: Snapshot, engine: Engine, writer: Writer, run: str) -> None:
    """Write the accounts of a run into the ledger, a few at a time; those of before it was stopped are given again."""
    writer.submit(partial(ledger_accounts.forget, run=run))
    found = accounts(wiring, snapshot, ledger_counts.entities(engine, run))
    for chunk in iter(lambda: list(islice(found, _CHUNK)), []):
        writer.submit(partial(ledger_accounts.put, run=run, accounts=chunk))


def accounts(wiring: Wiring, snapshot: Snapshot, counts: Mapping[str, Mapping[str, int]]) -> Iterator[Account]:
    """One for each record of entities that nothing writes, and for each kind of item one of its author and time.

    ``counts`` are the outcomes of the run by entity.
    """
    for entity in wiring.spec.entities.values():
        loader = wiring.loaders.get(entity.name)
        if loader is None:
            yield from _read_only(entity, snapshot)
            continue
        standing = sum(counts.get(entity.name, {}).get(outcome, 0) for outcome in _STANDING)
        for field, told in loader.provenance().items():
            if field in entity.map and standing:
                becomes = WRITTEN if told.written else TEXT
                place = str(entity.map[field].place or "")
                yield Account(entity.name, told.what, "", becomes, told.where, standing, place)


def _read_only(entity: EntitySpec, snapshot: Snapshot) -> Iterator[Account]:
    for stubs in snapshot.stubs(entity.name):
        found = snapshot.load(entity.name, [stub.id for stub in stubs])
        for stub in stubs:
            data = found[stub.id][0].data
            kind = str(data.get("kind") or entity.name)
            said = entity.account.get(kind) or entity.account.get(_DEFAULT) or _UNSAID
            projects = ", ".join(str(key) for key in data.get("projects") or ())
            about = "; ".join(filter(None, (projects, str(data.get("remark") or ""))))
            name = f"{stub.key} ({about})" if about else stub.key
            yield Account(entity.name, kind, name, said.becomes, said.why, 1, str(said.place or entity.place or ""))
