"""What differs between OpenProject 13 and 17.8."""

from __future__ import annotations

import pytest
import requests


def test_13_has_delay_responsibles_and_no_writable_history(serve):
    client = serve("settings: {writable_history: true}", openproject_version="13")
    project = client.project()
    one, two = client.work_package(project), client.work_package(project)
    body = {"type": "follows", "delay": 2, "_links": {"to": two["_links"]["self"]}}
    made = client.post(f"work_packages/{one['id']}/relations", body)
    assert made["delay"] == 2
    assert "lag" not in made
    assert client.elements(f"projects/{project['id']}/available_responsibles") == []
    old = client.payload(project, createdAt="2019-01-01T00:00:00Z")
    assert client.refused("POST", "work_packages", old)[1] == "PropertyIsReadOnly"
    assert one["createdAt"].endswith("Z")
    assert "." not in one["createdAt"]


def test_14_has_lag_history_and_no_responsibles(serve):
    client = serve("settings: {writable_history: true}", openproject_version="14.0")
    project = client.project()
    assert client.work_package(project, createdAt="2019-01-01T00:00:00Z")["createdAt"].startswith("2019-01-01")
    assert client.refused("GET", f"projects/{project['id']}/available_responsibles")[0] == 404


def test_13_takes_any_percentage_beside_work_and_14_does_not(serve):
    values = {"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 10}
    old = serve("settings: {writable_history: true}", openproject_version="13")
    assert old.work_package(old.project(), **values)["percentageDone"] == 10
    new = serve("settings: {writable_history: true}", openproject_version="14.0")
    assert new.refused("POST", "work_packages", new.payload(new.project(), **values))[2] == "percentageDone"


def test_before_15_4_scheduling_is_automatic_by_default(serve):
    client = serve(openproject_version="15.3")
    project = client.project()
    parent = client.work_package(project)
    assert parent["scheduleManually"] is False
    client.work_package(project, dueDate="2026-01-09", links={"parent": parent["_links"]["self"]})
    assert client.get(f"work_packages/{parent['id']}")["dueDate"] == "2026-01-09"


def test_before_16_time_entries_have_a_work_package_and_no_entity(serve):
    client = serve(openproject_version="15.3")
    project = client.project()
    made, member = client.work_package(project), client.member(project)
    links = {"project": project["_links"]["self"], "user": member["_links"]["self"]}
    body = {"spentOn": "2026-01-05", "hours": "PT1H", "_links": {**links, "entity": made["_links"]["self"]}}
    assert client.refused("POST", "time_entries", body)[2] == "workPackage"
    body["_links"]["workPackage"] = body["_links"].pop("entity")
    assert "entity" not in client.post("time_entries", body)["_links"]


def test_the_older_name_of_the_entity_still_works_today(fresh, project):
    made, member = fresh.work_package(project), fresh.member(project)
    links = {"workPackage": made["_links"]["self"], "user": member["_links"]["self"]}
    booked = fresh.post("time_entries", {"spentOn": "2026-01-05", "hours": "PT1H", "_links": links})
    assert booked["_links"]["entity"]["href"] == made["_links"]["self"]["href"]


def test_workspaces_come_with_17_and_projects_stay_as_alias(serve, fresh, project):
    old = serve(openproject_version="15.3")
    assert old.refused("GET", f"workspaces/{old.project()['id']}/work_packages")[0] == 404
    for place in ("projects", "workspaces"):
        made = fresh.post(f"{place}/{project['id']}/work_packages", {"subject": "x"})
        assert made["_links"]["project"]["title"] == project["name"]
        assert fresh.get(f"{place}/{project['id']}/versions")["_type"] == "Collection"


@pytest.mark.parametrize(("version", "refused"), [("17.8", None), ("17.9", "customField1")])
def test_numbers_of_custom_fields_have_limits_since_17_9(serve, version, refused):
    client = serve(
        "custom_fields: {Points: {format: int, types: all, for_all: true, min: 1, max: 9}}", openproject_version=version
    )
    project = client.project()
    client.work_package(project, customField1=9)
    for value in (0, 10):
        if refused is None:
            assert client.work_package(project, customField1=value)["customField1"] == value
        else:
            assert client.refused("POST", "work_packages", client.payload(project, customField1=value))[2] == refused


PORTFOLIO = (
    "projects: {estate: {workspace: portfolio}, house: {parent: estate, workspace: program}, roof: {parent: house}}"
)


@pytest.mark.parametrize(
    ("version", "kinds"), [("16.6", ["Project"] * 3), ("17.0", ["Portfolio", "Program", "Project"])]
)
def test_portfolios_and_programs_stand_among_projects_since_17(serve, version, kinds):
    client = serve(PORTFOLIO, openproject_version=version)
    found = {row["identifier"]: row for row in client.elements("projects")}
    assert [found[name]["_type"] for name in ("estate", "house", "roof")] == kinds
    parents = [found[name]["_links"]["parent"]["href"] for name in ("house", "roof")]
    places = [kind.lower() + "s" for kind in kinds]
    assert parents == [f"/api/v3/{places[0]}/{found['estate']['id']}", f"/api/v3/{places[1]}/{found['house']['id']}"]
    for name, place in zip(("estate", "house", "roof"), places):
        assert client.get(f"{place}/{found[name]['id']}")["identifier"] == name
    assert client.refused("GET", f"portfolios/{found['roof']['id']}")[0] == 404


def test_bearer_tokens_come_with_17_2_and_display_ids_with_17_4(serve, fresh, project):
    old = serve(openproject_version="15.3")
    token = old.running.openproject["api_key"]
    assert not token.startswith("opapi-")
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(old.url + "/api/v3/users/me", headers=headers, timeout=10).status_code == 401
    assert "displayId" not in old.work_package(old.project())
    assert "displayId" in fresh.work_package(project)


def test_sprints_come_with_17_3(serve, fresh):
    assert serve(openproject_version="15.3").refused("GET", "sprints")[0] == 404
    assert fresh.get("sprints")["total"] == 0


def version(client, project, name):
    link = {"definingProject": project["_links"]["self"]}
    return client.post("versions", {"name": name, "_links": link})["_links"]["self"]


def test_target_versions_stand_beside_version_until_several_are_allowed(fresh, project):
    one, two = version(fresh, project, "1"), version(fresh, project, "2")
    made = fresh.work_package(project, links={"targetVersions": [one]})
    assert made["_links"]["version"]["title"] == "1"
    body = fresh.payload(project, links={"targetVersions": [one, two]})
    assert fresh.refused("POST", "work_packages", body)[0] == 422


def test_where_several_versions_are_allowed_version_is_gone_and_ignored(serve):
    client = serve("settings: {multiple_versions: true}")
    project = client.project()
    one, two = version(client, project, "1"), version(client, project, "2")
    made = client.work_package(project, links={"targetVersions": [one, two]})
    assert [link["title"] for link in made["_links"]["targetVersions"]] == ["1", "2"]
    assert "version" not in made["_links"]
    assert client.work_package(project, links={"version": one})["_links"]["targetVersions"] == []
    schema = client.get(f"work_packages/schemas/{project['id']}-1")
    assert schema["targetVersions"]["options"]["multiple"] is True
    assert "version" not in schema


def test_before_17_8_target_versions_are_ignored(serve):
    client = serve(openproject_version="17.6")
    project = client.project()
    made = client.work_package(project, links={"targetVersions": [version(client, project, "1")]})
    assert made["_links"]["version"]["href"] is None
