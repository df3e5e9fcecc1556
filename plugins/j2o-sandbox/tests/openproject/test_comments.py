"""Comments, journals and their aggregation."""

from __future__ import annotations


def comment(client, row, text, **values):
    path = f"work_packages/{row['id']}/activities?notify=false"
    return client.post(path, {"comment": {"raw": text}, **values})


def history(client, row):
    return client.elements(f"work_packages/{row['id']}/activities")


def test_a_comment_right_after_the_create_merges_into_the_creation_entry(fresh, project):
    made = fresh.work_package(project)
    created = history(fresh, made)[0]
    note = comment(fresh, made, "First")
    assert note["id"] == created["id"]
    assert note["createdAt"] == created["createdAt"]
    assert [row["comment"]["raw"] for row in history(fresh, made)] == ["First"]


def test_consecutive_comments_never_merge(fresh, project):
    made = fresh.work_package(project)
    notes = [comment(fresh, made, text)["id"] for text in ("a", "b", "c")]
    assert len(set(notes)) == 3
    assert [row["comment"]["raw"] for row in history(fresh, made)] == ["a", "b", "c"]


def test_a_comment_after_the_aggregation_time_stands_alone(serve):
    client = serve(seed=42)
    made = client.work_package(client.project())
    client.advance(301)
    comment(client, made, "Later")
    assert [row["comment"]["raw"] for row in history(client, made)] == ["", "Later"]


def test_a_patch_soon_after_a_comment_becomes_that_comment_s_details(fresh, project):
    made = fresh.work_package(project)
    comment(fresh, made, "one")
    note = comment(fresh, made, "two")
    fresh.patch(f"work_packages/{made['id']}", {"lockVersion": 0, "subject": "New"})
    last = history(fresh, made)[-1]
    assert (last["id"], last["comment"]["raw"]) == (note["id"], "two")
    assert last["details"][0]["raw"] == "Subject changed from A thing to New"


def test_a_comment_after_a_create_with_written_history_does_not_merge(furnished, template):
    made = furnished.work_package(template, createdAt="2019-01-01T00:00:00Z")
    comment(furnished, made, "alone")
    assert [row["comment"]["raw"] for row in history(furnished, made)] == ["", "alone"]


def test_comments_of_another_user_do_not_merge(furnished, template):
    made = furnished.work_package(template)
    comment(type(furnished)(furnished.running, "hans-token"), made, "from Hans")
    assert len(history(furnished, made)) == 2


def test_the_state_has_one_row_for_each_comment_even_where_journals_merged(fresh, project):
    made = fresh.work_package(project)
    for text in ("x1", "x2"):
        comment(fresh, made, text)
    mine = [
        row["comment"]["raw"]
        for row in fresh.state("comments")["comments"]
        if row["_links"]["workPackage"]["href"] == made["_links"]["self"]["href"]
    ]
    assert mine == ["x1", "x2"]


def test_a_comment_moves_updated_at_and_not_the_lock_version(fresh, project):
    made = fresh.work_package(project)
    comment(fresh, made, "x")
    after = fresh.get(f"work_packages/{made['id']}")
    assert after["lockVersion"] == 0
    assert after["updatedAt"] > made["updatedAt"]


def test_author_and_date_of_a_comment_cannot_be_set(furnished, template):
    user = furnished.user()
    made = furnished.work_package(template)
    note = comment(furnished, made, "x", createdAt="2019-01-01T00:00:00Z", _links={"user": user["_links"]["self"]})
    assert note["_links"]["user"]["href"] == "/api/v3/users/4"
    assert note["createdAt"] > "2025"


def test_a_comment_needs_text(fresh, project):
    made = fresh.work_package(project)
    path = f"work_packages/{made['id']}/activities"
    for body in ({"comment": {"raw": ""}}, {"comment": {"raw": " \n"}}, {"comment": {}}):
        assert fresh.refused("POST", path, body) == (422, "PropertyConstraintViolation", "comment")


def test_a_comment_is_changed_with_a_string_and_never_deleted(fresh, project):
    made = fresh.work_package(project)
    comment(fresh, made, "first")
    note = comment(fresh, made, "typo")
    path = f"activities/{note['id']}"
    assert fresh.refused("PATCH", path, {"comment": {"raw": "fixed"}})[:2] == (400, "BadRequest")
    assert fresh.patch(path, {"comment": "fixed"})["comment"]["raw"] == "fixed"
    assert fresh.call("DELETE", path).status_code == 405
    assert fresh.patch(path, {"comment": ""})["comment"]["raw"] == "_The changes were retracted._"
    assert len(history(fresh, made)) == 2


def test_internal_comments_are_for_the_enterprise_edition(fresh, project, serve):
    made = fresh.work_package(project)
    body = {"comment": {"raw": "x"}, "internal": True}
    assert fresh.refused("POST", f"work_packages/{made['id']}/activities", body)[0] == 403
    client = serve("edition: enterprise")
    row = client.work_package(client.project())
    assert comment(client, row, "secret", internal=True)["internal"] is True


def test_mails_of_comments_are_switched_off_by_notify_false(fresh, project):
    member = fresh.member(project)
    made = fresh.work_package(project, links={"assignee": member["_links"]["self"]})

    def mails():
        return fresh.state("mails")["mails"].get("comment added", 0)

    before = mails()
    comment(fresh, made, "quiet")
    assert mails() == before
    fresh.post(f"work_packages/{made['id']}/activities", {"comment": {"raw": "loud"}})
    assert mails() == before + 1


def test_a_comment_as_a_string_is_a_400_on_create(fresh, project):
    path = f"work_packages/{fresh.work_package(project)['id']}/activities"
    for body in ({"comment": "text"}, {}):
        assert fresh.refused("POST", path, body)[:2] == (400, "BadRequest")


def test_who_may_not_comment_is_told_that_there_is_nothing(furnished, template):
    made = furnished.work_package(template)
    reader = type(furnished)(furnished.running, "reader-token")
    path = f"work_packages/{made['id']}/activities"
    assert reader.refused("POST", path, {"comment": {"raw": "x"}})[0] == 404
