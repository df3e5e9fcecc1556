"""Boards: who may make them, what a grid may hold, and what goes with one."""

from __future__ import annotations

import pytest


def widget(column, **more):
    place = {"startRow": 1, "endRow": 2, "startColumn": column, "endColumn": column + 1}
    return {"identifier": "work_package_query", **place, "options": {"queryId": 1}, **more}


def body(project, widgets=(), **more):
    scope = {"href": f"/projects/{project['identifier']}/boards"}
    options = {"type": "free", "mine": "kept"}
    return {
        "name": "Board", "rowCount": 1, "columnCount": 3, "options": options, "widgets": list(widgets),
        "_links": {"scope": scope}, **more,
    }  # fmt: skip


def listed(fresh, *scopes):
    asked = [{"scope": {"operator": "=", "values": list(scopes)}}]
    return [row["id"] for row in fresh.elements("grids", filters=asked)]


def test_a_board_keeps_what_it_is_given_and_is_listed_by_its_scope(fresh, project):
    made = fresh.post("grids", body(project, [widget(1), widget(2)]))
    assert fresh.get(f"grids/{made['id']}") == made
    assert made["options"] == {"type": "free", "mine": "kept"} and made["name"] == "Board"
    assert made["_links"]["scope"]["href"] == f"/projects/{project['identifier']}/boards"
    assert len({one["id"] for one in made["widgets"]}) == 2
    for scope in (project["id"], project["identifier"]):
        assert listed(fresh, f"/projects/{scope}/boards") == [made["id"]]
    assert listed(fresh, f"/projects/{fresh.project()['id']}/boards") == []


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"name": " "}, "name"),
        ({"rowCount": 0}, None),
        ({"columnCount": "many"}, None),
        ({"widgets": [widget(4)]}, "widgets"),
        ({"widgets": [widget(1), widget(1)]}, "widgets"),
        ({"widgets": [widget(2, endColumn=2)]}, "widgets"),
        ({"widgets": [widget(1, identifier="news")]}, "widgets"),
        ({"_links": {}}, "scope"),
        ({"_links": {"scope": {"href": "/projects/no-such/boards"}}}, "scope"),
        ({"_links": {"scope": {"href": "/my/page"}}}, "scope"),
    ],
)
def test_what_a_board_cannot_be_is_refused(fresh, project, change, attribute):
    status, _, named = fresh.refused("POST", "grids", {**body(project, [widget(1)]), **change})
    assert status == 422 and (attribute is None or named == attribute)


def test_a_project_without_the_module_has_no_boards(furnished, template):
    assert furnished.refused("POST", "grids", body(template))[0] == 422


def test_an_update_replaces_the_widgets_and_never_the_scope(fresh, project):
    made = fresh.post("grids", body(project, [widget(1), widget(2)]))
    kept = made["widgets"][1]
    changed = fresh.patch(f"grids/{made['id']}", {"name": "Other", "widgets": [kept, widget(3)]})
    assert changed["name"] == "Other" and changed["widgets"][0]["id"] == kept["id"]
    assert changed["widgets"][1]["id"] not in {one["id"] for one in made["widgets"]}
    assert fresh.refused("PATCH", f"grids/{made['id']}", {"_links": {"scope": {"href": ""}}})[2] == "scope"


def test_a_board_takes_its_queries_along(fresh, project):
    query = fresh.post("queries", {"name": "Column", "_links": {"project": project["_links"]["self"]}})
    made = fresh.post("grids", body(project, [widget(1, options={"queryId": query["id"]})]))
    assert fresh.call("DELETE", f"grids/{made['id']}").status_code == 204
    assert fresh.call("GET", f"queries/{query['id']}").status_code == 404
    assert fresh.call("GET", f"grids/{made['id']}").status_code == 404


def test_a_form_tells_what_is_wrong_and_writes_nothing(fresh, project):
    before = len(fresh.state("grids")["grids"])
    said = fresh.post("grids/form", body(project, name=""))
    assert set(said["_embedded"]["validationErrors"]) == {"name"}
    assert len(fresh.state("grids")["grids"]) == before
