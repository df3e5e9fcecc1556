"""A type that no work package can have is told before the first write."""

from __future__ import annotations

import pytest

PROJECTS = {f"p{number}": {"name": f"P{number}", "types": ["Task"]} for number in range(6)}


def told(target, kind):
    found = target.loader("work_packages").problems({"subject": "x", "type": kind})
    return [(one.severity, one.field) for one in found if one.code == "J2O-O014"]


@pytest.mark.parametrize("projects", [{}, {"lax": {"name": "Lax", "types": ["Task"]}}], ids=["none", "one"])
def test_a_type_that_no_project_has_and_no_new_one_gets_is_an_error(serve, projects):
    target = serve(projects=projects)
    assert told(target, "bug") == [("error", "type")]
    assert told(target, "Task") == told(target, "Phase") == told(target, "No such type") == []


def test_a_type_that_new_projects_get_or_a_project_has_is_none(serve):
    assert told(serve(types={"Bug": {"default": True}}), "Bug") == []
    assert told(serve(projects={"lax": {"name": "Lax", "types": ["Task", "Bug"]}}), "Bug") == []


def test_nothing_is_told_where_there_are_more_projects_than_are_looked_at(serve):
    assert told(serve(projects=PROJECTS), "Bug") == []
