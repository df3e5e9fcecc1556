"""Where the snapshot of a source lies, and what a spec makes of it without talking to any system."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ..hooks.manager import Plugins
from ..mapping.compiled import CompileError
from ..model.outcome import Fatal
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .extract import FIELD_NAMES
from .records import Records
from .wiring import Wiring, wire_recorded

_FOLDER = "snapshots"


@dataclass
class Recorded:
    """A snapshot with the mappings of a spec over it. Reads only."""

    snapshot: Snapshot
    wiring: Wiring
    records: Records

    def close(self) -> None:
        """Close the snapshot."""
        self.snapshot.close()


def snapshot_path(home: Path, source: str, identity: str) -> Path:
    """The file of a source's records; ``identity`` tells systems of one id apart."""
    return home / _FOLDER / f"{_safe(source)}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}.db"


def drop(path: Path) -> None:
    """Remove a snapshot with what SQLite keeps beside it."""
    for part in path.parent.glob(path.name + "*"):
        part.unlink()


def open_recorded(spec: Spec, plugins: Plugins, home: Path, path: Optional[Path] = None) -> Recorded:
    """What was read of the spec's source, in ``path`` or in the one snapshot of that source below ``home``.

    Raises ``Fatal`` (exit 2): no snapshot, several, an unfinished one, or a mapping that names what the source lacks.
    """
    source = _source(spec)
    snapshot = Snapshot(path or _only(home, source), source)
    try:
        names = json.loads(snapshot.meta(FIELD_NAMES) or "{}")
        try:
            wiring = wire_recorded(spec, plugins, home, names)
        except CompileError as error:
            raise Fatal(str(error), exit_code=2) from None
        return Recorded(snapshot, wiring, Records(snapshot, wiring.derivations))
    except BaseException:
        snapshot.close()
        raise


def _source(spec: Spec) -> str:
    """The id of the connection that records come from."""
    plugins = {extract.plugin for entity in spec.entities.values() for extract in entity.extract if extract.plugin}
    families = {plugin.split(".", 1)[0] for plugin in plugins}
    for connection in spec.connections.values():
        if connection.plugin in families and connection.options.get("id"):
            return str(connection.options["id"])
    raise Fatal("no connection that records come from has an id", exit_code=2)


def _only(home: Path, source: str) -> Path:
    pattern = f"{_safe(source)}-{'[0-9a-f]' * 12}.db"
    found = sorted((home / _FOLDER).glob(pattern))
    if not found:
        raise Fatal(
            f"nothing has been read of the source '{source}' into {home}: read it with `j2o extract SPEC`", exit_code=2
        )
    if len(found) > 1:
        names = ", ".join(str(path) for path in found)
        raise Fatal(f"there are several snapshots of '{source}': name one with --snapshot FILE: {names}", exit_code=2)
    return found[0]


def _safe(source: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in source)
