"""What a template makes of each field of the source: which of its lines reads it, or leaves it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

from ...expressions.names import FieldNames
from ...hooks.registry import Registry
from ...mapping.accounting import drop_claims, part_claims
from ...mapping.compiled import compile_entity
from ...mapping.compiler import Compiler
from ...mapping.fates import source_name
from ...spec.model import EntitySpec, Spec


@dataclass(frozen=True)
class TemplateFields:
    """By display name of a source field: the target field whose line takes it, the ``drop`` line that leaves it out,
    the entities that are made of it."""

    mapped: Mapping[str, str]
    dropped: Mapping[str, str]
    parts: Mapping[str, Sequence[str]]


def read_template(entity: EntitySpec, spec: Spec, registry: Registry, names: FieldNames) -> TemplateFields:
    """Compile the entity for a source that has fields of these ``names``, and see what each line takes.

    Raises ``CompileError`` where the template cannot be used with them.
    """
    mapping = compile_entity(entity, spec, registry, names.names, complete=False)
    compiler = Compiler(spec, registry, names, names_known=False)
    mapped: dict[str, str] = {}
    plain = [name for name, field in entity.map.items() if field.sources]
    for target in (*plain, *entity.map):  # a line that takes the value itself rather than one that looks at it
        for source in sorted(mapping.sources.get(target, ())):
            if source:
                mapped.setdefault(source, target)
    dropped: dict[str, str] = {}
    for line in entity.drop:
        only = EntitySpec(entity.name, (), {}, None, drop={line: ""})
        for claim in drop_claims(only, compiler):
            dropped.setdefault(source_name(claim.path, names), line)
    parts: dict[str, list[str]] = {}
    for other in spec.entities.values():
        alone = Spec(**{**spec.__dict__, "entities": {other.name: other}})
        for claim in part_claims(entity, alone, compiler):
            held = parts.setdefault(source_name(claim.path, names), [])
            if other.name not in held:
                held.append(other.name)
    return TemplateFields(mapped, dropped, parts)
