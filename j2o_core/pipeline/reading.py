"""``extract`` alone: the snapshot of a source is filled, and nothing else is touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from ..hooks.manager import Plugins
from ..model.outcome import Fatal
from ..model.problem import Problem
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .extract import begun_before, extract, read_before
from .interrupt import STOPPED, Interrupted, signals
from .options import Emit, RunOptions
from .recorded import drop, snapshot_path
from .spec_ledger import take_spec_ledger
from .wiring import wire_sources


@dataclass(frozen=True)
class Read:
    """What lies in the snapshot: records by entity, and what a person should know of the reading."""

    path: Path
    generation: int
    entities: Mapping[str, int]
    problems: tuple[Problem, ...]


def read_source(spec: Spec, plugins: Plugins, home: Path, options: RunOptions, emit: Emit) -> Read:
    """Read the whole source, or go on where an earlier reading was stopped. ``options.fresh`` drops what was read.

    A later run of a spec that reads the same goes on from it. Raises ``Fatal``: 3 for a connection that does not work,
    4 where it was stopped, 5 where another process uses the ledger.
    """
    ledger = take_spec_ledger(spec, plugins, home)
    try:
        with signals(options.stop):
            wiring = wire_sources(spec, plugins, home)
            try:
                path = snapshot_path(home, wiring.source, wiring.source_identity)
                if options.fresh:
                    drop(path)
                snapshot = Snapshot(path, wiring.source)
                try:
                    if read_before(spec, snapshot) is not None or not begun_before(spec, snapshot):
                        snapshot.begin(snapshot.generation + 1)
                    emit({"event": "stage_started", "stage": "extract"})
                    extract(wiring, snapshot, emit, options.stop, options.look_for_deleted)
                    entities = {name: snapshot.count(name) for name in spec.entities}
                    return Read(path, snapshot.generation, entities, tuple(snapshot.problems()))
                except Interrupted:
                    raise Fatal("stopped; run the same command again to go on", exit_code=STOPPED) from None
                finally:
                    snapshot.close()
            finally:
                wiring.close()
    finally:
        ledger.close()
