"""Secrets by scheme and name, from the backends that plugins provide: each is asked for once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Callable

from ..security.secrets import Backends, NoSecret
from .protocols import SecretBackend, SecretUnavailable
from .registry import SECRET_BACKEND, Registry

#: longer ones are no secrets but files
_LONGEST = 64 * 1024


def secret_values(registry: Registry) -> Backends:
    """By scheme what looks a secret up; nothing is asked for before it is needed, and values stay in memory."""
    held: Backends = {scheme: _Asked(registry.get(SECRET_BACKEND, scheme)) for scheme in registry.names(SECRET_BACKEND)}
    return held


class _Asked:
    """One backend, made when its first secret is needed. What it raises beside its own error is told by kind alone."""

    def __init__(self, kind: Callable[[], SecretBackend]) -> None:
        self._kind = kind
        self._known: dict[tuple[str, Path], str] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str, folder: Path) -> str:
        with self._lock:
            if (name, folder) not in self._known:
                self._known[name, folder] = self._ask(name, folder)
            return self._known[name, folder]

    def _ask(self, name: str, folder: Path) -> str:
        try:
            value = self._kind().value(name, folder)
        except SecretUnavailable as error:
            raise NoSecret(str(error)) from None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - its message could hold the secret
            raise NoSecret(f"its backend failed ({type(error).__name__})") from None
        if not isinstance(value, str) or not value or len(value) > _LONGEST:
            raise NoSecret("its backend gave no text, an empty one or one over 64 KiB")
        return value
