"""What is wrong with the mappings of a spec, found without a source: field names are not known yet."""

from __future__ import annotations

from typing import Optional

from ..hooks.registry import Registry
from ..model.problem import Problem
from ..spec.model import Spec
from .compiled import CompileError, EntityMapping, compile_entity


def check_mappings(
    spec: Spec, registry: Registry, compiled: Optional[dict[str, EntityMapping]] = None
) -> list[Problem]:
    """Every problem of every entity's paths, expressions, steps, tables, references and rules.

    ``compiled`` takes in the mapping of each entity that has none.
    """
    problems: list[Problem] = []
    for entity in spec.entities.values():
        try:
            mapping = compile_entity(entity, spec, registry, None)
        except CompileError as error:
            problems.extend(error.problems)
            continue
        problems.extend(mapping.problems)
        if compiled is not None:
            compiled[entity.name] = mapping
    return problems
