"""What Jira's fields hold, by their types; the key of a custom field's type tells more than its schema."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from j2o_core.api import surveys

_CHOICE, _PEOPLE = (surveys.CHOICE, False), (surveys.PERSON, True)
#: by what follows the last colon of ``schema.custom``: kind, and whether there are several
_BY_CUSTOM_TYPE: Mapping[str, tuple[str, bool]] = {
    "select": _CHOICE,
    "radiobuttons": _CHOICE,
    "multiselect": (surveys.CHOICE, True),
    "multicheckboxes": (surveys.CHOICE, True),
    "cascadingselect": (surveys.CASCADE, False),
    "float": (surveys.NUMBER, False),
    "jsw-story-points": (surveys.NUMBER, False),
    "datepicker": (surveys.DATE, False),
    "datetime": (surveys.TIME, False),
    "firstresponsedate": (surveys.TIME, False),
    "textfield": (surveys.TEXT, False),
    "readonlyfield": (surveys.TEXT, False),
    "gh-epic-label": (surveys.TEXT, False),
    "gh-epic-color": (surveys.TEXT, False),
    "textarea": (surveys.RICH_TEXT, False),
    "url": (surveys.ADDRESS, False),
    "userpicker": (surveys.PERSON, False),
    "multiuserpicker": _PEOPLE,
    "people": _PEOPLE,
    "sd-request-participants": _PEOPLE,
    "grouppicker": (surveys.GROUP, False),
    "multigrouppicker": (surveys.GROUP, True),
    "labels": (surveys.LABELS, True),
    "version": (surveys.VERSION, False),
    "multiversion": (surveys.VERSION, True),
    "project": (surveys.PROJECT, False),
    "gh-sprint": (surveys.SPRINT, True),
    "gh-epic-link": (surveys.ITEM, False),
    "gh-epic-status": _CHOICE,
    "jpo-custom-field-parent": (surveys.ITEM, False),
    "jpo-custom-field-baseline-start": (surveys.DATE, False),
    "jpo-custom-field-baseline-end": (surveys.DATE, False),
    "jpo-custom-field-original-story-points": (surveys.NUMBER, False),
}
_BY_TYPE: Mapping[str, str] = {
    "string": surveys.TEXT,
    "number": surveys.NUMBER,
    "date": surveys.DATE,
    "datetime": surveys.TIME,
    "option": surveys.CHOICE,
    "option-with-child": surveys.CASCADE,
    "option2": surveys.CHOICE,
    "user": surveys.PERSON,
    "group": surveys.GROUP,
    "version": surveys.VERSION,
    "project": surveys.PROJECT,
    "component": surveys.NAMED,
    "resolution": surveys.NAMED,
    "priority": surveys.NAMED,
    "securitylevel": surveys.NAMED,
    "team": surveys.NAMED,
    "issuelink": surveys.ITEM,
}
_RICH = ("description", "environment")
#: one of these in an object is what people call it
_NAMES = ("value", "name")


def kind_of(field: Mapping[str, Any], seen: Optional[Any]) -> tuple[str, bool]:
    """What a field of ``/field`` holds, and whether several; ``seen`` is a value of it, where there was one."""
    schema = field.get("schema") or {}
    known = _BY_CUSTOM_TYPE.get(str(schema.get("custom") or "").rpartition(":")[2])
    if known is not None:
        return known
    if field.get("id") in _RICH:
        return surveys.RICH_TEXT, False
    many = schema.get("type") == "array"
    kind = str(schema.get("items") if many else schema.get("type") or "")
    if many and kind == "string":
        return surveys.LABELS, True
    return _BY_TYPE.get(kind) or _by_value(seen), many


def _by_value(seen: Any) -> str:
    """What apps keep, whose types nobody else knows."""
    first = seen[0] if isinstance(seen, list) and seen else seen
    if isinstance(first, bool):
        return surveys.BOOLEAN
    if isinstance(first, (int, float)):
        return surveys.NUMBER
    if isinstance(first, str):
        return surveys.TEXT
    if isinstance(first, Mapping):
        if first.get("type") == "doc":
            return surveys.RICH_TEXT
        if any(isinstance(first.get(name), str) for name in _NAMES):
            return surveys.NAMED
    return surveys.OTHER


def is_filled(field: str, value: Any) -> bool:
    """Whether a value says anything: lists of nothing, counts of zero and ratios of nothing do not."""
    if value is None or value == "" or value == [] or value == {}:
        return False
    if field == "workratio":
        return bool(value != -1)
    if isinstance(value, Mapping):
        for name in ("total", "votes", "watchCount"):
            if isinstance(value.get(name), int):
                return bool(value[name])
    return True


def choices_in(value: Any) -> list[str]:
    """The texts of the options in a value; both levels of a cascading one."""
    found = []
    for option in value if isinstance(value, list) else [value]:
        if isinstance(option, Mapping) and isinstance(option.get("value"), str):
            child = option.get("child")
            inner = child.get("value") if isinstance(child, Mapping) else None
            found.append(f"{option['value']} / {inner}" if isinstance(inner, str) else option["value"])
    return found
