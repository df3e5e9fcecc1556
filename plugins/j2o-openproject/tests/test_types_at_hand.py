"""A type that no work package of a project can have is told before the first write."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.api import Ref, TargetItem

ACME = Ref("projects", ("10000", "ACME"))
NEW = {"identifier": "acme", "name": "Acme"}
LAX = {"lax": {"name": "Lax", "types": ["Task", "Bug"]}}


def told(target, kind: str, project: Any = NEW) -> list[tuple[str, str]]:
    """Severity and words; ``project`` is what the reference to ``ACME`` means."""
    payload = {"subject": "x", "type": kind, "project": ACME}
    found = target.loader("work_packages").problems_at(payload, {ACME: project}.get)
    return [(one.severity, one.message) for one in found if (one.code, one.field) == ("J2O-O014", "type")]


def test_a_type_that_new_projects_do_not_get_is_an_error_whatever_others_have(serve):
    target = serve(projects=LAX)
    assert told(target, "bug") == [("error", "projects that are made do not get the type 'bug'")]
    assert told(target, "Task") == told(target, "Phase") == told(target, "No such type") == []
    assert told(serve(types={"Bug": {"default": True}}), "Bug") == []


@pytest.mark.parametrize("known", [False, True], ids=["by its identifier", "written before"])
def test_a_project_that_is_there_is_asked_for_its_own_types(serve, known):
    others = {f"p{number}": {"name": f"P{number}", "types": ["Task", "Phase"]} for number in range(6)}
    target = serve(projects={**others, **LAX})
    (row,) = [row for row in target.state("projects")["projects"] if row["identifier"] == "lax"]
    lax = TargetItem("projects", str(row["id"]), "Lax", "lax") if known else {"identifier": "LAX"}
    assert told(target, "Bug", lax) == told(target, "Task", lax) == []
    name = "lax" if known else "LAX"
    assert told(target, "Phase", lax) == [("error", f"the project '{name}' does not have the type 'Phase'")]


def test_a_project_that_is_copied_has_the_types_of_its_template(serve):
    target = serve(projects=LAX)
    target.loader("projects", template={"project": "lax"}).prepare()
    assert told(target, "Bug") == []
    assert told(target, "Phase") == [("error", "the project 'lax' does not have the type 'Phase'")]
    target.loader("projects").prepare()
    assert told(target, "Phase") == []


def test_an_archived_project_keeps_its_types_to_itself_and_nothing_is_told(serve):
    target = serve(projects={"lax": {"name": "Lax", "types": ["Task"], "active": False}})
    assert told(target, "Bug", {"identifier": "lax"}) == []


def test_the_answer_is_asked_for_once_and_nothing_is_told_where_nothing_is_known(serve):
    target = serve(projects=LAX)
    for project in (None, TargetItem("projects", "999", "Gone", "GONE")):
        assert told(target, "Bug", project) == []
    assert told(target, "Bug") == told(target, "Bug") != []
    asked = target.requests()
    assert told(target, "Bug") and target.requests() == asked
