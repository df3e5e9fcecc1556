"""What reads and writes entities: connectors, extractors, splitters, loaders with their fields, systems, secrets."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ..hooks import registry as roles
from ..hooks.manager import Plugins
from ..hooks.protocols import Loader
from ..hooks.registry import Registry
from ..hooks.summaries import summary_of
from .forms import keys_table
from .markdown import table, words
from .owners import Owners

_KINDS = (
    (roles.CONNECTOR, "Connectors", "`connections: {NAME: {plugin: ...}}`"),
    (roles.EXTRACTOR, "Extractors", "`extract: {plugin: ...}`"),
    (roles.SPLITTER, "Splitters", "`extract: {of: ENTITY, split: ...}`"),
    (roles.LOADER, "Loaders", "`load: {plugin: ...}`; the fields are what `map:` can name"),
    (roles.SYSTEM, "Systems", "`system: {plugin: ...}`"),
    (roles.SECRET_BACKEND, "Secret backends", "`${SCHEME:...}`"),
)
_TYPES = {"dict": "mapping", "string": "text", "integer": "whole number"}


def entity_list(plugins: Plugins) -> list[str]:
    """A section for each thing, with its options, fields, and what its records must hold."""
    registry, owners = plugins.registry, Owners(plugins)
    lines: list[str] = []
    for role, title, use in _KINDS:
        names = registry.names(role)
        if not names:
            continue
        lines += ["", f"## {title}", "", f"{use}."]
        for name in names:
            value = registry.get(role, name)
            lines += ["", f"### {name} {{#{role}-{name.replace('.', '-')}}}", ""]
            lines += [summary_of(value) + owners.remark(role, name)]
            if isinstance(value, type) and issubclass(value, Loader):
                lines += _loader(value)
            lines += _options(registry, name)
            if role in (roles.EXTRACTOR, roles.SPLITTER):
                lines += _record(registry.find(roles.RECORD_SCHEMA, name) or {}, "a record holds, where it holds it")
                for part in registry.names(roles.RECORD_SCHEMA):
                    if part.startswith(f"{name}["):
                        said = f"each element of `{part[len(name) + 1 : -1]}` holds"
                        lines += _record(registry.get(roles.RECORD_SCHEMA, part), said)
    return lines[1:]


def _loader(loader: type[Loader]) -> Iterator[str]:
    yield ""
    parts = [f"Written in the phase *{loader.phase.value}*, kept single as *{loader.effect_class.value}*"]
    parts += [f"undone *{loader.undo.value}*"]
    if loader.finish_fields:
        parts += [f"at the finish: {words(loader.finish_fields)}"]
    yield "; ".join(parts) + "."
    required = loader.required
    rows = [(f"`{name}`{' **required**' if name in required else ''}", line) for name, line in loader.fields.items()]
    if rows:
        yield ""
        yield from table(("field", "meaning"), rows)


def _options(registry: Registry, name: str) -> Iterator[str]:
    fragment = registry.find(roles.SCHEMA, name) or {}
    rows = keys_table(fragment, fragment)
    if rows:
        yield ""
        yield "Options:"
        yield ""
        yield from rows


def _record(schema: Mapping[str, Any], said: str) -> Iterator[str]:
    rows = list(_record_rows(schema, ""))
    if rows:
        yield ""
        yield f"What {said}; a record may hold more:"
        yield ""
        yield from table(("field", "form", "meaning"), rows)


def _record_rows(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, rules in schema.items():
        required = " **required**" if rules.get("required") else ""
        kinds = rules.get("type", "any")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        kind = " or ".join(_TYPES.get(one, one) for one in kinds) + (", or nothing" if rules.get("nullable") else "")
        yield f"`{prefix}{name}`{required}", kind, str(dict(rules.get("meta", {})).get("description", ""))
        if rules.get("type") == "dict":
            yield from _record_rows(rules.get("schema", {}), f"{prefix}{name}.")
