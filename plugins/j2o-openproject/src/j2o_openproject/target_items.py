"""References in payloads: resolved ones as ids, symbolic ones as text."""

from __future__ import annotations

from typing import Any, Iterable, Optional

from j2o_core.api import Effect, ItemFailed, Ref, TargetItem


def target_id(item: Any, what: str) -> str:
    """The id of a reference that must be there. Raises ``ItemFailed``."""
    if not isinstance(item, TargetItem):
        raise ItemFailed(f"{what} is missing: what it refers to is not on the target", code="missing_reference")
    return item.id


def payload_of(effect: Effect) -> dict[str, Any]:
    """The payload, with ``None`` for a field that is to be written and has no value any more."""
    return {**dict.fromkeys(effect.fields or ()), **effect.payload}


def optional_id(item: Any) -> Optional[str]:
    """The id of a reference, or ``None``."""
    return item.id if isinstance(item, TargetItem) else None


def principal_kind(item: Any) -> str:
    """Where the API keeps a person, a group or a placeholder: ``users``, ``groups`` or ``placeholder_users``."""
    entity = item.entity if isinstance(item, TargetItem) else ""
    return entity if entity in ("groups", "placeholder_users") else "users"


def ids(items: Any) -> list[str]:
    """The ids of a list of references (or of a single one), each once, empty ones left out."""
    listed = items if isinstance(items, (list, tuple)) else [items]
    return list(dict.fromkeys(item.id for item in listed if isinstance(item, TargetItem)))


def sorted_ids(identifiers: Iterable[str]) -> list[str]:
    """Ids in the order of their numbers."""
    return sorted(set(identifiers), key=lambda identifier: (len(identifier), identifier))


def alias_of(value: Any) -> str:
    """A reference in a symbolic payload as one text, the same for all who refer alike (an id before a key)."""
    if not isinstance(value, Ref):
        return str(value or "")
    return next((alias for alias in value.aliases if alias.isdigit()), value.aliases[0] if value.aliases else "")
