"""Whether two alternatives of a ``from`` say the same, so that the one that is not used need not be preserved."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ..expressions.sandbox import show
from ..model.payload import Ref


def says_the_same(used: Any, other: Any, refer: Optional[Callable[[Any], Any]]) -> bool:
    """Whether ``other`` tells nothing that ``used`` does not tell.

    They are equal, read the same (``Ann`` and ``{"displayName": "Ann"}``), or, where they refer to items, refer to the
    same ones (``ACME-1`` and the issue with that key).
    """
    if used == other or _text(used) == _text(other):
        return True
    if refer is None:
        return False
    try:
        known = {alias for reference in _listed(refer(used)) for alias in _aliases(reference)}
        return all(known.intersection(_aliases(reference)) for reference in _listed(refer(other)))
    except Exception:  # noqa: BLE001 - a plugin's names of a value that it does not know
        return False


def _text(value: Any) -> str:
    return str(show(value)).strip()


def _listed(made: Any) -> list[Any]:
    return made if isinstance(made, list) else [made]


def _aliases(reference: Any) -> tuple[str, ...]:
    return reference.aliases if isinstance(reference, Ref) else ()
