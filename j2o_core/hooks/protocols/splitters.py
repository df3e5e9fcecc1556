"""Splitters find the children that records hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Iterable, Mapping, Optional, Sequence

from ...model.effect import Stream
from ...model.record import Record


@dataclass(frozen=True)
class Part:
    """A child that a splitter found in a record; ``id`` is unique within its entity and source."""

    id: str
    key: str
    data: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    updated: Optional[str] = None


class Splitter(ABC):
    """Derives child records from a parent's data, purely: no I/O, same input, same output."""

    name: ClassVar[str]
    #: many records have the same children (people): they belong to none of them and have no parent
    shared: ClassVar[bool] = False
    #: paths in the parent's data that the children take over whole, so that no field need map them
    consumes: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def split(self, record: Record) -> Iterable[Part]:
        """The children in order."""

    def content(self, client: Any, record: Record, folder: Path) -> AbstractContextManager[Stream]:
        """The bytes of a child that stands for a file, spooled into ``folder``; complete, else ``ItemFailed``."""
        raise NotImplementedError(f"{self.name} has no files")

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """See ``Extractor.aliases``."""
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """See ``Extractor.label``."""
        return str(value) if value is not None else ""
