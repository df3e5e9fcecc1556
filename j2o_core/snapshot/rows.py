"""What a snapshot's rows hold: plain data, and the forms in which data and aliases are stored."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any, Iterator, Mapping, Optional

from ..model.problem import Place, Problem


@dataclass(frozen=True)
class SliceState:
    """How far one slice of one extract has been read in this generation."""

    cursor: Optional[Any] = None
    done: bool = False
    received: int = 0
    expected: Optional[int] = None


@dataclass(frozen=True)
class SliceName:
    """One slice of an entity's extract; ``part``: a slice within it, where it is divided."""

    entity: str
    priority: int
    slice: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.slice}: {self.part}" if self.part else self.slice

    @property
    def whole(self) -> SliceName:
        """The slice that this is a part of, or itself."""
        return SliceName(self.entity, self.priority, self.slice)


@dataclass(frozen=True)
class Stub:
    """A record without its data: enough to tell whether it, or what it was split from, changed."""

    sequence: int
    id: str
    key: str
    digest: str
    parent_entity: Optional[str]
    parent_id: Optional[str]
    parent_digest: Optional[str] = None


@dataclass(frozen=True)
class Unreturned:
    """Items that the source counts below a parent but does not return."""

    parent_entity: str
    parent_id: str
    parent_key: str
    count: int

    def origins(self) -> Iterator[str]:
        """What lists call each of them."""
        return (f"{self.parent_id}/unreturned/{number}" for number in range(1, self.count + 1))


def pack(data: Mapping[str, Any]) -> bytes:
    """Compressed JSON."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 3)


def unpack(blob: bytes) -> Any:
    """Read what ``pack`` wrote."""
    return json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass"))


def problem_text(problem: Problem) -> str:
    """A problem as JSON."""
    return json.dumps(asdict(problem), ensure_ascii=False)


def problem_of(text: str) -> Problem:
    """Read what ``problem_text`` wrote."""
    values = json.loads(text)
    place = values.pop("place")
    return Problem(place=Place(**place) if place else None, **values)


def fold(alias: str) -> str:
    """Aliases are compared without regard to case."""
    return alias.casefold()
