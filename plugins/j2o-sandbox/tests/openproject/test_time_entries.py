"""Time entries."""

from __future__ import annotations

import json

import pytest


def entry(row, user, **values):
    links = {"entity": row["_links"]["self"], "user": user["_links"]["self"], **values.pop("links", {})}
    return {"spentOn": "2026-01-05", "hours": "PT1H30M", **values, "_links": links}


def test_an_admin_logs_time_for_a_member(fresh, project):
    member, made = fresh.member(project), fresh.work_package(project)
    booked = fresh.post("time_entries", entry(made, member, comment={"raw": "j2o-1;"}))
    assert booked["hours"] == "PT1H30M"
    assert booked["_links"]["user"]["title"] == member["name"]
    assert booked["_links"]["project"]["title"] == project["name"]
    after = fresh.get(f"work_packages/{made['id']}")
    assert (after["spentTime"], after["updatedAt"], after["lockVersion"]) == ("PT1H30M", made["updatedAt"], 0)


def test_nobody_logs_time_for_those_who_are_not_members_not_even_an_admin_for_himself(fresh, project):
    made = fresh.work_package(project)
    for person in (fresh.user(), fresh.get("users/4")):
        assert fresh.refused("POST", "time_entries", entry(made, person))[:2] == (403, "MissingPermission")


def test_time_needs_the_costs_module(serve):
    client = serve("projects: {bare: {modules: [work_package_tracking]}}")
    project = client.get("projects/bare")
    body = entry(client.work_package(project), client.member(project))
    assert client.refused("POST", "time_entries", body)[:2] == (403, "MissingPermission")


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"spentOn": None}, "spentOn"),
        ({"hours": None}, "hours"),
        ({"comment": {"raw": "c" * 1001}}, "comment"),
        ({"links": {"activity": {"href": "/api/v3/time_entries/activities/99"}}}, "activity"),
        ({"links": {"entity": {"href": "/api/v3/work_packages/999999"}}}, "entity"),
    ],
)
def test_bad_time_entries_are_refused(fresh, project, values, attribute):
    body = entry(fresh.work_package(project), fresh.member(project), **values)
    body["_links"]["project"] = project["_links"]["self"]
    assert fresh.refused("POST", "time_entries", body) == (422, "PropertyConstraintViolation", attribute)


def test_hours_of_the_wrong_form_are_a_format_error(fresh, project):
    body = entry(fresh.work_package(project), fresh.member(project), hours="1.5")
    assert fresh.refused("POST", "time_entries", body) == (422, "PropertyFormatError", "hours")


def test_entity_and_project_must_fit(fresh, project):
    other = fresh.project()
    body = entry(fresh.work_package(project), fresh.member(other), links={"project": other["_links"]["self"]})
    assert fresh.refused("POST", "time_entries", body)[2] == "entity"


def test_an_end_time_is_a_500_before_17_9(fresh, project):
    body = entry(fresh.work_package(project), fresh.member(project), endTime="2026-01-05T10:00:00Z")
    assert fresh.call("POST", "time_entries", body).status_code == 500
    assert fresh.elements("time_entries", filters=by_work_package(body)) == []


def by_work_package(body):
    return [{"entityId": {"operator": "=", "values": [body["_links"]["entity"]["href"].rsplit("/", 1)[1]]}}]


def test_hours_that_are_no_exact_number_lose_a_second_when_read_back_before_17_9(fresh, project, serve):
    newer = serve(openproject_version="17.9")
    new_project = newer.project()
    for client, home, shown in ((fresh, project, "PT1H58M59S"), (newer, new_project, "PT1H59M")):
        body = entry(client.work_package(home), client.member(home), hours="PT1H59M")
        made = client.post("time_entries", body)
        assert made["hours"] in (shown, "PT1H59M")


def test_time_entries_are_found_by_entity_user_and_day_but_not_by_comment(fresh, project):
    member = fresh.member(project)
    body = entry(fresh.work_package(project), member, comment={"raw": "j2o-77;"})
    made = fresh.post("time_entries", body)
    filters = [
        *by_work_package(body),
        {"entityType": {"operator": "=", "values": ["WorkPackage"]}},
        {"user": {"operator": "=", "values": [str(member["id"])]}},
        {"spentOn": {"operator": "=d", "values": ["2026-01-05"]}},
    ]
    assert [row["id"] for row in fresh.elements("time_entries", filters=filters)] == [made["id"]]
    bad = [{"comment": {"operator": "~", "values": ["j2o-77;"]}}]
    assert fresh.refused("GET", "time_entries", params={"filters": json.dumps(bad)})[:2] == (400, "InvalidQuery")


def test_a_time_entry_is_changed_and_deleted(fresh, project):
    made = fresh.post("time_entries", entry(fresh.work_package(project), fresh.member(project)))
    path = f"time_entries/{made['id']}"
    assert fresh.patch(path, {"hours": "PT2H"})["hours"] == "PT2H"
    assert fresh.call("DELETE", path).status_code == 204
    assert fresh.refused("GET", path)[0] == 404


def test_activities_are_found_in_the_form(fresh, project):
    form = fresh.post("time_entries/form", {"_links": {"project": project["_links"]["self"]}})
    values = form["_embedded"]["schema"]["activity"]["_embedded"]["allowedValues"]
    assert [value["name"] for value in values][:3] == ["Management", "Specification", "Development"]
    assert fresh.get("time_entries/activities/1")["name"] == "Management"


def test_17_8_may_restrict_months_and_hours_a_day(serve):
    client = serve("settings: {time_per_day: 8, time_not_before: '2025-01'}")
    project = client.project()
    member, made = client.member(project), client.work_package(project)
    assert client.refused("POST", "time_entries", entry(made, member, spentOn="2024-12-31"))[2] == "spentOn"
    client.post("time_entries", entry(made, member, hours="PT7H"))
    assert client.refused("POST", "time_entries", entry(made, member, hours="PT2H"))[2] == "hours"


def test_only_the_caller_s_own_timer_runs(fresh, project):
    body = entry(fresh.work_package(project), fresh.member(project), ongoing=True)
    assert fresh.refused("POST", "time_entries", body)[2] == "ongoing"


def test_a_person_has_one_running_timer(serve):
    client = serve()
    project = client.project()
    me = {"id": 4, "_links": {"self": {"href": "/api/v3/users/4"}}}
    client.member(project, user=me)
    entity = client.work_package(project)["_links"]["self"]
    links = {"entity": entity, "project": project["_links"]["self"], "user": me["_links"]["self"]}
    timer = {"spentOn": "2024-01-02", "hours": None, "ongoing": True, "_links": links}
    first = client.post("time_entries", timer)
    assert client.refused("POST", "time_entries", timer) == (422, "PropertyConstraintViolation", "base")
    client.patch(f"time_entries/{first['id']}", {"ongoing": False, "hours": "PT1H"})
    client.call("DELETE", f"time_entries/{client.post('time_entries', timer)['id']}")


def test_time_entries_do_not_touch_the_work_package(fresh, project):
    user, item = fresh.member(project), fresh.work_package(project)
    links = {"entity": item["_links"]["self"], "project": project["_links"]["self"], "user": user["_links"]["self"]}
    fresh.post("time_entries", {"spentOn": "2024-01-02", "hours": "PT1H", "_links": links})
    after = fresh.get(f"work_packages/{item['id']}")
    assert (after["updatedAt"], after["lockVersion"]) == (item["updatedAt"], item["lockVersion"])
    assert after["spentTime"] == "PT1H"
