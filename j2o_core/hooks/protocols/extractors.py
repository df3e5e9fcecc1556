"""Extractors read the records of a source, page by page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

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

    ``expected`` is the total that the source announced for the slice, where it announces one.
    """

    records: Sequence[Record]
    cursor: Optional[Any] = None
    expected: Optional[int] = None
    problems: Sequence[Problem] = ()


class Extractor(ABC):
    """Reads the records of one entity. ``name`` is what a spec calls it (``jira.issues``)."""

    name: ClassVar[str]

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any]) -> None:
        self.client = client
        self.source = source
        self.entity = entity
        self.options = options

    def slices(self, selection: Selection) -> Iterable[str]:
        """Independent parts that are read and resumed apart (a project each, say)."""
        return ("all",)

    @abstractmethod
    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """The pages of one slice from ``cursor`` on; each is stored before the next is asked for."""

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """The names under which a source value (a user object, a key, ...) refers to a record of this extractor."""
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """What a person would read for such a value."""
        return str(value) if value is not None else ""

    def field_names(self) -> Mapping[str, str]:
        """Display names by field id, for ``field("Story Points")`` and for preserved values."""
        return {}
