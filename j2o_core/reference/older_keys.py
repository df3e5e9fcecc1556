"""What the configuration of the older tool becomes, from the data that translate it."""

from __future__ import annotations

from typing import Iterator

from ..spec.legacy import Vocabulary, vocabulary
from ..spec.legacy.vocabulary import CHOICE, Key
from .markdown import table, words


def older_keys() -> list[str]:
    """Tables of keys and variables, of components, and of id maps."""
    known = vocabulary()
    lines = [
        "## Keys and variables",
        "",
        "A variable wins over the key in its row; of several the first that is set.",
        "",
    ]
    rows = ((words(key.names), words(key.variables), _meaning(key, known)) for key in known.keys)
    lines += table(("key", "variables", "becomes"), rows)
    lines += ["", "## Other variables", ""]
    lines += table(
        ("begins with", "becomes"), ((f"`{name}`", f"nothing: {why}") for name, why in known.variables.items())
    )
    lines += ["", "## Components", "", "In `component_order` and after `--components`.", ""]
    lines += table(
        ("component", "entities"),
        (
            (f"`{name}`", words(entry["entities"]) if "entities" in entry else f"none: {entry['gone']}")
            for name, entry in known.components.items()
        ),
    )
    return [*lines, "", "## Id maps", "", *_maps(known)]


def _meaning(key: Key, known: Vocabulary) -> str:
    if key.form == CHOICE:
        texts = (f"`{word}`: {_chosen(entry)}" for word, entry in key.values.items())
        return "; ".join(texts)
    if key.becomes:
        return f"`{key.becomes}`"
    if key.gone.startswith("as "):
        return f"nothing: as `{key.gone[3:]}`"
    return f"nothing: {key.gone}"


def _chosen(entry: object) -> str:
    assert isinstance(entry, dict)
    paths = [*_paths(entry.get("set", {}), ""), *entry.get("use", ())]
    return f"{words(paths)}, {entry['says']}" if paths else str(entry["says"])


def _paths(value: object, above: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        path = f"{above}.{name}" if above else str(name)
        if isinstance(inner, dict):
            yield from _paths(inner, path)
        else:
            yield path


def _maps(known: Vocabulary) -> list[str]:
    maps = known.maps
    by_entity: dict[str, list[str]] = {}
    for section, entity in maps.sections.items():
        by_entity.setdefault(entity, []).append(section)
    files = {entity: name for name, entity in maps.files.items()}
    rows = ((f"`{entity}`", words(names), f"`{files[entity]}`") for entity, names in by_entity.items())
    return [
        *table(("entity", "sections", "file of its own"), rows),
        "",
        f"The id on the target is the entry itself or one of {words(maps.target)}; the item of the source is the key",
        f"of the entry or one of {words(maps.source)}; {words(maps.moment)} tell when it was written.",
        "",
        f"Found again by their names, and passed over: {words(sorted(maps.ignored))}.",
    ]
