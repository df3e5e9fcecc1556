"""Where secrets are kept: what gives ``${SCHEME:NAME}`` its value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar


class SecretUnavailable(Exception):
    """There is no value; the message says why and what to do, and holds no secret."""


class SecretBackend(ABC):
    """Looks up secrets of one scheme. A reference is resolved late, once a process, and its value written nowhere."""

    #: small letters; not one that the core resolves (``env``, ``file``, ``secret``)
    scheme: ClassVar[str]

    @abstractmethod
    def value(self, name: str, folder: Path) -> str:
        """The secret called ``name``: what follows the scheme in the reference, free in form but for braces.

        ``folder`` is the spec's, from which relative paths start. Raises ``SecretUnavailable``.
        """
