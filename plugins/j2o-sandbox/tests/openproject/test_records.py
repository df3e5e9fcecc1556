"""Relations, watchers, time entries."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def pair(fresh, project):
    return fresh.work_package(project), fresh.work_package(project)


def relate(client, one, kind, two, **values):
    return client.post(f"work_packages/{one['id']}/relations", relation(kind, two, **values))


def relation(kind, two, **values):
    return {"type": kind, **values, "_links": {"to": two["_links"]["self"]}}


@pytest.mark.parametrize(
    ("sent", "stored", "turned"),
    [
        ("relates", "relates", False),
        ("follows", "follows", False),
        ("precedes", "follows", True),
        ("blocks", "blocks", False),
        ("blocked", "blocks", True),
        ("duplicates", "duplicates", False),
        ("duplicated", "duplicates", True),
        ("includes", "includes", False),
        ("partof", "includes", True),
        ("requires", "requires", False),
        ("required", "requires", True),
    ],
)
def test_relations_are_stored_in_one_direction(fresh, pair, sent, stored, turned):
    one, two = pair
    made = relate(fresh, one, sent, two)
    source, target = (two, one) if turned else (one, two)
    assert made["type"] == stored
    assert made["_links"]["from"]["href"] == source["_links"]["self"]["href"]
    assert made["_links"]["to"]["href"] == target["_links"]["self"]["href"]


def test_a_pair_has_one_relation_whatever_its_type_and_direction(fresh, pair):
    one, two = pair
    relate(fresh, one, "relates", two)
    for first, kind, second in ((one, "relates", two), (one, "blocks", two), (two, "duplicates", one)):
        code, _, attributes = fresh.refused("POST", f"work_packages/{first['id']}/relations", relation(kind, second))
        assert code == 422
        assert "base" in attributes


def test_relations_form_no_circle(fresh, project, pair):
    one, two = pair
    three = fresh.work_package(project)
    relate(fresh, one, "blocks", two)
    relate(fresh, two, "blocks", three)
    assert fresh.refused("POST", f"work_packages/{three['id']}/relations", relation("blocks", one))[0] == 422
    relate(fresh, three, "requires", one)  # another type is another circle


def test_relates_may_form_a_circle(fresh, project, pair):
    one, two = pair
    three = fresh.work_package(project)
    relate(fresh, one, "relates", two)
    relate(fresh, two, "relates", three)
    relate(fresh, three, "relates", one)


def test_ancestors_and_descendants_are_not_related_but_siblings_are(fresh, project):
    top = fresh.work_package(project)
    middle = fresh.work_package(project, links={"parent": top["_links"]["self"]})
    leaf, sibling = (fresh.work_package(project, links={"parent": middle["_links"]["self"]}) for _ in range(2))
    assert fresh.refused("POST", f"work_packages/{top['id']}/relations", relation("blocks", leaf))[0] == 422
    assert fresh.refused("POST", f"work_packages/{leaf['id']}/relations", relation("blocks", top))[0] == 422
    assert fresh.refused("POST", f"work_packages/{leaf['id']}/relations", relation("relates", middle))[0] == 422
    relate(fresh, leaf, "blocks", sibling)
    relate(fresh, top, "relates", leaf)


def test_a_circle_through_a_tree_is_refused(fresh, project, pair):
    one, two = pair
    child_one = fresh.work_package(project, links={"parent": one["_links"]["self"]})
    child_two = fresh.work_package(project, links={"parent": two["_links"]["self"]})
    relate(fresh, child_one, "follows", child_two)
    assert fresh.refused("POST", f"work_packages/{two['id']}/relations", relation("follows", one))[0] == 422


def test_nothing_is_related_to_itself_or_to_what_is_not_there(fresh, pair):
    one, _ = pair
    path = f"work_packages/{one['id']}/relations"
    assert fresh.refused("POST", path, relation("relates", one))[0] == 422
    gone = {"_links": {"self": {"href": "/api/v3/work_packages/999999"}}}
    assert fresh.refused("POST", path, relation("relates", gone))[1:] == ("PropertyConstraintViolation", "to")


@pytest.mark.parametrize("values", [{"type": "likes"}, {"lag": 2001}, {"lag": -2001}, {"lag": "x"}])
def test_bad_relation_values_are_refused(fresh, pair, values):
    one, two = pair
    body = {**relation("follows", two), **values}
    assert fresh.refused("POST", f"work_packages/{one['id']}/relations", body)[:2] == (
        422,
        "PropertyConstraintViolation",
    )


def test_follows_moves_an_automatic_successor(fresh, project):
    first = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-09")
    second = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-06")
    relate(fresh, second, "follows", first, lag=1)
    path = f"work_packages/{second['id']}"
    assert fresh.get(path)["startDate"] == "2026-01-05"  # manual ones stay
    moved = fresh.patch(path, {"lockVersion": 0, "scheduleManually": False})
    fresh.patch(f"work_packages/{first['id']}", {"lockVersion": 0, "dueDate": "2026-01-16"})
    moved = fresh.get(path)
    assert (moved["startDate"], moved["dueDate"]) == ("2026-01-20", "2026-01-21")


def test_a_relation_is_changed_and_deleted(fresh, pair):
    one, two = pair
    made = relate(fresh, one, "relates", two, description="jira:cloners")
    path = f"relations/{made['id']}"
    assert fresh.patch(path, {"type": "blocked"})["type"] == "blocks"
    other = fresh.work_package(fresh.project())
    assert fresh.refused("PATCH", path, {"_links": {"to": other["_links"]["self"]}})[0] == 422
    assert fresh.call("DELETE", path).status_code == 204
    assert fresh.elements(f"work_packages/{one['id']}/relations") == []


def test_relations_are_found_by_those_involved(fresh, pair):
    one, two = pair
    made = relate(fresh, one, "blocks", two)
    for name, row in (("involved", one), ("involved", two), ("from", one), ("to", two)):
        filters = [{name: {"operator": "=", "values": [str(row["id"])]}}]
        assert [found["id"] for found in fresh.elements("relations", filters=filters)] == [made["id"]]
    filters = [{"from": {"operator": "=", "values": [str(two["id"])]}}]
    assert fresh.elements("relations", filters=filters) == []


def test_relations_do_not_touch_the_work_packages(fresh, pair):
    one, two = pair
    relate(fresh, one, "relates", two)
    after = fresh.get(f"work_packages/{one['id']}")
    assert (after["lockVersion"], after["updatedAt"]) == (0, one["updatedAt"])


# -- watchers ---------------------------------------------------------------------------------------------


def test_a_watcher_is_added_once_and_a_mail_is_sent_whatever_notify_says(fresh, project):
    member = fresh.member(project)
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}/watchers"
    before = fresh.state("mails")["mails"].get("watcher added", 0)
    body = {"user": member["_links"]["self"]}
    codes = [fresh.call("POST", path + "?notify=false", body).status_code for _ in range(2)]
    assert codes == [201, 200]
    assert fresh.state("mails")["mails"]["watcher added"] == before + 1


def test_locked_watchers_are_hidden_and_still_there(fresh, project):
    member = fresh.member(project)
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}/watchers"
    fresh.post(path, {"user": member["_links"]["self"]})
    fresh.post(f"users/{member['id']}/lock", {})
    assert [row["id"] for row in fresh.elements(path)] == [4]
    rows = [
        row["_links"]["user"]["href"]
        for row in fresh.state("watchers")["watchers"]
        if row["_links"]["workPackage"]["href"] == made["_links"]["self"]["href"]
    ]
    assert rows == ["/api/v3/users/4", f"/api/v3/users/{member['id']}"]
    assert fresh.call("POST", path, {"user": member["_links"]["self"]}).status_code == 200
    fresh.call("DELETE", f"users/{member['id']}/lock")
    assert [row["id"] for row in fresh.elements(path)] == [4, member["id"]]


def test_a_watcher_must_be_unlocked_and_able_to_see(fresh, project):
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}/watchers"
    locked = fresh.member(project)
    fresh.post(f"users/{locked['id']}/lock", {})
    for person in (locked, fresh.user()):
        body = {"user": person["_links"]["self"]}
        assert fresh.refused("POST", path, body) == (422, "PropertyConstraintViolation", "user")
    assert fresh.refused("POST", path, {"user": {"href": "/api/v3/groups/1"}})[1] == "ResourceTypeMismatch"


def test_watchers_do_not_touch_the_work_package(fresh, project):
    made = fresh.work_package(project)
    fresh.post(f"work_packages/{made['id']}/watchers", {"user": fresh.member(project)["_links"]["self"]})
    after = fresh.get(f"work_packages/{made['id']}")
    assert (after["lockVersion"], after["updatedAt"]) == (0, made["updatedAt"])


# -- time entries -----------------------------------------------------------------------------------------


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
