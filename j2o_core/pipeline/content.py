"""How the bytes of files are opened at apply: by the splitter that found them, into a folder of the run's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ..engine.context import Opener
from ..hooks.protocols import Splitter
from ..ledger.effects import EffectRow
from ..model.effect import Stream
from ..model.outcome import Fatal
from ..snapshot.store import Snapshot
from .interrupt import STOPPED
from .records import Records
from .wiring import Wiring


def openers(wiring: Wiring, snapshot: Snapshot) -> dict[str, Opener]:
    """A way to open the bytes of each entity that stands for files."""
    found: dict[str, Opener] = {}
    records = Records(snapshot, wiring.derivations)
    client = next(iter(wiring.extractors.values())).client if wiring.extractors else None
    for entity, splitters in wiring.splitters.items():
        for _, splitter in splitters:
            if type(splitter).content is not Splitter.content:
                found[entity] = _opener(entity, splitter, client, records, wiring.home / "files")
    return found


def _opener(entity: str, splitter: Splitter, client: Any, records: Records, folder: Path) -> Opener:
    def open_content(row: EffectRow) -> AbstractContextManager[Stream]:
        sourced = records.one(entity, row.origin)
        if sourced is None:
            raise Fatal(f"{entity} {row.key} is in the plan but not in the snapshot", exit_code=STOPPED)
        folder.mkdir(parents=True, exist_ok=True)
        return splitter.content(client, sourced.record, folder)

    return open_content
