"""Projects, versions, categories, news."""

from __future__ import annotations

import time

import pytest


@pytest.mark.parametrize("identifier", ["With Blank", "UPPER", "12345", "a" * 101, "new", "ü"])
def test_a_bad_identifier_is_refused(fresh, identifier):
    body = {"name": "X", "identifier": identifier}
    assert fresh.refused("POST", "projects", body) == (422, "PropertyConstraintViolation", "identifier")


def test_an_identifier_is_taken_once_and_made_from_the_name_where_absent(fresh):
    first = fresh.post("projects", {"name": "Größer als sonst"})
    assert first["identifier"] == "groer-als-sonst"
    assert fresh.refused("POST", "projects", {"name": "Y", "identifier": first["identifier"]})[2] == "identifier"


def test_former_identifiers_answer_with_the_present_one(fresh):
    project = fresh.project()
    fresh.patch(f"projects/{project['id']}", {"identifier": f"renamed-{project['id']}"})
    found = fresh.get(f"projects/{project['identifier']}")
    assert (found["id"], found["identifier"]) == (project["id"], f"renamed-{project['id']}")


def test_modules_and_types_of_a_project_cannot_be_written(fresh):
    project = fresh.project(_links={"types": [{"href": "/api/v3/types/7"}]}, enabledModules=["backlogs"])
    assert [row["name"] for row in fresh.elements(f"projects/{project['id']}/types")] == ["Task", "Milestone", "Phase"]


def test_a_project_has_parent_status_and_texts(fresh, project):
    child = fresh.project(
        description={"raw": "Text"},
        statusExplanation={"raw": "Fine"},
        _links={"parent": project["_links"]["self"], "status": {"href": "/api/v3/project_statuses/on_track"}},
    )
    assert child["_links"]["parent"]["title"] == project["name"]
    assert child["_links"]["status"]["title"] == "On track"
    assert child["description"]["raw"] == "Text"
    circle = {"_links": {"parent": child["_links"]["self"]}}
    assert fresh.refused("PATCH", f"projects/{project['id']}", circle)[2] == "parent"


def test_created_at_of_a_project_is_writable_for_admins_where_the_setting_is_on(fresh, furnished):
    body = {"name": "Old", "createdAt": "2019-01-02T03:04:05Z"}
    assert fresh.refused("POST", "projects", body) == (422, "PropertyIsReadOnly", "createdAt")
    assert furnished.post("projects", body)["createdAt"] == "2019-01-02T03:04:05.000Z"
    assert furnished.refused("POST", "projects", {"name": "O", "updatedAt": "2019-01-02T03:04:05Z"})[2] == "updatedAt"


def test_a_project_attribute_becomes_active_when_a_value_is_sent(furnished):
    schema = furnished.get("projects/schema")
    field = next(key for key, entry in schema.items() if key.startswith("customField"))
    assert schema[field]["name"] == "Cost centre"
    assert furnished.project(**{field: "K-1"})[field] == "K-1"


def test_an_archived_project_hides_its_work_packages_and_types_even_from_admins(fresh, project):
    made = fresh.work_package(project)
    fresh.patch(f"projects/{project['id']}", {"active": False})
    assert fresh.refused("GET", f"projects/{project['id']}/types")[:2] == (403, "MissingPermission")
    assert fresh.refused("GET", f"work_packages/{made['id']}")[0] == 404
    assert fresh.refused("POST", "work_packages", fresh.payload(project))[:2] == (403, "MissingPermission")
    fresh.patch(f"projects/{project['id']}", {"active": True})
    assert fresh.get(f"work_packages/{made['id']}")["id"] == made["id"]


def test_a_project_is_deleted_in_the_background(fresh):
    project = fresh.project()
    child = fresh.project(_links={"parent": project["_links"]["self"]})
    made = fresh.work_package(child)
    assert fresh.call("DELETE", f"projects/{project['id']}").status_code == 204
    # Not gone yet: archived, and the identifier is taken.
    assert fresh.get(f"projects/{project['id']}")["active"] is False
    assert fresh.refused("POST", "projects", {"name": "X", "identifier": project["identifier"]})[2] == "identifier"
    fresh.advance(5)
    assert fresh.refused("GET", f"projects/{project['id']}")[0] == 404
    assert fresh.refused("GET", f"projects/{child['id']}")[0] == 404
    assert made["id"] not in [row["id"] for row in fresh.state("work_packages")["work_packages"]]


def wait_for_copy(client, answer):
    for _ in range(50):
        status = client.get("job_statuses/" + answer.headers["location"].rsplit("/", 1)[1])
        if status["status"] != "in_queue":
            return status
        time.sleep(0.05)
    raise AssertionError("the copy never ended")


def test_a_copy_carries_types_modules_and_categories_and_all_that_is_not_forbidden(furnished, template):
    made = furnished.work_package(template, subject="Copied")
    body = {"name": "Copy", "identifier": "copy-1"}
    answer = furnished.call("POST", "projects/template/copy", body, allow_redirects=False)
    assert answer.status_code == 302
    status = wait_for_copy(furnished, answer)
    assert status["status"] == "success"
    copy = furnished.get(status["payload"]["_links"]["project"]["href"].replace("/api/v3/", ""))
    types = [row["name"] for row in furnished.elements(f"projects/{copy['id']}/types")]
    assert "Bug" in types
    assert [row["name"] for row in furnished.elements(f"projects/{copy['id']}/categories")] == ["Backend", "Frontend"]
    subjects = [
        row["subject"] for row in furnished.elements(f"projects/{copy['id']}/work_packages", filters=[], pageSize="-1")
    ]
    assert made["subject"] in subjects
    assert furnished.call("GET", f"projects/{copy['id']}/sprints").status_code == 200  # backlogs came along


def test_a_copy_leaves_out_what_meta_forbids(furnished, template):
    furnished.work_package(template)
    meta = {"copyWorkPackages": False, "copyCategories": True, "copyMembers": False, "copyVersions": False}
    body = {"name": "Lean copy", "identifier": "copy-2", "_meta": meta}
    status = wait_for_copy(
        furnished, furnished.call("POST", f"projects/{template['id']}/copy", body, allow_redirects=False)
    )
    path = status["payload"]["_links"]["project"]["href"].replace("/api/v3/", "")
    assert furnished.elements(f"{path}/work_packages", filters=[]) == []
    assert len(furnished.elements(f"{path}/categories")) == 2


def test_a_copy_with_a_bad_identifier_is_refused_at_once(furnished):
    body = {"name": "Copy", "identifier": "template"}
    assert furnished.refused("POST", "projects/template/copy", body)[2] == "identifier"


def test_the_form_of_a_copy_tells_what_it_would_be_refused_for_and_copies_nothing(furnished, template):
    for identifier, wrong in (("template", ["identifier"]), ("copy-3", [])):
        form = furnished.post("projects/template/copy/form", {"name": "Copy", "identifier": identifier})
        assert list(form["_embedded"]["validationErrors"]) == wrong
        assert ("commit" in form["_links"]) == (not wrong)
    assert furnished.call("GET", "projects/copy-3").status_code == 404


def test_projects_are_found_by_name_and_identifier(fresh, project):
    filters = [{"name_and_identifier": {"operator": "=", "values": [project["identifier"]]}}]
    assert [row["id"] for row in fresh.elements("projects", filters=filters)] == [project["id"]]


def test_news_are_written_by_the_caller(fresh, project):
    body = {
        "title": "Hello",
        "summary": "s",
        "description": {"raw": "d"},
        "_links": {"project": project["_links"]["self"]},
    }
    made = fresh.post("news", body)
    assert made["_links"]["author"]["title"] == "OpenProject Admin"
    assert fresh.patch(f"news/{made['id']}", {"title": "Changed"})["title"] == "Changed"
    assert fresh.refused("POST", "news", {**body, "title": ""})[2] == "title"
    assert fresh.call("DELETE", f"news/{made['id']}").status_code == 204


def test_semantic_identifiers_are_short_upper_case_names(serve):
    client = serve("settings: {semantic_identifiers: true}")
    for identifier in ("acme", "1ACME", "TOO_LONG_ONE", "A-B"):
        assert client.refused("POST", "projects", {"name": "x", "identifier": identifier})[0] == 422
    assert client.post("projects", {"name": "x", "identifier": "ACME_1"})["identifier"] == "ACME_1"


def test_white_space_in_names_is_squeezed_and_invisible_characters_leave_identifiers(fresh):
    made = fresh.project(name="  A \t project\n", identifier="invis\u200bible-1")
    assert (made["name"], made["identifier"]) == ("A project", "invisible-1")
