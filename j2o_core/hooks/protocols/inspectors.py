"""Inspectors tell before a run whether a system is ready for it; they only read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Iterable, Mapping, Optional, Sequence

from ...model.problem import Place

#: how a line of the inspection stands; ``BROKEN``: a run cannot do what the spec says
FINE, NOTICE, BROKEN = "ok", "warn", "error"
#: what becomes of what is not there: words in the text, something else in its place, or items that cannot be written
TEXT, SUBSTITUTE, FAILURE = "text", "substitute", "failure"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at. ``advice`` is what to do about it, empty where nothing is to be done."""

    topic: str
    status: str
    message: str
    advice: str = ""


@dataclass(frozen=True)
class Need:
    """Something of the administrator's making that the spec names: a type, a status, a custom field, a setting.

    ``kind`` is the word of the loader's ``named`` (or of the spec's ``required``). ``required``: the spec says that
    nothing is to be written without it. ``form`` is what a custom field should hold, as far as the mapping tells:
    ``text``, ``rich text``, ``number``, ``date``, ``yes or no``, ``choice``, ``person``, ``version``; ``values`` are
    those of a choice. ``parts`` are the names of what has to go together, where it is of several (a type and a status).

    ``count`` is how many items of what was read need it (``None`` where nothing was), ``examples`` are keys of such
    items, ``options`` (value, how many items) those of a field's short values. ``on_fail`` is what the spec says of
    items of the entity that cannot be written.
    """

    kind: str
    name: str
    entity: str = ""
    field: str = ""
    place: Optional[Place] = None
    required: bool = False
    form: str = ""
    values: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    count: Optional[int] = None
    examples: tuple[str, ...] = ()
    options: tuple[tuple[str, int], ...] = ()
    on_fail: str = ""


@dataclass(frozen=True)
class Needs:
    """What a spec relies on.

    ``fields`` are the payload fields by entity that are mapped, ``values`` the values that the spec itself gives to a
    field of an entity, ``projects`` the selected ones as the source calls them, ``options`` those of the loaders by
    entity. ``numbers``: of keys such as ``ACME-42`` in what was read, how many there are and the highest, by what
    stands before the number; ``None`` where nothing was read. ``previews`` are by loader the values of one field, by
    key of the source (``None``: it has none): of what was read, else of the selected keys, or of a made-up one.
    """

    needs: Sequence[Need] = ()
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[tuple[str, str], Sequence[Any]] = field(default_factory=dict)
    projects: Sequence[str] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    numbers: Optional[Mapping[str, tuple[int, int]]] = None
    previews: Mapping[str, Mapping[str, Optional[str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Prerequisite:
    """Something that only an administrator can make.

    ``done`` tells whether it is there, ``note`` what is missing of it, ``without`` what a run does where it is not
    there, ``how`` where an administrator makes it. ``loss``: TEXT, SUBSTITUTE or FAILURE, where that can be told.
    """

    need: Need
    done: bool
    without: str
    how: str
    note: str = ""
    loss: str = ""


class Inspector(ABC):
    """Inspects one system. ``name`` is the connector's whose clients it takes."""

    name: ClassVar[str]
    #: by loader, the field whose values it wants to see: see ``Needs.previews``
    previews: ClassVar[Mapping[str, str]] = {}

    def __init__(self, client: Any) -> None:
        self.client = client

    @abstractmethod
    def lines(self, needs: Needs) -> Iterable[Line]:
        """What was looked at, in the order in which a person reads it. What may not be read is a line too."""

    def server_time(self) -> Optional[float]:
        """What the system's clock says (epoch seconds); ``None`` where it does not tell."""
        return None

    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        """Of what the spec relies on, that which only an administrator can make."""
        return ()

    def script(self, prerequisites: Sequence[Prerequisite]) -> str:
        """A program for an administrator's own console that makes what is missing; empty where there is none.

        It does nothing the second time, and tells what it does.
        """
        return ""
