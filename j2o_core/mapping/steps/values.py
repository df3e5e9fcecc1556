"""Steps for the structured values of trackers: options, people, labels, sprints, epics.

``option``       the text of a select value: ``{value}``, ``{name}``; ``{value, child: {value}}`` → ``A / B``;
                 another separator: ``{option: " > "}``; a list → the list of texts
``user``         what people call a user: display name, else name, else mail
``labels``       the names of labels, components, versions: a list of texts without repetitions
``sprint``       a sprint in either shape (GreenHopper's ``toString`` or JSON) →
                 ``{id, name, state, startDate, endDate, completeDate, goal}``, state in lower case; a list → a list
``epic``         the key of an epic, given as key, issue or agile epic
"""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional

from ...expressions.sandbox import show
from ...hooks.protocols import StepError
from .lists import unique
from .shape import NOTHING, each, kind_of, whole


def option(value: Any, argument: Any = None) -> Optional[str]:
    """The readable text of a select value; a cascading one names both levels."""
    if not isinstance(value, dict):
        return str(show(value))
    text = _first(value, "value", "name", "label", "displayName", "title")
    if text is None:
        raise StepError(f"expected an option with a value or a name, found {kind_of(value)}")
    child = value.get("child")
    if isinstance(child, dict):
        return f"{text}{' / ' if argument is None else argument}{option(child, argument)}"
    return text


def user(value: Any, argument: Any = None) -> Optional[str]:
    """What people call a user."""
    if not isinstance(value, dict):
        return str(show(value))
    return _first(value, "displayName", "name", "emailAddress", "key", "accountId")


def labels(value: Any, argument: Any = None) -> list[str]:
    """Names, each once."""
    items = value if isinstance(value, list) else [value]
    return [text for text in unique([(option(item) or "").strip() for item in items], None) if text]


def sprint(value: Any, argument: Any = None) -> Mapping[str, Any]:
    """A sprint as one object, from JSON or from ``com.atlassian.greenhopper...Sprint@1f[id=1,...]``.

    Names and goals may hold commas, brackets and equals signs, and the order varies; ``<null>`` becomes ``None``.
    """
    if isinstance(value, dict):
        found = {name: value.get(name) for name in _SPRINT}
    elif isinstance(value, str) and _TO_STRING.match(value.strip()):
        found = dict.fromkeys(_SPRINT)
        found.update(read_sprint(value))
    else:
        raise StepError(f"expected a sprint, found {kind_of(value)}")
    if found["id"] is None:
        raise StepError("a sprint without an id")
    if isinstance(found["id"], str) and found["id"].isdigit():
        found["id"] = int(found["id"])
    found["state"] = str(found["state"]).lower() if found["state"] else None
    return found


def is_sprint_text(value: str) -> bool:
    """Whether a text is a GreenHopper ``toString``."""
    return _TO_STRING.match(value) is not None


def read_sprint(text: str) -> Mapping[str, Optional[str]]:
    """The known fields of a GreenHopper ``toString``."""
    inner = text.strip()
    inner = inner[inner.index("[") + 1 :]
    inner = inner[:-1] if inner.endswith("]") else inner
    found: dict[str, Optional[str]] = {}
    for part in _BORDER.split(inner):
        name, _, content = part.partition("=")
        if name in _SPRINT and name not in found:
            found[name] = None if content in ("<null>", "") else content
    return found


def epic(value: Any, argument: Any = None) -> Optional[str]:
    """The key by which an epic is referred to, its id where it has none."""
    if isinstance(value, dict):
        return _first(value, "key", "id")
    return str(show(value))


def _first(value: Mapping[str, Any], *names: str) -> Optional[str]:
    for name in names:
        found = value.get(name)
        if isinstance(found, (str, int, float)) and found != "":
            return str(show(found))
    return None


_SPRINT = ("id", "name", "state", "startDate", "endDate", "completeDate", "goal")
_TO_STRING = re.compile(r"com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[0-9a-f]+\[", re.IGNORECASE)
_BORDER = re.compile(
    r",(?=(?:id|rapidViewId|state|name|startDate|endDate|completeDate|activatedDate|sequence|goal|autoStartStop|synced"
    r"|incompleteIssuesDestinationId)=)"
)

STEPS = (
    each(
        "option",
        option,
        "Takes the text of a select value; a cascading one names both levels.",
        {"oneOf": [NOTHING, {"type": "string", "minLength": 1}]},
    ),
    each("user", user, "Takes what people call a user."),
    whole("labels", labels, "Takes the names of labels, components or versions, each once."),
    each("sprint", sprint, "Reads a sprint in either of Jira's shapes."),
    each("epic", epic, "Takes the key of an epic."),
)
