"""What becomes of a reference whose item is not there: the policy that the spec gave it is carried out."""

from __future__ import annotations

from typing import Any, Callable, Collection, Optional

from ..model.effect import Note, TargetItem
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.payload import FAIL, NOTE, NULL, PLACEHOLDER, Ref

#: stands for a field that its policy leaves out of the payload
LEFT_OUT: Any = type("LeftOut", (), {"__repr__": lambda self: "LEFT_OUT"})()


class References:
    """Puts items in the place of references, one payload at a time.

    ``find`` gives the item that a reference means, or ``None``; ``required`` are the fields without which nothing is
    created. ``notes`` gathers what stays as text; ``unresolved`` names the fields in which a reference found nothing,
    each with how many of a list did (``None``: it is no list), ``replaced`` those in which it found what stands in for
    the item.
    """

    def __init__(self, find: Callable[[Ref], Optional[TargetItem]], required: Collection[str]) -> None:
        self._find, self._required = find, required
        self.notes: list[Note] = []
        self.unresolved: dict[str, Optional[int]] = {}
        self.replaced: set[str] = set()
        self._vain: list[Ref] = []

    def payload(self, symbolic: Any) -> dict[str, Any]:
        """The payload with an item, ``None`` or a list of items for each reference, without what is left out.

        Raises:
            ItemFailed, ItemSkipped: what the policy of a reference asks for.
        """
        values = {name: self._value(name, value) for name, value in symbolic.items()}
        return {name: value for name, value in values.items() if value is not LEFT_OUT}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, Ref):
            return self._reference(name, value)
        if isinstance(value, list) and any(isinstance(element, Ref) for element in value):
            before = len(self._vain)
            found = [self._value(name, element) for element in value]
            if len(self._vain) > before:
                self.unresolved[name] = len(self._vain) - before
            return [element for element in found if element is not LEFT_OUT and element is not None]
        return value

    def _reference(self, name: str, ref: Ref) -> Any:
        item = self._find(ref)
        if item is not None:
            if ref.stand_in is not None and item.entity == ref.stand_in:
                self.replaced.add(name)
            return item
        self.unresolved[name] = None
        self._vain.append(ref)
        label = ref.label or (ref.aliases[0] if ref.aliases else "?")
        if ref.missing == FAIL:
            raise ItemFailed(f"{name}: '{label}' is not among the migrated {ref.entity}", code="J2O-E011")
        if ref.missing == NULL:
            return None
        noted = ref.missing in (NOTE, PLACEHOLDER)
        if noted:
            self.notes.append(Note(name, label))
        if name in self._required:
            raise ItemSkipped(f"{name}: '{label}' is not among the migrated {ref.entity}", code="J2O-E012")
        return None if noted else LEFT_OUT
