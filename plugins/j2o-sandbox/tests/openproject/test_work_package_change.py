"""What PATCH and DELETE work_packages do."""

from __future__ import annotations

import threading

import pytest


def test_a_patch_needs_the_present_lock_version(fresh, project):
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}"
    for body in ({"subject": "x"}, {"subject": "x", "lockVersion": 7}, {"subject": "x", "lockVersion": None}):
        assert fresh.refused("PATCH", path, body)[:2] == (409, "UpdateConflict")
    assert fresh.patch(path, {"subject": "x", "lockVersion": 0})["lockVersion"] == 1


def test_a_patch_that_changes_nothing_keeps_the_lock_version(fresh, project):
    made = fresh.work_package(project, subject="Same")
    same = fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "subject": "Same"})
    assert (same["lockVersion"], same["updatedAt"]) == (0, made["updatedAt"])


def test_a_status_change_needs_a_transition(furnished):
    project = furnished.project()
    names = furnished.by_name("statuses")
    bare = furnished.by_name("types")["Bare"]
    made = furnished.work_package(project, links={"type": bare})
    path = f"work_packages/{made['id']}"
    body = {"lockVersion": 0, "_links": {"status": names["Closed"]}}
    assert furnished.refused("PATCH", path, body) == (422, "PropertyConstraintViolation", "status")
    furnished.patch(path, {"lockVersion": 0, "_links": {"status": names["In progress"]}})
    assert furnished.patch(path, {"lockVersion": 1, "_links": {"status": names["Closed"]}})["lockVersion"] == 2


def test_a_change_of_type_replaces_a_status_that_the_new_type_has_not(furnished, template):
    names, kinds = furnished.by_name("statuses"), furnished.by_name("types")
    made = furnished.work_package(template, links={"type": kinds["Bug"], "status": names["Tested"]})
    changed = furnished.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "_links": {"type": kinds["Task"]}})
    assert changed["_links"]["status"]["title"] == "New"


def test_a_patch_validates_the_custom_fields_it_sends_and_all_with_meta(furnished, template, fields):
    kinds = furnished.by_name("types")
    made = furnished.work_package(template)
    path = f"work_packages/{made['id']}"
    story = {"lockVersion": 0, "_links": {"type": kinds["Story"]}}
    asked = {**story, "_meta": {"validateCustomFields": True}}
    assert furnished.refused("PATCH", path, asked)[2] == fields["Needed"]
    assert furnished.patch(path, story)["_links"]["type"]["title"] == "Story"
    body = {"lockVersion": 1, fields["Needed"]: None}
    assert furnished.refused("PATCH", path, body)[2] == fields["Needed"]


def test_author_and_times_cannot_be_changed(furnished, template):
    made = furnished.work_package(template)
    path = f"work_packages/{made['id']}"
    other = furnished.user()["_links"]["self"]
    assert furnished.refused("PATCH", path, {"lockVersion": 0, "_links": {"author": other}})[1:] == (
        "PropertyIsReadOnly",
        "author",
    )
    body = {"lockVersion": 0, "createdAt": "2019-01-01T00:00:00Z"}
    assert furnished.refused("PATCH", path, body)[1:] == ("PropertyIsReadOnly", "createdAt")


def test_read_only_statuses_block_everything_but_the_status(serve):
    client = serve("edition: enterprise\nstatuses: {Closed: {closed: true, read_only: true}}")
    names = client.by_name("statuses")
    made = client.work_package(client.project(), links={"status": names["Closed"]})
    path = f"work_packages/{made['id']}"
    assert client.refused("PATCH", path, {"lockVersion": 0, "subject": "x"})[0] == 422
    reopened = client.patch(path, {"lockVersion": 0, "_links": {"status": names["New"]}})
    assert client.patch(path, {"lockVersion": reopened["lockVersion"], "subject": "x"})["subject"] == "x"


def test_an_assigned_version_may_stay_when_it_is_closed(fresh, project):
    link = {"definingProject": project["_links"]["self"]}
    version = fresh.post("versions", {"name": "1", "_links": link})
    made = fresh.work_package(project, links={"version": version["_links"]["self"]})
    fresh.patch(f"versions/{version['id']}", {"status": "closed"})
    changed = fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "subject": "later"})
    assert changed["_links"]["version"]["title"] == "1"


def test_a_move_to_another_project_keeps_a_category_of_the_same_name_only(furnished, template):
    category = furnished.elements(f"projects/{template['id']}/categories")[0]["_links"]["self"]
    made = furnished.work_package(template, links={"category": category})
    target = furnished.project()
    moved = furnished.patch(
        f"work_packages/{made['id']}", {"lockVersion": 0, "_links": {"project": target["_links"]["self"]}}
    )
    assert moved["_links"]["category"]["href"] is None


def test_a_work_package_is_no_parent_of_itself_or_of_those_above_it(fresh, project):
    parent = fresh.work_package(project)
    child = fresh.work_package(project, links={"parent": parent["_links"]["self"]})
    lock = fresh.get(f"work_packages/{parent['id']}")["lockVersion"]
    for bad in (parent, child):
        body = {"lockVersion": lock, "_links": {"parent": bad["_links"]["self"]}}
        assert fresh.refused("PATCH", f"work_packages/{parent['id']}", body)[2] == "parent"


def test_related_work_packages_cannot_become_parent_and_child(fresh, project):
    one, two = fresh.work_package(project), fresh.work_package(project)
    fresh.post(f"work_packages/{one['id']}/relations", {"type": "blocks", "_links": {"to": two["_links"]["self"]}})
    body = {"lockVersion": 0, "_links": {"parent": two["_links"]["self"]}}
    assert fresh.refused("PATCH", f"work_packages/{one['id']}", body)[2] == "parent"


def test_a_delete_takes_descendants_comments_files_and_time_along(fresh, project):
    member = fresh.member(project)
    parent = fresh.work_package(project)
    child = fresh.work_package(project, links={"parent": parent["_links"]["self"]})
    other = fresh.work_package(project)
    path = f"work_packages/{child['id']}"
    fresh.post(f"{path}/activities", {"comment": {"raw": "gone soon"}})
    file = fresh.upload(f"{path}/attachments").json()
    relation = fresh.post(f"{path}/relations", {"type": "relates", "_links": {"to": other["_links"]["self"]}})
    entry = fresh.post(
        "time_entries",
        {
            "hours": "PT1H",
            "spentOn": "2026-01-05",
            "_links": {"entity": child["_links"]["self"], "user": member["_links"]["self"]},
        },
    )
    assert fresh.call("DELETE", f"work_packages/{parent['id']}").status_code == 204
    for gone in (path, f"attachments/{file['id']}", f"relations/{relation['id']}", f"time_entries/{entry['id']}"):
        assert fresh.refused("GET", gone)[0] == 404
    assert "gone soon" not in [row["comment"]["raw"] for row in fresh.state("comments")["comments"]]


# -- parents ----------------------------------------------------------------------------------------------


def test_the_first_child_turns_a_manual_parent_automatic_and_overwrites_its_dates(fresh, project):
    parent = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-30")
    fresh.work_package(
        project, startDate="2026-02-02", dueDate="2026-02-03", links={"parent": parent["_links"]["self"]}
    )
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert changed["scheduleManually"] is False
    assert (changed["startDate"], changed["dueDate"]) == ("2026-02-02", "2026-02-03")
    assert changed["lockVersion"] > parent["lockVersion"]


def test_a_first_child_without_dates_empties_those_of_the_parent(fresh, project):
    parent = fresh.work_package(project, startDate="2026-01-05", dueDate="2026-01-30")
    link = {"parent": parent["_links"]["self"]}
    fresh.work_package(project, startDate=None, dueDate=None, links=link)
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert (changed["startDate"], changed["dueDate"]) == (None, None)


def test_a_changed_parent_carries_a_note_that_is_no_person_s_comment(fresh, project):
    parent = fresh.work_package(project)
    child = fresh.work_package(project, links={"parent": parent["_links"]["self"]})
    notes = [row["comment"]["raw"] for row in fresh.elements(f"work_packages/{parent['id']}/activities")]
    expected = f"_Updated automatically by changing values within child work package #{child['id']}_"
    assert expected in notes
    assert expected not in [row["comment"]["raw"] for row in fresh.state("comments")["comments"]]


def test_a_parent_can_be_restored_by_manual_scheduling(fresh, project):
    parent = fresh.work_package(project)
    fresh.work_package(project, dueDate="2026-02-03", links={"parent": parent["_links"]["self"]})
    path = f"work_packages/{parent['id']}"
    lock = fresh.get(path)["lockVersion"]
    assert fresh.refused("PATCH", path, {"lockVersion": lock, "startDate": "2026-01-05"})[1:] == (
        "PropertyIsReadOnly",
        "startDate",
    )
    body = {"lockVersion": lock, "scheduleManually": True, "startDate": "2026-01-05", "dueDate": "2026-01-30"}
    changed = fresh.patch(path, body)
    assert (changed["startDate"], changed["dueDate"], changed["scheduleManually"]) == ("2026-01-05", "2026-01-30", True)
    assert (changed["derivedStartDate"], changed["derivedDueDate"]) == ("2026-02-03", "2026-02-03")


def test_siblings_without_estimates_and_dates_leave_the_parent_alone_after_the_first(fresh, project):
    parent = fresh.work_package(project)
    link = {"parent": parent["_links"]["self"]}
    fresh.work_package(project, links=link)
    lock = fresh.get(f"work_packages/{parent['id']}")["lockVersion"]
    fresh.work_package(project, links=link)
    assert fresh.get(f"work_packages/{parent['id']}")["lockVersion"] == lock
    fresh.work_package(project, links=link, estimatedTime="PT2H")
    changed = fresh.get(f"work_packages/{parent['id']}")
    assert changed["lockVersion"] > lock
    assert changed["derivedEstimatedTime"] == "PT2H"


def test_totals_of_all_descendants_reach_the_top_and_leave_with_them(fresh, project):
    top = fresh.work_package(project, estimatedTime="PT1H")
    middle = fresh.work_package(project, links={"parent": top["_links"]["self"]})
    leaf = fresh.work_package(
        project, estimatedTime="PT3H", remainingTime="PT1H", links={"parent": middle["_links"]["self"]}
    )
    assert fresh.get(f"work_packages/{top['id']}")["derivedEstimatedTime"] == "PT4H"
    assert fresh.get(f"work_packages/{top['id']}")["derivedPercentageDone"] == 50
    fresh.call("DELETE", f"work_packages/{leaf['id']}")
    assert fresh.get(f"work_packages/{top['id']}")["derivedEstimatedTime"] == "PT1H"


def test_concurrent_siblings_that_change_their_parent_conflict(serve):
    client = serve(latency_ms=150)
    project = client.project()
    parent = client.work_package(project)
    link = {"parent": parent["_links"]["self"]}
    client.work_package(project, links=link)
    codes = []

    def create():
        body = client.payload(project, links=link, estimatedTime="PT1H")
        codes.append(type(client)(client.running).call("POST", "work_packages?notify=false", body).status_code)

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(codes)) == [201, 409]
    children = client.get(f"work_packages/{parent['id']}")["_links"]["children"]
    assert len(children) == 1 + codes.count(201)  # a 409 was not applied


# -- progress ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"estimatedTime": "PT8H", "remainingTime": "PT2H"}, ("PT8H", "PT2H", 75)),
        ({"estimatedTime": "PT8H"}, ("PT8H", "PT8H", 0)),
        ({"remainingTime": "PT2H"}, ("PT2H", "PT2H", 0)),
        ({"estimatedTime": "PT8H", "percentageDone": 50}, ("PT8H", "PT4H", 50)),
        ({"remainingTime": "PT4H", "percentageDone": 50}, ("PT8H", "PT4H", 50)),
        ({"percentageDone": 30}, (None, None, 30)),
        ({"percentageDone": 100}, (None, None, 100)),
        ({"estimatedTime": "PT8H", "percentageDone": 100}, ("PT8H", "PT0S", 100)),
        ({"estimatedTime": "PT0S", "remainingTime": "PT0S"}, ("PT0S", "PT0S", None)),
        ({"estimatedTime": "P1DT2H30M"}, ("P1DT2H30M", "P1DT2H30M", 0)),
    ],
)
def test_work_remaining_work_and_percentage_follow_each_other(fresh, project, sent, stored):
    made = fresh.work_package(project, **sent)
    assert (made["estimatedTime"], made["remainingTime"], made["percentageDone"]) == stored


@pytest.mark.parametrize(
    ("sent", "attributes"),
    [
        ({"estimatedTime": "PT2H", "remainingTime": "PT8H"}, ["estimatedTime", "remainingTime"]),
        ({"percentageDone": 100, "remainingTime": "PT2H"}, "remainingTime"),
        ({"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 10}, "percentageDone"),
        ({"percentageDone": 101}, "percentageDone"),
        ({"percentageDone": "half"}, "percentageDone"),
    ],
)
def test_values_that_contradict_each_other_are_refused(fresh, project, sent, attributes):
    assert fresh.refused("POST", "work_packages", fresh.payload(project, **sent))[2] == attributes


def test_in_status_mode_the_status_says_the_percentage_and_remaining_work_is_not_written(serve):
    client = serve("settings: {progress: status}")
    status = client.by_name("statuses")["In progress"]
    made = client.work_package(client.project(), estimatedTime="PT10H", remainingTime="PT1H", links={"status": status})
    assert (made["percentageDone"], made["remainingTime"]) == (40, "PT6H")
    schema = client.post("work_packages/form", {})["_embedded"]["schema"]
    assert schema["remainingTime"]["writable"] is False
