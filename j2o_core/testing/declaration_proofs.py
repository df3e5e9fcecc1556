"""What every plugin promises by being installed: it loads, and says in words and schemas what it provides."""

from __future__ import annotations

import inspect
from typing import Any, Iterator, Mapping

import cerberus  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator, SchemaError

from ..hooks.manager import PluginInfo
from ..hooks.protocols import Check, Function, SecretUnavailable, Step
from ..hooks.registry import LOADER, RECORD_SCHEMA, SCHEMA, SECRET_BACKEND, Registry
from .loader_proofs import loader_declaration
from .plain import shown
from .proofs import NotConforming, Proof, demand
from .worlds import Worlds

#: nobody's secret
_NOBODY = "j2o-check/there-is-no-such-secret"


def loading_proofs(info: PluginInfo) -> Iterator[Proof]:
    """That the plugin was loaded whole, and printed nothing."""
    subject = f"plugin:{info.name}"
    yield Proof(subject, "loads", lambda: demand(info.error is None, str(info.error)))
    printed = " ".join(info.printed.split())
    yield Proof(
        subject, "prints nothing while it is loaded", lambda: demand(not printed, f"it prints {shown(printed)}")
    )


def declaration_proofs(worlds: Worlds, role: str, name: str) -> Iterator[Proof]:
    """That one thing which is provided is described."""
    registry, subject = worlds.registry, f"{role}:{name}"
    value: Any = registry.find(role, name)
    if role == SCHEMA:
        yield Proof(subject, "is a JSON Schema that describes every option", lambda: _prove_schema(value))
    elif role == RECORD_SCHEMA:
        yield Proof(subject, "is a cerberus schema", lambda: _prove_record_schema(value))
    elif isinstance(value, (Step, Function, Check)):
        yield Proof(subject, "is described", lambda: _prove_object(value))
    elif value is not None:
        yield Proof(subject, "is described", lambda: _prove_docstring(value))
    if role == LOADER and value is not None:
        yield Proof(subject, "is declared whole", lambda: loader_declaration(value))
    if role == SECRET_BACKEND and value is not None:
        yield Proof(subject, "says that it has no such secret", lambda: _prove_backend(registry, name, worlds))


def _prove_schema(schema: Mapping[str, Any]) -> None:
    _prove_json_schema(schema)
    for name, part in schema.get("properties", {}).items():
        demand(_is_described(part), f"the option '{name}' has no description")


def _is_described(part: Any) -> bool:
    if not isinstance(part, Mapping) or part.get("description"):
        return True
    inner = part.get("properties", {})
    return bool(inner) and all(map(_is_described, inner.values()))


def _prove_json_schema(schema: Mapping[str, Any]) -> None:
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        raise NotConforming(f"it is no JSON Schema: {error.message}") from None


def _prove_record_schema(schema: Mapping[str, Any]) -> None:
    try:
        cerberus.Validator(dict(schema))
    except cerberus.SchemaError as error:
        raise NotConforming(f"it is no cerberus schema: {error}") from None


def _prove_object(value: Any) -> None:
    demand(value.summary.strip(), "its summary is empty")
    if isinstance(value, Step):
        _prove_json_schema(value.schema)


def _prove_docstring(value: Any) -> None:
    own = value.__dict__.get("__doc__") if inspect.isclass(value) else getattr(value, "__doc__", None)
    demand(isinstance(own, str) and own.strip(), "it has no docstring, so that nobody can look up what it is for")


def _prove_backend(registry: Registry, name: str, worlds: Worlds) -> None:
    try:
        value = registry.get(SECRET_BACKEND, name)().value(_NOBODY, worlds.folder)
    except SecretUnavailable as error:
        demand(str(error), "SecretUnavailable needs a message")
    except Exception as error:
        raise NotConforming(f"it raises {type(error).__name__}: {error}, not SecretUnavailable") from error
    else:
        raise NotConforming(f"it gives a {type(value).__name__} for a secret that does not exist")
