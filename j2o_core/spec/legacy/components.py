"""Which entities the components of an older tool become, and what changes where others are left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from .vocabulary import Vocabulary


@dataclass(frozen=True)
class Chosen:
    """``entities`` that are migrated, ``added`` because others cannot be without them (by entity: for whom);
    ``overlays`` to be laid over the spec; ``gone`` why a component is no entity; ``unknown`` names."""

    entities: tuple[str, ...] = ()
    added: dict[str, str] = field(default_factory=dict)
    overlays: tuple[Any, ...] = ()
    gone: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def choose(names: Sequence[str], words: Vocabulary) -> Chosen:
    """What these components mean; none of them known: everything is migrated, as without any."""
    wanted: dict[str, None] = {}
    gone: dict[str, str] = {}
    unknown: list[str] = []
    for name in names:
        entry = words.components.get(name.strip().lower().replace("-", "_"))
        if entry is None:
            unknown.append(name)
            continue
        wanted.update(dict.fromkeys(entry.get("entities", ())))
        if "gone" in entry:
            gone[name] = entry["gone"]
    if not wanted:
        return Chosen(gone=gone, unknown=tuple(unknown))
    added: dict[str, str] = {}
    waiting = list(wanted)
    while waiting:
        entity = waiting.pop()
        for other in words.needs.get(entity, ()):
            if other not in wanted and other not in added:
                added[other] = entity
                waiting.append(other)
    kept = tuple(entity for entity in words.entities if entity in wanted or entity in added)
    left_out = [entity for entity in words.entities if entity not in kept]
    overlays = [_within(words.without[entity], kept) for entity in left_out if entity in words.without]
    overlays.append({"entities": dict.fromkeys(left_out)})
    return Chosen(kept, added, tuple(overlays), gone, tuple(unknown))


def _within(overlay: Any, kept: Sequence[str]) -> Any:
    """The overlay without what it says of entities that are left out themselves."""
    entities = {name: form for name, form in overlay.get("entities", {}).items() if name in kept}
    rest = {key: value for key, value in overlay.items() if key != "entities"}
    return {**rest, "entities": entities} if entities else rest
