"""Where everything went: a table from each old address, former ones too, to the new one: the source of redirects."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Iterator

from ..hooks.protocols import Extractor, Loader
from ..ledger.items import Items
from ..model.outcome import Fatal
from ..snapshot.store import Snapshot
from .interrupt import STOPPED
from .wiring import Wiring

HEADER = ("entity", "old_key", "old_address", "new_id", "new_address")


def redirects_path(home: Path, run: str) -> Path:
    """The file of a run."""
    return home / "reports" / f"{run}-redirects.csv"


def write_redirects(wiring: Wiring, snapshot: Snapshot, items: Items, path: Path) -> None:
    """One line for each key of each item that has a page on both sides, whichever run wrote it.

    Written in one piece. No file where nothing has pages. Raises ``Fatal`` where it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    lines = _lines(wiring, snapshot, items)
    first = next(lines, None)
    if first is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerow(first)
            writer.writerows(lines)
        draft.replace(path)
    except OSError as error:
        raise Fatal(f"{path} cannot be written: {error.strerror}", exit_code=STOPPED, code="disk") from error
    finally:
        draft.unlink(missing_ok=True)


def _lines(wiring: Wiring, snapshot: Snapshot, items: Items) -> Iterator[tuple[str, str, str, str, str]]:
    for entity in wiring.entities:
        loader = wiring.loaders[entity]
        for (name, _), extractor in wiring.extractors.items():
            if name == entity and _have_pages(extractor, loader):
                yield from _lines_of(entity, extractor, loader, snapshot, items)
                break


def _have_pages(extractor: Extractor, loader: Loader) -> bool:
    return type(extractor).page is not Extractor.page and type(loader).page is not Loader.page


def _lines_of(
    entity: str, extractor: Extractor, loader: Loader, snapshot: Snapshot, items: Items
) -> Iterator[tuple[str, str, str, str, str]]:
    former: dict[str, list[str]] = {}
    for identifier, alias in snapshot.further_names(entity):
        key = extractor.former_key(alias)
        if key:
            former.setdefault(identifier, []).append(key)
    for chunk in items.places(entity):
        for origin, present, item in chunk:
            new = loader.page(item)
            for key in (present, *former.get(origin, ())):
                yield entity, key, extractor.page(key), item, new
