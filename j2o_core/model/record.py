"""One source item as extracted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from .digest import digest
from .origin import Origin


@dataclass(frozen=True)
class Record:
    """What an extractor yields: plain JSON data under an immutable identity.

    ``key`` is what people call it (``ACME-1``, a login) and what reports show; ``aliases`` are all names under
    which a reference may ask for it (the id and the key are added by the snapshot). ``parent`` is the origin of the
    record it was split from; ``position`` its order among its siblings. ``updated`` is ISO 8601 or ``None``.
    """

    origin: Origin
    key: str
    data: Mapping[str, Any]
    aliases: tuple[str, ...] = ()
    parent: Optional[Origin] = None
    position: int = 0
    updated: Optional[str] = None
    digest: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", digest(self.data))
