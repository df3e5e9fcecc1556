"""What a spec says about items that cannot be written as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from ..mapping import codes as mapping_codes
from ..model.payload import FAIL
from ..model.problem import Place, Problem
from ..spec.model import EntitySpec, FieldSpec, Spec

#: what ``missing: fail`` of a field is about: no value, or a reference that leads nowhere
_MISSING = (mapping_codes.NO_VALUE, "J2O-E011")


class Policies:
    """Those of one entity. ``otherwise``: what happens where none of them is about a problem."""

    def __init__(self, entity: EntitySpec, spec: Spec) -> None:
        self._entity, self._spec = entity, spec
        self._rules = {*(rule.path for rule in entity.rules), *(rule.path for rule in entity.across)}
        self.otherwise = entity.on_fail

    def cover(self, problem: Problem) -> bool:
        """Whether a rule or a field's ``missing`` says that such an item fails, and the others go on."""
        if problem.path in self._rules:
            return True
        field = self._entity.map.get(problem.field)
        return problem.code in _MISSING and field is not None and field.missing == FAIL

    def placed(self, problem: Problem, value: Any = None) -> Problem:
        """With the line of the spec to change, where it has none: the row of the table that gives ``value``, else the
        field or the option of the loader; and with what would do instead."""
        hints = [f"expected: {problem.expected}"] if problem.expected else []
        hints += [f"did you mean '{problem.suggestion}'?"] if problem.suggestion else []
        told = replace(problem, message=f"{problem.message} ({'; '.join(hints)})") if hints else problem
        if problem.place is not None:
            return told
        field, load = self._entity.map.get(problem.field), self._entity.load
        if field is None and load is not None and problem.field in load.options:
            path = f"entities.{self._entity.name}.load.{problem.field}"
            return replace(told, place=self._spec.places.get(path) or load.place, path=problem.path or path)
        if field is None:
            return replace(told, place=self._entity.place, path=problem.path or f"entities.{self._entity.name}")
        return replace(told, place=self._row(field, value) or field.place, path=problem.path or field.path)

    def _row(self, field: FieldSpec, value: Any) -> Optional[Place]:
        for key, given in self._spec.tables.get(field.table or "", {}).items():
            if given == value and value is not None:
                return self._spec.places.get(f"tables.{field.table}.{key}")
        return None
