"""Watchers."""

from __future__ import annotations


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
