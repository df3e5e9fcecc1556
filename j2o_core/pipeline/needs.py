"""What a spec relies on that somebody else sets up, told from the spec alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator, Mapping, Optional

from ..hooks.protocols import Need, Needs
from ..hooks.registry import LOADER, Registry
from ..model.problem import Place
from ..spec.model import UNSET, EntitySpec, FieldSpec, Spec

CUSTOM, CUSTOM_FIELDS = "cf:", "custom_fields"
#: under which a loader names another kind, where its custom fields are not those of work packages
ANY_CUSTOM = "cf:*"
#: what a custom field should hold, by the step that makes its value
_FORMS = {
    "number": "number",
    "scale": "number",
    "hours": "number",
    "clamp": "number",
    "date": "date",
    "day": "date",
    "rich_text": "rich text",
    "url": "address",
}
#: and by what it refers to: people and groups, if not these
_REFERENCES = {"versions": "version", "sprints": "version", "projects": "text", "work_packages": "text"}


def needs_of(spec: Spec, registry: Registry) -> Needs:
    """Everything that the spec's entities name, once each, and what ``required`` names."""
    found: dict[tuple[str, str], Need] = {}
    fields, values, options = {}, {}, {}
    for entity in spec.entities.values():
        loader = registry.find(LOADER, entity.load.plugin) if entity.load else None
        if loader is None:
            continue
        fields[entity.name] = tuple(entity.map)
        options[entity.name] = dict(entity.load.options) if entity.load else {}
        for name, mapped in entity.map.items():
            values[(entity.name, name)] = tuple(value for value, _ in _values(spec, mapped))
        for need in _of_entity(spec, entity, loader.named, loader.named_options):
            found.setdefault((need.kind, need.name.casefold()), need)
    for kind, names in spec.required.items():
        for name in names:
            known = found.get((kind, name.casefold()))
            place = spec.places.get(f"required.{kind}")
            made = known or Need(kind, name, place=place)
            found[(kind, name.casefold())] = replace(made, required=True)
    return Needs(tuple(found.values()), fields, values, spec.projects, options)


def _of_entity(
    spec: Spec, entity: EntitySpec, named: Mapping[str, str], named_options: Mapping[str, str]
) -> Iterator[Need]:
    for name, mapped in entity.map.items():
        if name.startswith(CUSTOM):
            options = tuple(dict.fromkeys(str(value) for value, _ in _values(spec, mapped) if mapped.table))
            yield Need(
                named.get(ANY_CUSTOM, CUSTOM_FIELDS),
                name[len(CUSTOM) :],
                entity.name,
                name,
                mapped.place,
                form=_form(spec, mapped, options),
                values=options,
                on_fail=entity.on_fail,
            )
        elif name in named:
            for value, place in _values(spec, mapped):
                yield Need(named[name], str(value), entity.name, name, place, on_fail=entity.on_fail)
    assert entity.load is not None
    for option, kind in named_options.items():
        if entity.load.options.get(option):
            yield Need(kind, str(entity.load.options[option]), entity.name, option, entity.load.place, form="text")


def _values(spec: Spec, mapped: FieldSpec) -> Iterator[tuple[Any, Optional[Place]]]:
    """The plain values that a field can have by the spec itself: of table rows, of ``value`` and of ``default``."""
    table = mapped.table or next((str(to) for step, to in reversed(mapped.steps) if step == "table"), None)
    if table in spec.tables:
        rows = spec.tables[str(table)]
        regular = {key for key in rows if len(str(key)) > 1 and str(key).startswith("/") and str(key).endswith("/")}
        for key, value in rows.items():
            if key not in regular or "\\" not in str(value):
                for one in value if isinstance(value, list) else [value]:
                    if _is_plain(one) and one != "=":
                        yield one, spec.places.get(f"tables.{table}.{key}") or mapped.place
    for given in (mapped.value, mapped.default):
        for one in given if isinstance(given, list) else [given]:
            if one is not UNSET and _is_plain(one):
                yield one, mapped.place


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, (dict, list)) and "{{" not in str(value) and value != ""


def _form(spec: Spec, mapped: FieldSpec, options: tuple[str, ...]) -> str:
    if options:
        return "choice"
    if mapped.ref:
        entity = spec.entities.get(mapped.ref)
        loader = entity.load.plugin if entity is not None and entity.load else mapped.ref
        return _REFERENCES.get(loader.rpartition(".")[2], "person")
    for step, _ in reversed(mapped.steps):
        if step in _FORMS:
            return _FORMS[step]
    return "text"
