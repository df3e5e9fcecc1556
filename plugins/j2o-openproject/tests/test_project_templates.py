"""Projects that are copied from a template: types, modules and categories, which no other request can give them."""

from __future__ import annotations

import pytest

from j2o_core.api import InDoubt, ItemFailed, Taken
from j2o_openproject import background
from j2o_openproject.hal import elements

PROJECTS = {
    "template": {
        "name": "Template",
        "categories": ["Backend", "Frontend"],
        "types": ["Bug", "Task"],
        "modules": ["work_package_tracking", "backlogs"],
    }
}


@pytest.fixture(scope="module")
def furnished(serve):
    target = serve(projects=PROJECTS, settings={"writable_history": True})
    project = target.client.get("projects/template")
    target.client.post("versions", {"name": "Old", "_links": {"definingProject": project["_links"]["self"]}})
    target.client.post(
        "work_packages", {"subject": "Old", "_links": {"project": project["_links"]["self"], "type": bug(target)}}
    )
    return target


@pytest.fixture(autouse=True)
def glances(monkeypatch):
    monkeypatch.setattr(background, "GLANCE", 0.05)


def bug(target):
    return {"href": f"/api/v3/types/{target.client.catalogue.types.id('Bug')}"}


def payload(target, **more):
    return {"identifier": f"copy-{next(target.numbers)}", "name": "Cöpy", "public": False, **more}


def held(target, project, kind):
    rows = elements(target.client.get(f"projects/{project}/{kind}", {"filters": "[]"}))
    return [row.get("name") or row.get("subject") for row in rows]


def test_a_project_has_types_modules_and_categories_of_its_template_and_nothing_that_stands_in_it(furnished):
    projects = furnished.loader("projects", template={"project": "template"})
    parent = furnished.project()
    wanted = payload(
        furnished, parent=parent, description=furnished.rich("One *line*"), createdAt="2011-01-02T03:04:05Z"
    )
    effect = furnished.effect("projects", wanted, notes=[("Lead", "Ann #5")])
    answer = projects.create(effect)
    # No copy takes a time of creation: it stands in the text.
    assert answer.differences == ()
    assert "2011-01-02 03:04" in answer.image["description"]
    assert "Lead" in answer.image["description"]
    (found,) = projects.find(effect)
    assert (found.id, furnished.unlike(projects, effect, found.image)) == (answer.id, [])
    assert sorted(held(furnished, answer.id, "types")) == ["Bug", "Task"]
    assert held(furnished, answer.id, "categories") == ["Backend", "Frontend"]
    assert held(furnished, answer.id, "versions") == []
    assert held(furnished, answer.id, "work_packages") == []
    with pytest.raises(Taken):
        projects.create(effect)


def test_what_is_to_come_along_is_said_in_the_spec(furnished):
    projects = furnished.loader("projects", template={"project": "template", "copy": ["versions"]})
    answer = projects.create(furnished.effect("projects", payload(furnished)))
    assert held(furnished, answer.id, "categories") == []
    assert held(furnished, answer.id, "versions") == ["Old"]


def test_a_copy_whose_end_is_not_seen_is_in_doubt_and_found_later(furnished, monkeypatch):
    monkeypatch.setattr(background, "LONGEST", 0.0)
    projects = furnished.loader("projects", template={"project": "template"})
    effect = furnished.effect("projects", payload(furnished))
    with pytest.raises(InDoubt):
        projects.create(effect)
    for _ in range(100):
        furnished.client.http.gate.sleep(0.05)
        if projects.find(effect):
            break
    assert len(projects.find(effect)) == 1


def test_a_copy_that_fails_in_the_background_fails_the_item_in_the_servers_words(furnished, monkeypatch):
    job = {"status": "failure", "message": "The project is gone."}
    monkeypatch.setattr(furnished.client, "get", lambda path, params=None: job)
    with pytest.raises(ItemFailed, match="The project is gone"):
        background.finished(furnished.client, "job_statuses/1", "copying 'template'")


def test_what_did_not_come_along_is_told(furnished, monkeypatch):
    finished = background.finished

    def incomplete(*about):
        done = finished(*about)
        return {**done, "payload": {**done["payload"], "errors": ["Category: is invalid"]}}

    monkeypatch.setattr("j2o_openproject.loaders.projects.finished", incomplete)
    projects = furnished.loader("projects", template={"project": "template"})
    answer = projects.create(furnished.effect("projects", payload(furnished)))
    assert [(one.field, one.sent, one.stored) for one in answer.differences] == [
        ("template", "Category: is invalid", None)
    ]


def test_a_login_page_is_no_copy():
    moved = type("Moved", (), {"status": 302, "headers": {"Location": "/login?back_url=x"}})
    assert not background.leads_to_a_job(moved)


def test_a_template_that_is_not_there_is_told_before_anything_is_written(furnished):
    wanted = payload(furnished)
    assert list(furnished.loader("projects", template={"project": "template"}).problems(wanted)) == []
    (problem,) = furnished.loader("projects", template={"project": "nowhere"}).problems(wanted)
    assert (problem.code, "nowhere" in problem.message) == ("J2O-O021", True)


def test_a_plan_asks_and_copies_nothing(furnished):
    projects = furnished.loader("projects", template={"project": "template"})
    before = len(furnished.state("projects")["projects"])
    projects.server_check(furnished.effect("projects", payload(furnished)))
    furnished.client.http.gate.sleep(0.7)
    assert len(furnished.state("projects")["projects"]) == before
