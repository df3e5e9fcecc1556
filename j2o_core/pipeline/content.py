"""How the bytes of files are opened at apply: by the splitter that found them, into a folder of the run's."""

from __future__ import annotations

import errno
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

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

#: how the system says of whatever disk that it takes nothing
_TAKES_NOTHING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
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
    return Records(snapshot, wiring.derivations).without_source


def _opener(entity: str, splitter: Splitter, client: Any, find: Find, folder: Path) -> Opener:
    @contextmanager
    def open_content(row: EffectRow) -> Iterator[Stream]:
        record = find(entity, row.origin)
        if record is None:
            raise Fatal(f"{entity} {row.key} is in the plan but not in the snapshot", exit_code=STOPPED)
        with ExitStack() as opened:
            with _written_to(folder):
                folder.mkdir(parents=True, exist_ok=True)
                stream = opened.enter_context(splitter.content(client, record, folder))
            yield stream

    return open_content


@contextmanager
def _written_to(folder: Path) -> Iterator[None]:
    """Within the block, a folder that takes nothing stops the run: no item is to blame for it."""
    try:
        yield
    except OSError as error:
        place = Path(str(error.filename)) if error.filename else None
        ours = place is not None and (place == folder or folder in place.parents or place in folder.parents)
        if not ours and error.errno not in _TAKES_NOTHING:
            raise
        message = f"{folder} cannot be written to: {error.strerror or error}; when it can, the same command goes on"
        raise Fatal(message, exit_code=STOPPED, code="disk") from error
