"""What is wrong with the mappings of a spec, found without a source: field names are not known yet."""

from __future__ import annotations

from ..hooks.registry import Registry
from ..model.problem import Problem
from ..spec.model import Spec
from .compiled import CompileError, compile_entity


def check_mappings(spec: Spec, registry: Registry) -> list[Problem]:
    """Every problem of every entity's paths, expressions, steps, tables, references and rules."""
    problems: list[Problem] = []
    for entity in spec.entities.values():
        try:
            problems.extend(compile_entity(entity, spec, registry, None).problems)
        except CompileError as error:
            problems.extend(error.problems)
    return problems
