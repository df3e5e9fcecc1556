"""An effect as plain data: as the plan makes it, as the engine reads it, and how it ended."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional, Sequence

from ..model.payload import from_json, to_json

PLANNED, SENT, DONE, FAILED, SKIPPED = "planned", "sent", "done", "failed", "skipped"
CREATE, UPDATE, SHAPE, UPLOAD = "create", "update", "shape", "upload"
#: those of which an item of the source has at most one: what becomes of them becomes of it
OF_ITEMS = (CREATE, UPDATE, UPLOAD)
#: an item that takes a number for which the source has none, and its removal
FILL, CLEAR = "fill", "clear"
#: in place of what the target must call an item: it takes any number, when its turn has come
ANY_NUMBER = "*"


@dataclass(frozen=True)
class Planned:
    """An effect as the plan makes it. ``payload`` is symbolic; ``notes`` are (label, value) pairs.

    ``display`` is what the target must call the item, where keys are reproduced; ``rank`` is its number then, until
    all are planned. ``item`` is the target id of what is to be cleared away, and ``undoes`` the effect that made it.
    """

    step: int
    entity: str
    origin: str
    key: str
    kind: str
    effect_class: str
    payload: Mapping[str, Any]
    notes: Sequence[tuple[str, Any]] = ()
    only: Optional[Sequence[str]] = None
    parent_entity: Optional[str] = None
    parent_origin: Optional[str] = None
    rank: int = 0
    lane: str = ""
    record_digest: str = ""
    mapping_digest: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    doubtful: bool = False
    display: str = ""
    item: Optional[str] = None
    undoes: Optional[int] = None


@dataclass(frozen=True)
class EffectRow:
    """A stored effect, read for sending. ``sent`` is epoch seconds, or ``None``: never sent."""

    id: int
    step: int
    rank: int
    entity: str
    origin: str
    key: str
    kind: str
    lane: str
    payload: Mapping[str, Any]
    notes: Sequence[tuple[str, Any]]
    only: Optional[frozenset[str]]
    parent_entity: Optional[str]
    parent_origin: Optional[str]
    record_digest: str
    mapping_digest: str
    fields: Mapping[str, str]
    attempts: int
    sent: Optional[float]
    resent: bool
    doubtful: bool = False
    display: str = ""
    item: Optional[str] = None


def partition(lane: str) -> int:
    """The partition of a lane, 0 to 255."""
    return zlib.crc32(lane.encode("utf-8", "surrogatepass")) & 0xFF


@dataclass(frozen=True)
class Ended:
    """How one effect ended. Its payload goes, unless ``late`` fields or the sweep (``keeps_payload``) need it."""

    id: int
    state: str
    attempts: int
    item: Optional[str] = None
    version: Optional[str] = None
    adopted: bool = False
    inverse: Optional[Mapping[str, Any]] = None
    late: Sequence[str] = ()
    code: Optional[str] = None
    message: Optional[str] = None
    keeps_payload: bool = False


def pack(payload: Mapping[str, Any], notes: Sequence[tuple[str, Any]]) -> bytes:
    """Payload and notes as compressed JSON."""
    form = {"payload": to_json(dict(payload)), "notes": [[label, to_json(value)] for label, value in notes]}
    text = json.dumps(form, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def read_row(row: Mapping[Any, Any]) -> EffectRow:
    """A row of the table as data."""
    blob = row["payload"]
    form = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass")) if blob else {"payload": {}, "notes": []}
    return EffectRow(
        id=row["id"],
        step=row["step"],
        rank=row["rank"],
        entity=row["entity"],
        origin=row["origin"],
        key=row["key"],
        kind=row["kind"],
        lane=row["lane"],
        payload=from_json(form["payload"]),
        notes=[(label, from_json(value)) for label, value in form["notes"]],
        only=None if row["only"] is None else frozenset(json.loads(row["only"])),
        parent_entity=row["parent_entity"],
        parent_origin=row["parent_origin"],
        record_digest=row["record_digest"],
        mapping_digest=row["mapping_digest"],
        fields=json.loads(row["fields"]),
        attempts=row["attempts"],
        sent=row["sent"],
        resent=bool(row["resent"]),
        doubtful=bool(row["doubtful"]),
        display=row["display"] or "",
        item=row["item"],
    )
