"""Versions, and what REST cannot create."""

from __future__ import annotations

import pytest


def version(client, project, **values):
    body = {"name": "1.0", **values, "_links": {"definingProject": project["_links"]["self"]}}
    return client.post("versions", body)


def test_version_names_are_unique_in_their_project_whatever_their_case(fresh, project):
    version(fresh, project, name="Alpha")
    body = {"name": "ALPHA", "_links": {"definingProject": project["_links"]["self"]}}
    assert fresh.refused("POST", "versions", body) == (422, "PropertyConstraintViolation", "name")
    version(fresh, fresh.project(), name="Alpha")


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 61}, "name"),
        ({"status": "done"}, "status"),
        ({"sharing": "everyone"}, "sharing"),
        ({"startDate": "2020-02-02", "endDate": "2020-01-01"}, "endDate"),
    ],
)
def test_bad_version_values_are_refused(fresh, project, values, attribute):
    body = {"name": "2.0", **values, "_links": {"definingProject": project["_links"]["self"]}}
    assert fresh.refused("POST", "versions", body) == (422, "PropertyConstraintViolation", attribute)


def test_a_project_s_versions_ignore_paging(fresh, project):
    for name in ("a", "b", "c"):
        version(fresh, project, name=name)
    page = fresh.get(f"projects/{project['id']}/versions", offset="2", pageSize="1")
    assert (page["total"], page["count"]) == (3, 3)


def test_only_shared_versions_reach_other_projects(fresh, project):
    child = fresh.project(_links={"parent": project["_links"]["self"]})
    for sharing in ("none", "descendants", "system"):
        version(fresh, project, name=sharing, sharing=sharing)
    names = {row["name"] for row in fresh.elements(f"projects/{child['id']}/versions")}
    assert "descendants" in names
    assert "none" not in names
    others = {row["name"] for row in fresh.elements(f"projects/{fresh.project()['id']}/versions")}
    assert "descendants" not in others
    assert "system" in others


def test_a_version_with_work_packages_cannot_be_deleted(fresh, project):
    made = version(fresh, project)
    row = fresh.work_package(project, links={"version": made["_links"]["self"]})
    assert fresh.refused("DELETE", f"versions/{made['id']}")[:2] == (422, "PropertyConstraintViolation")
    fresh.call("DELETE", f"work_packages/{row['id']}")
    assert fresh.call("DELETE", f"versions/{made['id']}").status_code == 204


def test_categories_types_and_roles_cannot_be_created(fresh, project):
    for path in ("types", "roles", "statuses", "priorities", f"projects/{project['id']}/categories"):
        assert fresh.call("POST", path, {"name": "x"}).status_code == 405
