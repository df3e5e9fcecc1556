"""Relations."""

from __future__ import annotations

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
    assert relate(fresh, three, "relates", one)["type"] == "relates"


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


def test_mails_about_a_relation_are_switched_off_by_notify_false(fresh, project):
    def mails():
        return fresh.state("mails")["mails"].get("relation added", 0)

    user = fresh.member(project)
    items = [fresh.work_package(project, links={"assignee": user["_links"]["self"]}) for _ in range(3)]
    before = mails()
    for other, query in ((items[1], "?notify=false"), (items[2], "")):
        body = {"type": "relates", "_links": {"to": other["_links"]["self"]}}
        fresh.post(f"work_packages/{items[0]['id']}/relations{query}", body)
        assert mails() == before + (query == "")
