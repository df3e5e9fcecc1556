"""The values of a mapped payload that are more than plain JSON, and their JSON forms.

A payload is a dict from target field to value. References and rich text stay symbolic in it, so that the same
record and mapping always give the same payload, whatever ids the target hands out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

FAIL, SKIP, NULL, NOTE, PLACEHOLDER = "fail", "skip", "null", "note", "placeholder"


@dataclass(frozen=True)
class Ref:
    """A reference to an item of ``entity`` by any of its ``aliases``, best first.

    ``label`` is what a person would read in its place. ``missing`` says what happens where nothing is found:
    ``fail | skip | null | note | placeholder``, or ``use`` names the alias to take instead. ``stand_in`` is the entity
    whose item of the same aliases takes the place of one that is not there; where that is not there either,
    ``placeholder`` is ``note``.
    """

    entity: str
    aliases: tuple[str, ...]
    label: str = ""
    missing: str = FAIL
    use: Optional[str] = None
    stand_in: Optional[str] = None


@dataclass(frozen=True)
class RichText:
    """A document tree in the JSON form of ``j2o_core.richtext``; opaque here."""

    tree: Any


_REF, _RICH = "$ref", "$rich"
#: holds an object of the source that has one of these keys itself
_PLAIN = "$plain"


def to_json(value: Any) -> Any:
    """The plain JSON form of a payload or of one of its values."""
    if isinstance(value, Ref):
        form: dict[str, Any] = {_REF: value.entity, "aliases": list(value.aliases)}
        if value.label:
            form["label"] = value.label
        if value.missing != FAIL:
            form["missing"] = value.missing
        if value.use is not None:
            form["use"] = value.use
        if value.stand_in is not None:
            form["standIn"] = value.stand_in
        return form
    if isinstance(value, RichText):
        return {_RICH: value.tree}
    if isinstance(value, dict):
        plain = {key: to_json(item) for key, item in value.items()}
        return {_PLAIN: plain} if not plain.keys().isdisjoint((_REF, _RICH, _PLAIN)) else plain
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(form: Any) -> Any:
    """Read what ``to_json`` wrote."""
    if isinstance(form, dict):
        if _REF in form:
            return Ref(
                form[_REF],
                tuple(form["aliases"]),
                form.get("label", ""),
                form.get("missing", FAIL),
                form.get("use"),
                form.get("standIn"),
            )
        if _RICH in form:
            return RichText(form[_RICH])
        return {key: from_json(item) for key, item in form.get(_PLAIN, form).items()}
    if isinstance(form, list):
        return [from_json(item) for item in form]
    return form
