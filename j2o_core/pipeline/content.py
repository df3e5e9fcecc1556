"""How the bytes of files are opened at apply: by the splitter that found them, into a folder of the run's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Callable, Optional

from ..engine.context import Opener
from ..hooks.protocols import Splitter
from ..ledger.effects import EffectRow
from ..model.effect import Stream
from ..model.outcome import Fatal
from ..model.record import Record
from ..snapshot.store import Snapshot
from .interrupt import STOPPED
from .records import Records
from .wiring import Wiring

#: the record of (entity, origin), or ``None``
Find = Callable[[str, str], Optional[Record]]


def openers(wiring: Wiring, find: Find, folder: Path) -> dict[str, Opener]:
    """A way to open the bytes of each entity that stands for files; ``find`` gives the record of (entity, origin)."""
    found: dict[str, Opener] = {}
    client = next(iter(wiring.extractors.values())).client if wiring.extractors else None
    for entity, splitters in wiring.splitters.items():
        for _, splitter in splitters:
            if type(splitter).content is not Splitter.content:
                found[entity] = _opener(entity, splitter, client, find, folder)
    return found


def in_snapshot(wiring: Wiring, snapshot: Snapshot) -> Find:
    """Finds records in the snapshot."""
    records = Records(snapshot, wiring.derivations)

    def find(entity: str, origin: str) -> Optional[Record]:
        sourced = records.one(entity, origin)
        return None if sourced is None else sourced.record

    return find


def _opener(entity: str, splitter: Splitter, client: Any, find: Find, folder: Path) -> Opener:
    def open_content(row: EffectRow) -> AbstractContextManager[Stream]:
        record = find(entity, row.origin)
        if record is None:
            raise Fatal(f"{entity} {row.key} is in the plan but not in the snapshot", exit_code=STOPPED)
        folder.mkdir(parents=True, exist_ok=True)
        return splitter.content(client, record, folder)

    return open_content
