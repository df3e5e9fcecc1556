"""Which line of the spec a problem leads to."""

from __future__ import annotations

from j2o_core.checks.policies import Policies
from j2o_core.model.problem import ERROR, Place, Problem
from j2o_core.spec.model import EntitySpec, FieldSpec, LoadSpec, RuntimeSpec, Spec

LOAD = LoadSpec("fake", None, {"template": {"project": "x"}}, Place("spec.yaml", 9, 5))
THINGS = EntitySpec("things", (), {"name": FieldSpec("name", "name", place=Place("spec.yaml", 4, 7))}, LOAD)


def placed(field: str, **places: Place) -> tuple[str, str]:
    known = {path.replace("__", "."): place for path, place in places.items()}
    spec = Spec("acme", {}, "d", {}, {"things": THINGS}, {}, RuntimeSpec(), places=known)
    told = Policies(THINGS, spec).placed(Problem("J2O-X", "wrong", ERROR, field=field))
    return str(told.place), told.path


def test_a_problem_leads_to_the_line_of_its_field_or_of_the_option_of_the_loader() -> None:
    assert placed("name")[0] == "spec.yaml:4:7"
    option = {"entities__things__load__template": Place("spec.yaml", 10, 7)}
    assert placed("template", **option) == ("spec.yaml:10:7", "entities.things.load.template")
    assert placed("template") == ("spec.yaml:9:5", "entities.things.load.template")
    assert placed("other")[1] == "entities.things"
