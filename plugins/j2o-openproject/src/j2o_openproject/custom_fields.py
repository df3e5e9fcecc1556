"""Values of custom fields: into what the API takes, and out of what it shows, in one form for comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from j2o_core.api import RichText, TargetItem, richtext

from .catalogue import Names
from .hal import API, id_in, raw
from .prose import markdown
from .target_items import principal_kind
from .texts import folded, normal_text, one_line
from .times import day_of
from .work_package_schema import CustomField

_FALSE = ("false", "no", "n", "0", "off")
_TRUE = ("true", "yes", "y", "1", "on")
_ITEM = "CustomField::Hierarchy::Item"

#: labels by href of the values behind a link
Options = Callable[[str], Names]


@dataclass(frozen=True)
class Converted:
    """What is sent, its form for comparing, and the values for which the field has no room."""

    body: Any
    image: Any
    left: tuple[Any, ...] = ()


def convert(field: CustomField, value: Any, references: richtext.Resolver, options: Options) -> Converted:
    """A payload's value for a custom field. Raises ``ValueError`` where the field cannot take it at all."""
    if field.is_link:
        return _convert_links(field, value, options)
    if value is None or value == "" or value == []:
        return Converted({"raw": ""} if field.kind == "Formattable" else None, None)
    if field.kind == "Formattable":
        text = markdown(_joined(value), references)
        return Converted({"raw": text}, text or None)
    plain = _plain(field.kind, markdown(value, references) if isinstance(value, RichText) else value)
    if isinstance(plain, str) and field.longest and len(plain) > field.longest:
        raise ValueError(f"longer than {field.longest} characters")
    return Converted(plain, plain)


def stored(field: CustomField, row: Mapping[str, Any], options: Options) -> Any:
    """The value of a custom field in a work package, in the form for comparing."""
    if field.is_link:
        found = (row.get("_links") or {}).get(field.property)
        listed = found if isinstance(found, list) else [found]
        values = [_label(field, entry, options) for entry in listed if id_in(entry)]
        return sorted(values) if field.is_list else (values[0] if values else None)
    value = row.get(field.property)
    if field.kind == "Formattable":
        return normal_text(raw(value)) or None
    if value is None or value == "":
        return None
    return _plain(field.kind, value)


def _convert_links(field: CustomField, value: Any, options: Options) -> Converted:
    values = [item for item in (value if isinstance(value, (list, tuple)) else [value]) if item not in (None, "")]
    chosen: dict[str, Any] = {}
    left = []
    for item in values:
        href, image = _choice(field, item, options)
        if href is None or (chosen and not field.is_list and href not in chosen):
            left.append(item)
        else:
            chosen[href] = image
    if values and not chosen:
        raise ValueError("no such value")
    if field.is_list:
        return Converted([{"href": href} for href in chosen], sorted(chosen.values()), tuple(left))
    href = next(iter(chosen), None)
    return Converted({"href": href}, chosen.get(href) if href else None, tuple(left))


def _choice(field: CustomField, item: Any, options: Options) -> tuple[Any, Any]:
    if isinstance(item, TargetItem):
        if field.kind == "User":
            return f"{API}/{principal_kind(item)}/{item.id}", item.id
        return (f"{API}/versions/{item.id}", item.id) if field.kind == "Version" else (None, None)
    href = field.options.get(folded(item))
    if href is None and field.options_href and field.kind != "User":
        names = options(field.options_href)
        identifier = names.find(item)
        kind = "custom_field_items" if field.kind == _ITEM else "custom_options"
        return (f"{API}/{kind}/{identifier}", names.name(identifier)) if identifier else (None, None)
    return (href, _label(field, {"href": href}, options)) if href else (None, None)


def _label(field: CustomField, entry: Mapping[str, Any], options: Options) -> str:
    identifier = str(id_in(entry))
    if field.kind in ("User", "Version"):
        return identifier
    if identifier in field.labels:
        return field.labels[identifier]
    if field.options_href:
        return str(options(field.options_href).name(identifier))
    return str(entry.get("title") or identifier)


def _plain(kind: str, value: Any) -> Any:
    read = _PLAIN.get(kind)
    return _text(value) if read is None else read(value)


def _joined(value: Any) -> Any:
    return "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, TargetItem):
        return one_line(value.label or value.id)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return one_line(value)


def _number(value: Any) -> float:
    return float(_single(value))


def _integer(value: Any) -> int:
    number = float(_single(value))
    if not number.is_integer():
        raise ValueError("no whole number")
    return int(number)


def _boolean(value: Any) -> bool:
    word = folded(_single(value))
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("neither yes nor no")


def _single(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError("several values for one")
        value = value[0]
    return str(value) if isinstance(value, bool) else value


def _day(value: Any) -> str:
    return str(day_of(str(_single(value))))


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "Integer": _integer,
    "Float": _number,
    "Boolean": _boolean,
    "Date": _day,
}


def readable(values: Sequence[Any]) -> str:
    """Values that found no room, for the readable block."""
    return ", ".join(_text(value) for value in values)
