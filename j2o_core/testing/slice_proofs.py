"""What an extractor that divides promises, and one that reads given records again."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from ..hooks.protocols import Extractor, Selection, divisions
from ..model.record import Record
from .plain import shown
from .proofs import demand


def json_of(cursor: Any) -> Any:
    """A cursor as it comes back from where it was kept."""
    return json.loads(json.dumps(cursor))


def demand_dividing(extractor: Extractor, selection: Selection) -> None:
    """Slices have names of their own, and after every division come those that come at once."""
    for name in extractor.slices(selection):
        found = list(divisions(extractor, selection, name))
        names = [one.name for division in found for one in division.slices]
        demand(len(names) == len(set(names)), f"{name} is divided into slices of one name: {shown(names)}")
        for position, division in enumerate(found):
            if division.cursor is None:
                continue
            rest = extractor.divide(selection, name, json_of(division.cursor))
            demand(rest is not None, f"{name} is divided, and not so from the cursor {shown(division.cursor)} on")
            again = [one.name for other in rest or () for one in other.slices]
            wanted = [one.name for other in found[position + 1 :] for one in other.slices]
            demand(again == wanted, f"{name}: after a division come {shown(again)}, and at once {shown(wanted)}")


def demand_chosen(extractor: Extractor, selection: Selection, records: Mapping[str, Sequence[Record]]) -> None:
    """Of an incremental one: chosen ``records``, given by the name of their slice, come again as they were."""
    if not extractor.incremental:
        return
    for name in extractor.slices(selection):
        parts = [one.name for found in divisions(extractor, selection, name) for one in found.slices]
        asked = [record for part in parts for record in records.get(part, ())][:2]
        slices = extractor.chosen(name, [(record.origin.id, record.key) for record in asked])
        pages = [page for one in slices for page in extractor.pages(selection, one.name, json_of(one.cursor))]
        again = {record.origin.id: record.digest for page in pages for record in page.records}
        wanted = {record.origin.id: record.digest for record in asked}
        demand(again == wanted, f"{name}: of the chosen {shown(list(wanted))} came {shown(list(again))}, or changed")
