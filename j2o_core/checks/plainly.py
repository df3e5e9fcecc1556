"""Which records fit their schema beyond doubt, told in a hundredth of the time that cerberus takes to say so.

Only the commonest rules are known here. What they do not cover, and what does not fit, is left to cerberus, which alone
decides and finds the words.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional

Fits = Callable[[Any], bool]

#: by cerberus type: the Python types that are surely of it
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "float": (float, int),
    "boolean": (bool,),
    "dict": (dict,),
    "list": (list,),
}
_KNOWN = frozenset(("type", "required", "nullable", "empty", "schema", "allow_unknown", "min", "meta"))


def fits_plainly(schema: Mapping[str, Any]) -> Optional[Fits]:
    """Whether an object fits beyond doubt, unknown keys allowed; ``None``: the schema says what is not known here."""
    fields = []
    for name, rules in schema.items():
        fits = _value(rules)
        if fits is None:
            return None
        fields.append((name, fits, bool(rules.get("required"))))

    def check(data: Any) -> bool:
        if data.__class__ is not dict:
            return False
        for name, fits, required in fields:
            if name in data:
                if not fits(data[name]):
                    return False
            elif required:
                return False
        return True

    return check


def _value(rules: Any) -> Optional[Fits]:
    if not isinstance(rules, dict) or not rules.keys() <= _KNOWN or rules.get("allow_unknown", True) is not True:
        return None
    types = _types(rules.get("type"))
    if types is None:
        return None
    least = rules.get("min")
    if least is not None and not set(types) <= {int, float}:
        return None
    inner: Optional[Fits] = None
    if "schema" in rules:
        inner = _inner(rules)
        if inner is None:
            return None
    nullable, filled = rules.get("nullable") is True, rules.get("empty", True) is not True

    def check(value: Any) -> bool:
        if value is None:
            return nullable
        if value.__class__ not in types or (filled and value.__class__ in (str, dict, list) and not value):
            return False
        if least is not None and not value >= least:
            return False
        return inner is None or inner(value)

    return check


def _types(named: Any) -> Optional[tuple[type, ...]]:
    """Those of one name, or of each of several."""
    found = [_TYPES.get(str(name)) for name in (named if isinstance(named, list) else [named])]
    return None if None in found else tuple(kind for types in found for kind in types or ())


def _inner(rules: Mapping[str, Any]) -> Optional[Fits]:
    if rules["type"] == "dict":
        return fits_plainly(rules["schema"])
    if rules["type"] != "list":
        return None
    item = _value(rules["schema"])
    return None if item is None else lambda values: all(item(value) for value in values)
