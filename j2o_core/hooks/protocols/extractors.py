"""Extractors read the records of a source, page by page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import AbstractSet, Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from ...model.problem import Problem
from ...model.record import Record


@dataclass(frozen=True)
class Selection:
    """What the spec selects: project keys (empty = all) and a further condition in the source's own words."""

    projects: tuple[str, ...] = ()
    jql: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Some records, and the cursor from which reading goes on after them (plain JSON; ``None``: the end).

    ``expected`` is the total that the source announced for the slice, where it announces one. ``gone``: the ids of
    records that the slice was to hold and that the source does not give.
    """

    records: Sequence[Record]
    cursor: Optional[Any] = None
    expected: Optional[int] = None
    problems: Sequence[Problem] = ()
    gone: Sequence[str] = ()


@dataclass(frozen=True)
class Slice:
    """A part of a divided slice: ``cursor`` (plain JSON) is where reading it begins and says all that it takes.

    ``name`` is what people read of it, and one of its kind within what was divided; ``expected`` is how many records
    it holds, where that is known.
    """

    name: str
    cursor: Any
    expected: Optional[int] = None


@dataclass(frozen=True)
class Division:
    """Some slices of a divided one, and the cursor from which dividing goes on after them (plain JSON).

    ``expected`` is the total that the source announces for the whole. Of ``changes`` alone: ``gone`` are the ids of
    records that exist no more, ``outdated`` those of other things that changed, so that what holds them is read again.
    """

    slices: Sequence[Slice]
    cursor: Optional[Any] = None
    expected: Optional[int] = None
    problems: Sequence[Problem] = ()
    gone: Sequence[str] = ()
    outdated: Sequence[str] = ()


@dataclass(frozen=True)
class Earlier:
    """The last complete reading of a slice: when it ``began`` (epoch seconds of this machine), and what it gave.

    ``known`` gives (id, key) of its records in chunks. ``look_for_deleted``: what exists no more is asked for too.
    """

    began: float
    known: Callable[[], Iterator[Sequence[tuple[str, str]]]]
    look_for_deleted: bool = False


class Extractor(ABC):
    """Reads the records of one entity. ``name`` is what a spec calls it (``jira.issues``)."""

    name: ClassVar[str]
    #: whether a later run need not read everything: ``changes``, ``chosen`` and ``mentions`` are there
    incremental: ClassVar[bool] = False
    #: the kinds of its records (``kind`` in their data), where all are known; none: they are of the entity's name
    kinds: ClassVar[Optional[tuple[str, ...]]] = None
    #: the extractor whose records tell what the source is set up with, for ``misfits``; empty: there is nothing to tell
    set_up_by: ClassVar[str] = ""

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any]) -> None:
        self.client = client
        self.source = source
        self.entity = entity
        self.options = options

    def slices(self, selection: Selection) -> Iterable[str]:
        """Independent parts that are read and resumed apart (a project each, say)."""
        return ("all",)

    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Optional[Iterator[Division]]:
        """Slices of bounded size within a large one, found from ``cursor`` on; ``None``: it is read as one.

        Each division is stored before the next is asked for, and its slices are read side by side meanwhile: ``pages``
        is then called with their names and cursors, never with ``None``. It divides either always or never.
        """
        return None

    def basis(self) -> str:
        """A digest of what all records show copies of, and no extractor reads; where it differs, all is read."""
        return ""

    def changes(self, selection: Selection, slice: str, earlier: Earlier, cursor: Optional[Any]) -> Iterator[Division]:
        """Slices of what changed since ``earlier``, as ``divide`` gives them; the rest is kept as it was read then."""
        raise NotImplementedError(f"{self.name} reads everything every time")

    def chosen(self, slice: str, records: Sequence[tuple[str, str]]) -> Iterable[Slice]:
        """Slices that hold the records of these (id, key), which were read from ``slice`` before."""
        raise NotImplementedError(f"{self.name} reads everything every time")

    def mentions(self, data: Mapping[str, Any]) -> Iterable[str]:
        """The ids of records of its own whose data tell of this changed record, purely: they are read again."""
        return ()

    def shows(self, data: Mapping[str, Any], changed: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether a record read earlier, with one of these ids somewhere in its data, shows what changed, purely.

        ``changed`` are ids by the name of the extractor that reads them; under no name, those of ``outdated``.
        """
        return True

    @abstractmethod
    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """The pages of one slice from ``cursor`` on; each is stored before the next is asked for."""

    def misfits(self, set_up: Iterable[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], Iterable[Problem]]:
        """Given the data of all records of ``set_up_by``, what tells of a record's data where they do not fit those.

        For `j2o check`; purely, and warnings alone: the source holds what it holds.
        """
        return lambda data: ()

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """The names under which a source value (a user object, a key, ...) refers to a record of this extractor."""
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """What a person would read for such a value."""
        return str(value) if value is not None else ""

    def page(self, key: str) -> str:
        """The address of the web page of a record, by its key or a former one; left out where records have none."""
        raise NotImplementedError(f"{self.name} has no pages")

    def former_key(self, alias: str) -> str:
        """The key that this alias (in lower case) of a record was once; empty where it is another kind of name."""
        return ""

    def field_names(self) -> Mapping[str, str]:
        """Display names by field id, for ``field("Story Points")`` and for preserved values."""
        return {}


def divisions(extractor: Extractor, selection: Selection, slice: str) -> Iterator[Division]:
    """The slices whose ``pages`` are read for ``slice``: those that ``divide`` finds, else the slice itself."""
    found = extractor.divide(selection, slice, None)
    if found is None:
        yield Division([Slice(slice, None)])
    else:
        yield from found
