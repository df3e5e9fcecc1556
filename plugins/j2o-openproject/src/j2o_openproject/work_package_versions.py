"""Which versions and which sprint a work package gets: fix versions first, unless the spec says otherwise.

Sprints come with the one that counts first. Where it is one of the server's own it has a field of its own; where it is
a version, fix versions want the same field. What has no place is told in words, whatever was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from j2o_core.api import Note, TargetItem

from .hal import link, links
from .server_sprints import sprint_of
from .target_items import ids, sorted_ids
from .work_package_schema import WorkPackageSchema

VERSION_FIELDS = ("version", "versions", "sprints")
#: where a sprint that is a version goes: where no fix version is, before fix versions, or into words alone
WHEN_FREE, FIRST, IN_WORDS = "when_free", "first", "in_words"
PLACES = (WHEN_FREE, FIRST, IN_WORDS)


@dataclass
class Placed:
    """By payload field: what is compared, the links that are sent, and what is told in words."""

    images: dict[str, Any] = field(default_factory=dict)
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)


def place_versions(payload: Mapping[str, Any], schema: WorkPackageSchema, place: str) -> Placed:
    """Where versions and sprints of a payload go; ``place`` is one of ``PLACES``."""
    placed = Placed()
    names = [name for name in ("version", "versions") if name in payload]
    sprints = _items(payload.get("sprints"))
    current = _version(sprints, place)
    for name in names or (["versions"] if "sprints" in payload else []):
        _versions(placed, name, _items(payload.get(name)), current, schema, place)
    if "sprints" in payload:
        _sprints(placed, sprints, schema)
    return placed


def version_image(name: str, identifiers: list[str]) -> Any:
    """``versions`` is a list; ``version`` one id, ``None``, or a list where there are several."""
    if name == "versions" or len(identifiers) > 1:
        return identifiers
    return identifiers[0] if identifiers else None


def _versions(
    placed: Placed,
    name: str,
    fixed: list[TargetItem],
    current: Optional[TargetItem],
    schema: WorkPackageSchema,
    place: str,
) -> None:
    if schema.has_many_versions:
        kept = sorted_ids(ids([*fixed, *([current] if current else [])]))
        placed.links[name] = {"targetVersions": links("versions", kept)}
        further: list[TargetItem] = []
    else:
        wins = current if current and (place == FIRST or not fixed) else None
        first, further = (wins, fixed) if wins else (fixed[0] if fixed else None, fixed[1:])
        kept = [first.id] if first else []
        further = [item for item in further if item.id not in kept]
        placed.links[name] = {"version": link("versions", kept[0] if kept else None)}
    placed.images[name] = version_image(name, kept)
    if further:
        placed.notes[name] = Note("Further versions", _labels(further))


def _sprints(placed: Placed, sprints: list[TargetItem], schema: WorkPackageSchema) -> None:
    sent = {name: value for links in placed.links.values() for name, value in links.items()}
    shown = {one["href"] for value in sent.values() for one in (value if isinstance(value, list) else [value])}
    own = None
    if schema.is_writable("sprint"):
        own = sprint_of(sprints[0].id) if sprints else None
        sent["sprint"] = link("sprints", own)
    placed.images["sprints"] = own
    placed.links["sprints"] = sent  # with the versions: a sprint that is a version changes them
    left = [one for one in sprints if not _is_shown(one, own, shown)]
    if left:
        placed.notes["sprints"] = Note("Sprints" if len(left) == len(sprints) else "Further sprints", _labels(left))


def _version(sprints: list[TargetItem], place: str) -> Optional[TargetItem]:
    """The sprint that counts, where it is a version that may go into the field of versions."""
    return sprints[0] if sprints and place != IN_WORDS and sprint_of(sprints[0].id) is None else None


def _items(value: Any) -> list[TargetItem]:
    listed = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in listed if isinstance(item, TargetItem)]


def _is_shown(sprint: TargetItem, own: Optional[str], shown: set[Optional[str]]) -> bool:
    number = sprint_of(sprint.id)
    return number == own if number else link("versions", sprint.id)["href"] in shown


def _labels(items: list[TargetItem]) -> str:
    return ", ".join(item.label or item.id for item in items)
