"""The roles that plugins fill, and what must be true of that which they register."""

from __future__ import annotations

import inspect
import re
from typing import Any, Mapping

from ..model.reference import SCHEMES
from .protocols import (
    Check,
    Connector,
    Extractor,
    Function,
    Inspector,
    Loader,
    SecretBackend,
    SourceSurveyor,
    Splitter,
    Step,
    System,
    TargetSurveyor,
)
from .schema_faults import schema_fault

CONNECTOR, EXTRACTOR, SPLITTER, STEP, LOADER, SYSTEM = (
    "connector",
    "extractor",
    "splitter",
    "step",
    "loader",
    "system",
)
FUNCTION, CHECK, SECRET_BACKEND = "function", "check", "secret_backend"
SOURCE_SURVEYOR, TARGET_SURVEYOR, INSPECTOR = "source_surveyor", "target_surveyor", "inspector"
READER, WRITER, SCHEMA, RECORD_SCHEMA = "reader", "writer", "schema", "record_schema"

#: roles whose names are functions of the expression language: one name serves one of them
IN_EXPRESSIONS = (STEP, FUNCTION, CHECK)
#: roles whose names may bear a schema
WITH_OPTIONS = (CONNECTOR, EXTRACTOR, SPLITTER, LOADER, SYSTEM)

_CLASSES: Mapping[str, type] = {
    CONNECTOR: Connector,
    EXTRACTOR: Extractor,
    SPLITTER: Splitter,
    LOADER: Loader,
    SYSTEM: System,
    SECRET_BACKEND: SecretBackend,
    SOURCE_SURVEYOR: SourceSurveyor,
    TARGET_SURVEYOR: TargetSurveyor,
    INSPECTOR: Inspector,
}
_OBJECTS: Mapping[str, tuple[type, tuple[str, ...]]] = {
    STEP: (Step, ("apply",)),
    FUNCTION: (Function, ("apply",)),
    CHECK: (Check, ("holds",)),
}
_NAME = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_]*)*")
#: after the name of an extractor, the path of a list in its records
_PART = re.compile(r"\[[^\[\]]+\]$")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_SCHEME = re.compile(r"[a-z]+")
#: words of the expression language that cannot name anything
_RESERVED = frozenset(
    (
        *("and", "or", "not", "in", "is", "if", "else", "true", "false", "none"),
        *("field", "source", "parent", "item", "target", "history", "value"),
    )
)


def name_in(role: str, value: Any) -> Any:
    """The name that a class or object bears for its role; ``None`` where it bears none."""
    return getattr(value, "scheme" if role == SECRET_BACKEND else "name", None)


def refusal(role: str, name: Any, value: Any) -> str:
    """Why ``value`` cannot fill ``role`` under ``name``; empty where it can."""
    shown = f"the {role} {name!r}"
    if role in _CLASSES:
        wanted = _CLASSES[role]
        if not inspect.isclass(value) or not issubclass(value, wanted):
            return f"{_article(role)} is a class derived from {wanted.__name__}, not {_shown(value)}"
        missing = sorted(getattr(value, "__abstractmethods__", ()))
        if missing:
            return f"{shown} does not implement {', '.join(missing)}"
    elif role in _OBJECTS:
        wanted, callables = _OBJECTS[role]
        if not isinstance(value, wanted):
            return f"{_article(role)} is a {wanted.__name__}, not {_shown(value)}"
        for attribute in callables:
            if not callable(getattr(value, attribute)):
                return f"{shown}: '{attribute}' is no function"
        if not all(isinstance(getattr(value, attribute), str) for attribute in ("summary", "version")):
            return f"{shown}: summary and version are texts"
        fault = schema_fault(value.schema) if isinstance(value, Step) else ""
        if fault:
            return f"{shown}: its schema is no JSON Schema: {fault}"
    elif role in (READER, WRITER):
        if not callable(value):
            return f"{_article(role)} is a function, not {_shown(value)}"
    elif role in (SCHEMA, RECORD_SCHEMA) and not isinstance(value, Mapping):
        return f"{_article(role)} is a mapping, not {_shown(value)}"
    elif role == SCHEMA and schema_fault(value):
        return f"{shown} is no JSON Schema: {schema_fault(value)}"
    elif role == RECORD_SCHEMA and not all(isinstance(rules, Mapping) for rules in value.values()):
        return f"{shown} is no cerberus schema: each field has a mapping of rules"
    return _bad_name(role, name)


def _bad_name(role: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        return f"{_article(role)} needs a name, and this one has {_shown(name)}"
    if role in IN_EXPRESSIONS:
        if not _WORD.fullmatch(name) or name in _RESERVED:
            return f"'{name[:80]}' is no name for a {role}: small letters, digits and _, and no word of expressions"
    elif role == SECRET_BACKEND:
        if not _SCHEME.fullmatch(name) or name in SCHEMES:
            return f"'{name[:80]}' is no scheme for a plugin: small letters, and none of {', '.join(SCHEMES)}"
    elif not _NAME.fullmatch(_PART.sub("", name) if role == RECORD_SCHEMA else name):
        return f"'{name[:80]}' is no name for {_article(role)}: small letters, digits and _, parts joined by dots"
    return ""


def _article(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def _shown(value: Any) -> str:
    if inspect.isclass(value):
        return f"the class {value.__name__}"
    return "None" if value is None else f"a {type(value).__name__}"
