"""Steps for the structured values of trackers: options, people, labels, versions, sprints, epics.

``option``       the text of a select value: ``{value}``, ``{name}``; ``{value, child: {value}}`` → ``A / B``;
                 another separator: ``{option: " > "}``; one level alone: ``{option: {level: 1}}``, the other is
                 preserved unless another field takes it; a list → the list of texts
``user``         what people call a user: display name, else name, else mail; ``{user: email}``, ``name``, ``key``
``group``        the name of a group
``project``      the key of a project, or its ``{project: name}``
``version``      the name of a version
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
from .shape import choices, each, kind_of, maybe, whole


def option(value: Any, argument: Any = None) -> Optional[str]:
    """The readable text of a select value; a cascading one names both levels."""
    level = argument.get("level") if isinstance(argument, dict) else None
    separator = argument.get("separator", _BETWEEN) if isinstance(argument, dict) else argument or _BETWEEN
    child = value.get("child") if isinstance(value, dict) else None
    if level == 2:
        return option(child, None) if child else None
    if not isinstance(value, dict):
        return str(show(value))
    text = _first(value, "value", "name", "label", "displayName", "title")
    if text is None:
        raise StepError(f"expected an option with a value or a name, found {kind_of(value)}")
    return f"{text}{separator}{option(child, argument)}" if isinstance(child, dict) and level is None else text


def user(value: Any, argument: Any = None) -> Optional[str]:
    """What people call a user, or one of the user's names."""
    if not isinstance(value, dict):
        return str(show(value))
    return _first(value, *_OF_A_USER[argument or "display"])


def group(value: Any, argument: Any = None) -> Optional[str]:
    """The name of a group."""
    return _named(value, "a group", "name", "displayName", "groupId")


def project(value: Any, argument: Any = None) -> Optional[str]:
    """The key of a project, or its name."""
    names = ("name", "key") if argument == "name" else ("key", "name")
    return _named(value, "a project", *names)


def version(value: Any, argument: Any = None) -> Optional[str]:
    """The name of a version."""
    return _named(value, "a version", "name", "value")


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


def _named(value: Any, what: str, *names: str) -> Optional[str]:
    if not isinstance(value, dict):
        return str(show(value))
    text = _first(value, *names)
    if text is None:
        raise StepError(f"expected {what} with a name, found {kind_of(value)}")
    return text


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

_BETWEEN = " / "
_OF_A_USER: Mapping[str, tuple[str, ...]] = {
    "display": ("displayName", "name", "emailAddress", "key", "accountId"),
    "name": ("name", "accountId", "key"),
    "email": ("emailAddress", "email"),
    "key": ("accountId", "key", "name"),
}
_SEPARATOR = {"type": "string", "minLength": 1, "description": "What stands between levels.", "examples": [" > "]}

STEPS = (
    each(
        "option",
        option,
        "Takes the text of a select value; a cascading one names both levels, or the one that is asked for.",
        maybe(
            _SEPARATOR,
            choices(
                separator=_SEPARATOR,
                level={
                    "enum": [1, 2],
                    "description": "The level that is taken; the other is preserved unless a field takes it.",
                    "examples": [1],
                },
            ),
        ),
        "2",
        examples=(
            (None, {"value": "A", "id": "1"}, "A"),
            (None, {"value": "A", "child": {"value": "B"}}, "A / B"),
            (" > ", [{"value": "A", "child": {"value": "B"}}, {"name": "N"}], ["A > B", "N"]),
            ({"level": 2}, {"value": "A", "child": {"value": "B"}}, "B"),
        ),
    ),
    each(
        "user",
        user,
        "Takes what people call a user, or one of the user's names.",
        maybe(
            {
                "enum": ["display", "name", "email", "key"],
                "description": "Which name: the login is `name`, what never changes `key`.",
                "examples": ["email"],
            }
        ),
        "2",
        examples=(
            (None, {"displayName": "Ann Lee", "name": "ann"}, "Ann Lee"),
            ("email", [{"emailAddress": "ann@x.example"}, {"name": "bob"}], ["ann@x.example"]),
        ),
    ),
    each(
        "group",
        group,
        "Takes the name of a group.",
        examples=((None, [{"name": "devs", "self": "u"}, "ops"], ["devs", "ops"]),),
    ),
    each(
        "project",
        project,
        "Takes the key of a project, or its name.",
        maybe({"enum": ["key", "name"], "default": "key", "description": "Which of the two.", "examples": ["name"]}),
        examples=((None, {"key": "ACME", "name": "Acme"}, "ACME"), ("name", {"key": "ACME", "name": "Acme"}, "Acme")),
    ),
    each(
        "version",
        version,
        "Takes the name of a version.",
        examples=((None, [{"name": "1.0", "released": True}], ["1.0"]),),
    ),
    whole(
        "labels",
        labels,
        "Takes the names of labels, components or versions, each once.",
        examples=((None, ["b", {"name": "a"}, "b", " "], ["b", "a"]),),
    ),
    each(
        "sprint",
        sprint,
        "Reads a sprint in either of Jira's shapes.",
        examples=(
            (
                None,
                "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=1,state=ACTIVE,name=S, 1,goal=<null>]",
                {
                    "id": 1,
                    "name": "S, 1",
                    "state": "active",
                    "startDate": None,
                    "endDate": None,
                    "completeDate": None,
                    "goal": None,
                },
            ),
        ),
    ),
    each(
        "epic",
        epic,
        "Takes the key of an epic.",
        examples=((None, {"id": 7, "key": "ACME-1"}, "ACME-1"), (None, "ACME-1", "ACME-1")),
    ),
)
