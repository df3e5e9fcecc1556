"""What PATCH and DELETE work_packages do."""

from __future__ import annotations

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


READ_ONLY = "statuses: {Closed: {closed: true, read_only: true}}"


@pytest.fixture
def closed(serve):
    """A client of an enterprise edition where ``Closed`` is read-only, and a work package in that status."""
    client = serve(f"edition: enterprise\n{READ_ONLY}")
    return client, client.work_package(client.project(), links={"status": client.by_name("statuses")["Closed"]})


def test_read_only_statuses_block_everything_but_the_status(closed):
    client, made = closed
    names, path = client.by_name("statuses"), f"work_packages/{made['id']}"
    told = {row["name"]: row["isReadonly"] for row in client.elements("statuses")}
    assert (told["Closed"], told["New"], made["readonly"]) == (True, False, True)
    answer = client.call("PATCH", path, {"lockVersion": 0, "subject": "x"})
    errors = answer.json()["_embedded"]["errors"]
    told = [(one["errorIdentifier"].rpartition(":")[2], one["_embedded"]["details"]["attribute"]) for one in errors]
    assert (answer.status_code, told) == (
        422,
        [("PropertyIsReadOnly", "subject"), ("PropertyConstraintViolation", "base")],
    )
    reopened = client.patch(path, {"lockVersion": 0, "_links": {"status": names["New"]}})
    assert client.patch(path, {"lockVersion": reopened["lockVersion"], "subject": "x"})["subject"] == "x"


def test_whoever_changes_a_read_only_status_may_change_the_rest_with_it(closed):
    client, made = closed
    links, path = client.by_name("statuses"), f"work_packages/{made['id']}"
    out = client.patch(path, {"lockVersion": 0, "subject": "x", "_links": {"status": links["New"]}})
    back = client.patch(
        path, {"lockVersion": out["lockVersion"], "subject": "y", "_links": {"status": links["Closed"]}}
    )
    assert (out["subject"], back["subject"], back["readonly"]) == ("x", "y", True)


def test_files_can_be_neither_added_to_nor_taken_from_what_is_read_only(serve, closed):
    client, made = closed
    path = f"work_packages/{made['id']}/attachments"
    assert client.upload(path=path).status_code == 403
    assert "addAttachment" not in made["_links"]
    file = client.upload().json()
    links = {"status": made["_links"]["status"], "attachments": [file["_links"]["self"]]}
    held = client.work_package(client.project(), links=links)  # claimed by the create, it is taken
    assert client.elements(f"work_packages/{held['id']}/attachments")[0]["id"] == file["id"]
    assert client.call("DELETE", f"attachments/{file['id']}").status_code == 403


def test_comments_time_watchers_and_relations_go_to_what_is_read_only(closed):
    client, made = closed
    path, other = f"work_packages/{made['id']}", client.work_package(client.project())
    client.post(f"{path}/activities", {"comment": {"raw": "late"}})
    client.post(f"{path}/relations", {"type": "relates", "_links": {"to": other["_links"]["self"]}})
    client.work_package(client.project(), links={"parent": made["_links"]["self"]})


def test_the_community_edition_knows_no_read_only_statuses(serve):
    client = serve(READ_ONLY)
    status = next(row for row in client.elements("statuses") if row["name"] == "Closed")
    made = client.work_package(client.project(), links={"status": status["_links"]["self"]})
    assert (status["isReadonly"], "readonly" in made) == (False, False)
    assert client.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "subject": "x"})["subject"] == "x"


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


def test_a_blocked_work_package_cannot_be_closed_until_its_blocker_is(fresh, project):
    closed, rejected = fresh.by_name("statuses")["Closed"], fresh.by_name("statuses")["Rejected"]
    blocker, blocked = fresh.work_package(project), fresh.work_package(project)
    fresh.post(
        f"work_packages/{blocker['id']}/relations", {"type": "blocks", "_links": {"to": blocked["_links"]["self"]}}
    )

    def close(item, status):
        version = fresh.get(f"work_packages/{item['id']}")["lockVersion"]
        return fresh.call(
            "PATCH", f"work_packages/{item['id']}", {"lockVersion": version, "_links": {"status": status}}
        )

    assert close(blocked, closed).status_code == 422
    assert close(blocked, rejected).status_code == 422
    assert close(blocker, closed).status_code == 200
    assert close(blocked, closed).status_code == 200
