"""References to other entities, symbolic until apply: by which names a source value may refer to an item."""

from __future__ import annotations

from typing import Any, Callable, Optional, Sequence

from ..hooks.registry import EXTRACTOR, SPLITTER, NotProvided, Registry
from ..model.digest import canonical
from ..model.payload import FAIL, Ref
from ..spec.model import EntitySpec

Aliases = Callable[[Any], Sequence[str]]
Label = Callable[[Any], str]
Referrer = Callable[[Any], Any]


def referrer(
    entity: EntitySpec,
    registry: Registry,
    missing: str = FAIL,
    use: Optional[str] = None,
    stand_in: Optional[str] = None,
) -> Referrer:
    """A function from a source value to its ``Ref``, from a list to the list of them; ``Ref``s stay.

    The aliases are those of the entity's first extractor (else its first splitter); for a list of another entity's
    records they are the element's ``id``.

    Raises:
        NotProvided: the extractor is not installed.
    """
    aliases, label = _names(entity, registry)
    name = entity.name

    def refer(value: Any) -> Any:
        if isinstance(value, list):
            return [refer(item) for item in value if item is not None and item != ""]
        if isinstance(value, Ref):
            return value
        names, shown = tuple(aliases(value)), label(value)
        if not names and not shown:  # it names nothing; what it says all the same must be legible where it is kept
            shown = canonical(value) if isinstance(value, dict) else str(value)
        return Ref(name, names, shown, missing, use, stand_in)

    return refer


def _names(entity: EntitySpec, registry: Registry) -> tuple[Aliases, Label]:
    for role, name in [
        *((EXTRACTOR, extract.plugin) for extract in entity.extract if extract.plugin),
        *((SPLITTER, extract.split) for extract in entity.extract if extract.split),
    ]:
        owner = registry.find(role, str(name))
        if owner is None:
            raise NotProvided(role, str(name), registry.names(role))
        return owner.aliases, owner.label
    return _element_id, _element_label


def _element_id(value: Any) -> Sequence[str]:
    identifier = value.get("id") if isinstance(value, dict) else value
    return () if identifier is None or identifier == "" or isinstance(identifier, (dict, list)) else (str(identifier),)


def _element_label(value: Any) -> str:
    if isinstance(value, dict):
        return str(next((value[name] for name in ("name", "key", "id") if value.get(name)), ""))
    return "" if value is None else str(value)
