"""One write on the target: what is asked of a loader, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Callable, ContextManager, Mapping, Optional, Protocol

from .origin import Origin


class EffectClass(str, Enum):
    """How a repeated write is kept from doubling anything."""

    NATURAL = "natural"  # the server refuses a second one
    MARKED = "marked"  # found by its origin mark
    REPEATABLE = "repeatable"  # doing it twice is doing it once


class Phase(str, Enum):
    """The barriers of a run, in this order."""

    STRUCTURE = "structure"
    WORK_PACKAGES = "work_packages"
    SHAPE = "shape"  # files that no create has claimed, late texts, relations, what children disturbed
    COMMENTS = "comments"
    ATTENDANCE = "attendance"  # watchers, time entries
    FINISH = "finish"


class Undo(str, Enum):
    """What taking an effect back can achieve over REST."""

    EXACT = "exact"
    COMPENSATING = "compensating"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class TargetItem:
    """An item on the target that a reference resolved to.

    ``label`` is what a person reads (a display name), ``key`` what the source calls it (``ACME-1``, a login).
    """

    entity: str
    id: str
    label: str = ""
    key: str = ""


@dataclass(frozen=True)
class Note:
    """Something that had no field of its own and is written as readable text: ``label: text``.

    ``text`` is a plain string, or a ``RichText`` where the value was rich.
    """

    label: str
    text: Any


class Stream(Protocol):
    """An open, readable file: complete, checked for its announced length before it is handed over."""

    size: int
    md5: str

    def read(self, size: int = -1) -> bytes:
        """As file objects do."""
        ...

    def seek(self, offset: int, whence: int = 0) -> int:
        """As file objects do."""
        ...


LookUp = Callable[[str, str], Optional[TargetItem]]


def _is_another(entity: str, alias: str) -> bool:
    """The answer where nobody knows what the item itself is called."""
    return False


def _tell_nobody(reference: str) -> None:
    """What an effect that nobody listens to does with what it is told."""


@dataclass(frozen=True)
class Claim:
    """A file that was uploaded and waits to be claimed by the item under construction."""

    origin: Origin
    id: str
    name: str


@dataclass(frozen=True)
class Effect:
    """One write, ready to be turned into a request.

    ``payload`` has every reference resolved: a ``TargetItem``, ``None``, or a list of those; rich text is still a
    ``RichText``. Fields left out by policy are absent. ``look_up(entity, alias)`` resolves what rich text refers to;
    ``tell(words)`` is called with each reference of a text that led nowhere, as a person would call it.
    ``is_itself(entity, alias)`` is whether that names the very item that is written: looking it up would wait for it.
    ``parent`` is the target item this one belongs to. ``fields`` limits an update to these payload fields.
    """

    origin: Origin
    key: str
    payload: Mapping[str, Any]
    look_up: LookUp
    parent: Optional[TargetItem] = None
    parent_key: str = ""
    notes: tuple[Note, ...] = ()
    claims: tuple[Claim, ...] = ()
    fields: Optional[frozenset[str]] = None
    content: Optional[Callable[[], ContextManager[Stream]]] = None
    tell: Callable[[str], None] = _tell_nobody
    is_itself: Callable[[str, str], bool] = _is_another


@dataclass(frozen=True)
class Difference:
    """A field that the server stored otherwise than it was sent, without refusing it; ``because`` says why, and what
    can be done, where that is known."""

    field: str
    sent: Any
    stored: Any
    because: str = ""


@dataclass(frozen=True)
class Answer:
    """What the target said to a write. ``image`` holds the fields as stored, in the loader's canonical form."""

    id: str
    version: Optional[str] = None
    image: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    claimed: tuple[str, ...] = ()  # ids of the claims that the item really holds now
    updated: Optional[str] = None
    display: str = ""  # what the target calls it, where that is not the id


@dataclass(frozen=True)
class Found:
    """An item that exists on the target.

    ``mark`` is the id part of the origin mark (``j2o-acme-`` stripped and the entity's prefix removed) where it bears
    one of this source; ``keys`` are natural keys, comparable with ``Loader.keys``.
    """

    id: str
    mark: Optional[str] = None
    keys: tuple[str, ...] = ()
    version: Optional[str] = None
    updated: Optional[str] = None
    image: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    parent: str = ""
    display: str = ""
