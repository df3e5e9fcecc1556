"""Surveys tell what the two systems hold, so that a spec can be proposed for them; they only read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Mapping, Optional, Sequence

from .extractors import Selection

#: what a field holds, on either side
TEXT, RICH_TEXT, ADDRESS = "text", "rich text", "address"
NUMBER, BOOLEAN, DATE, TIME = "number", "yes or no", "date", "time"
CHOICE, CASCADE, LABELS = "choice", "choice of two levels", "labels"
PERSON, GROUP, VERSION, PROJECT = "person", "group", "version", "project"
ITEM, SPRINT, NAMED, OTHER = "item", "sprint", "named thing", "something else"


@dataclass(frozen=True)
class SourceField:
    """A field of the source's items.

    ``path`` is how a spec reads it by its id, ``kind`` one of those above, ``filled`` the number of items among ``of``
    that have a value: of all items where ``exact``, else of those that were read. ``values`` are values seen of a
    choice.
    """

    id: str
    name: str
    path: str
    kind: str
    many: bool = False
    custom: bool = True
    filled: int = 0
    of: int = 0
    exact: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceValue:
    """A value of the source that a table translates. ``items`` is how many items have it, ``None`` where nobody knows.

    ``exact``: they were counted, all of them. ``note`` is what else a person may want to know.
    """

    name: str
    items: Optional[int] = None
    exact: bool = True
    note: str = ""


@dataclass(frozen=True)
class SourcePerson:
    """A person of the source. ``id`` never changes; ``logins`` are names to sign in with, the first the usual one."""

    id: str
    logins: tuple[str, ...] = ()
    name: str = ""
    mail: str = ""
    active: bool = True


@dataclass(frozen=True)
class SourceSurvey:
    """What a source holds.

    ``template`` is the packaged template for such a source, ``items`` how many there are in the selection (``exact``,
    or estimated) and ``sampled`` how many of them were read. ``extractor`` reads them, ``people_from`` are extractors
    and splitters of people, whose ``id`` stands under the first of ``person_paths`` that has a value. ``values`` are by
    the name of the table that translates them. ``remarks`` are what could not be read, and why.
    """

    template: str
    extractor: str
    items: int
    sampled: int
    exact: bool
    fields: Sequence[SourceField]
    values: Mapping[str, Sequence[SourceValue]]
    people: Sequence[SourcePerson]
    people_from: tuple[str, ...] = ()
    person_paths: tuple[str, ...] = ()
    projects: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class TargetField:
    """A custom field of the target. ``key`` is how a spec writes it; ``values`` are what it takes (empty: anything)."""

    key: str
    name: str
    kind: str
    many: bool = False
    values: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetValue:
    """A value that the target knows. ``obstacle`` is why new items cannot have it yet; empty where they can."""

    name: str
    obstacle: str = ""


@dataclass(frozen=True)
class TargetPerson:
    """An account of the target."""

    login: str
    name: str = ""
    mail: str = ""


@dataclass(frozen=True)
class TargetSurvey:
    """What a target holds. ``values`` are by the name of the table whose rows give them; ``login_field`` is the payload
    field that tells which account a person has."""

    fields: Sequence[TargetField]
    values: Mapping[str, Sequence[TargetValue]]
    people: Sequence[TargetPerson]
    login_field: str = ""
    remarks: Sequence[str] = ()


class SourceSurveyor(ABC):
    """Looks through a source. ``name`` is the connector's whose clients it takes."""

    name: ClassVar[str]

    def __init__(self, client: Any) -> None:
        self.client = client

    @abstractmethod
    def survey(self, selection: Selection, sample: int) -> SourceSurvey:
        """What is there, from at most ``sample`` items and from counts.

        Raises ``Fatal``, naming the permission, where what a spec needs may not be read.
        """


class TargetSurveyor(ABC):
    """Looks through a target. ``name`` is the connector's whose clients it takes."""

    name: ClassVar[str]

    def __init__(self, client: Any) -> None:
        self.client = client

    @abstractmethod
    def survey(self) -> TargetSurvey:
        """What is there; raises ``Fatal``, naming the permission, where it may not be read."""
