"""Work packages: one POST each, found by their mark, stored as wanted or told otherwise."""

from __future__ import annotations

import json

import pytest

from j2o_core.api import Claim, Conflict, ItemFailed, Origin, TargetItem

LOOKALIKE = "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-1)"
HOSTILE = (
    "#12 ##13 r34 version:1.0 {{opSetting:x}}",
    "j2o-acme-10001 " + LOOKALIKE,
    "<script>alert(1)</script> & |a|b| \\ ` * _ ~ [x](y) @user",
    "Ü 漢字 \u202eabc 😀\u00a0\ttab",
)


@pytest.fixture(scope="module")
def project(target):
    return target.project()


def issue(target, project, **payload):
    more = {
        name: payload.pop(name) for name in ("notes", "parent_item", "fields", "id", "key", "claims") if name in payload
    }
    base = {"project": project, "subject": "Subject", "type": "Task", "status": "New", "priority": "High"}
    return target.effect("work_packages", {**base, **payload}, **more)


def sent_bodies(target, monkeypatch):
    bodies = []
    send = target.client.http.send

    def watch(method, path, **more):
        bodies.append((method, path, more.get("json"), more.get("params")))
        return send(method, path, **more)

    monkeypatch.setattr(target.client.http, "send", watch)
    return bodies


def test_a_hostile_work_package_is_stored_as_wanted_and_found_by_its_mark_alone(target, project):
    loader, user = target.loader("work_packages", origin_field="Origin"), target.member(project)
    effect = issue(
        target,
        project,
        subject="  Sub\r\nject with \x00 <b> #12 and 😀  ",
        description=target.rich(*HOSTILE),
        assignee=user,
        responsible=user,
        author=user,
        createdAt="2019-01-02T03:04:05.678+0100",
        startDate="2024-03-02",  # a Saturday
        dueDate="2024-03-03",
        estimatedTime="PT8H",
        remainingTime="PT2H",
        notes=[("Sprint", "Sprint 1, [x](y) #3"), ("Environment", "line 1\r\nline 2")],
        **{
            "cf:story points": 3,
            "cf:Severity": "über HOCH",
            "cf:Labels": ["c", "a"],
            "cf:Notes": target.rich("rich *notes*"),
            "cf:Short": "short",
            "cf:Count": "7",
            "cf:Blocked": True,
            "cf:Day": "2024-02-29",
            "cf:Reviewer": user,
        },
    )
    answer = loader.create(effect)
    assert answer.differences == ()
    assert target.unlike(loader, effect, answer.image) == []
    (found,) = loader.find(effect)
    assert (found.id, found.mark, found.version) == (answer.id, effect.origin.id, answer.version)
    assert found.image == answer.image
    (found,) = target.scanned(loader, [project.id], effect)
    assert target.unlike(loader, effect, found.image) == []
    assert loader.read(answer.id).image == answer.image
    assert answer.image["startDate"] == "2024-03-02"
    assert answer.image["cf:Severity"] == "Über hoch"
    assert answer.image["cf:Reviewer"] == user.id


def test_the_description_ends_with_the_mark_and_before_it_stands_what_had_no_field(target, project):
    effect = issue(
        target,
        project,
        description=target.rich("Text"),
        author=TargetItem("users", "4", "Ann Lee"),
        createdAt="2019-01-02T03:04:05.678+0100",
        notes=[("assignee", "Gone Person")],
        key="ACME-12",
        id="10023777",
        **{
            "cf:Elsewhere": "kept",
            "cf:No such field": ["a", "b"],
            "cf:Short": "longer than ten characters",
            "cf:Count": "1.5",
        },
    )
    answer = target.loader("work_packages").create(effect)
    assert answer.differences == ()
    (row,) = [one for one in target.state("work_packages")["work_packages"] if str(one["id"]) == answer.id]
    lines = row["description"]["raw"].split("\n")
    assert lines[-1] == "[ACME-12](https://jira.example/browse/ACME-12#j2o-acme-10023777)"
    assert lines[0] == "Text"
    text = row["description"]["raw"]
    for told in (
        "Ann Lee",
        "2019-01-02 03:04:05 +01:00",
        "Gone Person",
        "kept",
        "a, b",
        "longer than ten characters",
        "1.5",
    ):
        assert told in text
    assert not [name for name in answer.image if name in ("cf:Elsewhere", "cf:No such field")]


def test_one_request_creates_one_item_and_names_are_looked_up_once(target):
    project = target.project()
    loader = target.loader("work_packages")
    loader.create(issue(target, project))
    before = target.requests()
    for _ in range(3):
        loader.create(issue(target, project))
    after = target.requests()
    assert {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)} == {
        "POST /api/v3/work_packages": 3
    }


def test_a_create_is_silent_and_leaves_no_date_to_be_made_up(target, project, monkeypatch):
    bodies = sent_bodies(target, monkeypatch)
    target.loader("work_packages").create(issue(target, project))
    ((_, _, body, params),) = bodies
    assert params == {"notify": "false"}
    assert (body["startDate"], body["dueDate"]) == (None, None)
    assert body["scheduleManually"] is body["ignoreNonWorkingDays"] is True
    assert "author" not in body["_links"] and "createdAt" not in body


def test_where_history_can_be_written_it_is(generous):
    project = generous.project()
    user = generous.member(project)
    effect = issue(generous, project, author=user, createdAt="2019-01-02T03:04:05.678+0100")
    loader = generous.loader("work_packages")
    answer = loader.create(effect)
    assert answer.differences == ()
    assert answer.image["author"] == user.id
    assert answer.image["createdAt"] == "2019-01-02T02:04:05Z"
    assert answer.image["description"] == ""
    assert target_same(generous, loader, effect, answer)


def target_same(target, loader, effect, answer):
    return target.unlike(loader, effect, loader.read(answer.id).image) == []


def test_a_status_outside_the_workflow_is_told(target, project):
    answer = target.loader("work_packages").create(issue(target, project, status="Tested"))
    assert [(one.field, one.sent, one.stored) for one in answer.differences] == [("status", "Tested", "New")]


def test_the_mark_is_found_in_the_custom_field_too_and_its_absence_is_told(target, project):
    loader = target.loader("work_packages", origin_field="Origin")
    effect = issue(target, project)
    answer = loader.create(effect)
    row = target.client.get(f"work_packages/{answer.id}")
    target.client.patch(
        f"work_packages/{answer.id}", {"lockVersion": row["lockVersion"], "description": {"raw": "rewritten"}}
    )
    assert loader.read(answer.id).mark == effect.origin.id
    absent = target.loader("work_packages", origin_field="Elsewhere").create(issue(target, project))
    assert [one.field for one in absent.differences] == ["cf:Elsewhere"]


def test_an_id_that_is_the_beginning_of_another_is_not_confused(target, project):
    loader = target.loader("work_packages")
    long, short = issue(target, project, id="777001"), issue(target, project, id="77700")
    loader.create(long)
    assert list(loader.find(short)) == []
    answer = loader.create(short)
    assert [found.id for found in loader.find(short)] == [answer.id]


def test_text_of_the_source_that_looks_like_a_mark_fools_nobody(target, project):
    loader = target.loader("work_packages")
    effect = issue(target, project, description=LOOKALIKE.replace("#j2o-acme-1", "#j2o-acme-555111"), id="555222")
    answer = loader.create(effect)
    victim = issue(target, project, id="555111")
    assert list(loader.find(victim)) == []
    assert loader.read(answer.id).mark == "555222"
    assert target.unlike(loader, effect, answer.image) == []


def test_a_lost_answer_is_found_and_two_copies_are_both_found_oldest_first(target, project):
    loader, effect = target.loader("work_packages"), issue(target, project)
    first, second = loader.create(effect), loader.create(effect)
    assert [found.id for found in loader.find(effect)] == [first.id, second.id]


def test_closed_work_packages_are_scanned_and_those_of_subprojects_are_not(target):
    above = target.project()
    below = target.project(parent=above)
    loader = target.loader("work_packages")
    closed = loader.create(issue(target, above, status="Closed"))
    loader.create(issue(target, below))
    assert [found.id for found in loader.scan([above.id])] == [closed.id]


def test_a_scan_reads_more_than_one_page(serve):
    target = serve(settings={"page_size": 3})
    project, loader = target.project(), target.loader("work_packages")
    made = [loader.create(issue(target, project)).id for _ in range(7)]
    assert [found.id for found in loader.scan([project.id])] == made


def test_a_milestone_has_one_date_and_the_other_is_noted(target, project):
    effect = issue(target, project, type="Milestone", startDate="2024-01-01", dueDate="2024-01-05")
    loader = target.loader("work_packages")
    answer = loader.create(effect)
    assert answer.differences == ()
    assert answer.image["dueDate"] == answer.image["startDate"] == "2024-01-05"
    assert "2024-01-01" in answer.image["description"]
    plain = loader.create(issue(target, project, type="Milestone"))
    assert plain.image["dueDate"] is None


def test_a_category_is_found_by_name_and_noted_where_there_is_none(target, project):
    row = target.client.get("projects/cats")
    loader, cats = target.loader("work_packages"), TargetItem("projects", str(row["id"]))
    with_it = issue(target, cats, category=["UI", "backend"])
    answer = loader.create(with_it)
    assert answer.differences == ()
    assert answer.image["category"] == "Backend"
    assert "UI" in answer.image["description"]
    without = loader.create(issue(target, project, category="Backend"))
    assert without.differences == ()
    assert "Backend" in without.image["description"]


def test_a_second_version_is_noted_where_only_one_can_be_kept(target):
    project = target.project()
    one, two = (target.make("versions", {"project": project, "name": name}, key=name) for name in ("1.0", "2.0"))
    answer = target.loader("work_packages").create(issue(target, project, versions=[one, two]))
    assert answer.differences == ()
    assert answer.image["versions"] == [one.id]
    assert "2.0" in answer.image["description"]


def test_all_versions_are_kept_where_there_can_be_many(serve):
    target = serve(settings={"multiple_versions": True})
    project = target.project()
    one, two = (target.make("versions", {"project": project, "name": name}) for name in ("1.0", "2.0"))
    answer = target.loader("work_packages").create(issue(target, project, versions=[two, one]))
    assert answer.differences == ()
    assert answer.image["versions"] == [one.id, two.id]
    single = target.loader("work_packages").create(issue(target, project, version=one))
    assert single.image["version"] == one.id
    assert single.differences == ()


def test_remaining_work_that_does_not_fit_is_noted_and_nothing_is_refused(target, project):
    loader = target.loader("work_packages")
    for payload in (
        {"estimatedTime": "PT1H", "remainingTime": "PT5H"},
        {"remainingTime": "PT5H"},
        {"percentageDone": 100},
        {"percentageDone": 100, "remainingTime": "PT1H"},
        {"estimatedTime": "PT10H", "percentageDone": 40},
        {"estimatedTime": "PT8H", "remainingTime": "PT0S"},
        {"estimatedTime": "PT0S", "remainingTime": "PT0S"},
        {"estimatedTime": "PT13M", "remainingTime": "PT7M1S"},
    ):
        effect = issue(target, project, **payload)
        answer = loader.create(effect)
        assert answer.differences == (), payload
        assert target.unlike(loader, effect, answer.image) == []


def test_where_progress_comes_from_the_status_it_is_noted(serve):
    target = serve(settings={"progress": "status"})
    payload = {"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 33}
    answer = target.loader("work_packages").create(issue(target, target.project(), **payload))
    assert answer.differences == ()
    assert "33 %" in answer.image["description"]


def test_a_type_that_is_not_enabled_and_a_name_that_does_not_exist_fail_with_advice(target, project):
    loader = target.loader("work_packages")
    with pytest.raises(ItemFailed, match=r"(?i)enable the type"):
        loader.create(issue(target, project, type="Bug"))
    with pytest.raises(ItemFailed, match="did you mean 'In progress'"):
        loader.create(issue(target, project, status="In progres"))


def test_what_the_target_has_not_is_told_before(target, project):
    payload = {
        "subject": "x" * 256,
        "type": "Taks",
        "status": "Nwe",
        "estimatedTime": "8h",
        "startDate": "2024-02-02",
        "dueDate": "2024-02-01",
        "asignee": None,
        "percentageDone": 101,
    }
    told = {problem.field: problem for problem in target.loader("work_packages").problems(payload)}
    assert set(told) == {"subject", "type", "status", "estimatedTime", "dueDate", "asignee", "percentageDone"}
    assert told["type"].suggestion == "Task"
    assert told["asignee"].suggestion == "assignee"


def test_an_update_sends_only_what_changed_and_keeps_mark_and_block(target, project, monkeypatch):
    loader = target.loader("work_packages")
    effect = issue(target, project, description=target.rich("old"), notes=[("Sprint", "7")])
    answer = loader.create(effect)
    bodies = sent_bodies(target, monkeypatch)
    changed = target.effect(
        "work_packages",
        {**effect.payload, "subject": "New subject", "description": target.rich("new")},
        id=effect.origin.id,
        key=effect.key,
        notes=[("Sprint", "8")],
        fields=frozenset({"subject", "description"}),
    )
    done = loader.update(changed, loader.read(answer.id))
    assert done.differences == ()
    ((method, _, body, params),) = bodies
    assert (method, params) == ("PATCH", {"notify": "false"})
    assert set(body) == {"lockVersion", "subject", "description"}
    found = loader.read(answer.id)
    assert found.mark == effect.origin.id
    assert target.unlike(loader, changed, found.image) == []


def test_a_change_on_the_target_since_it_was_read_is_a_conflict(target, project):
    loader = target.loader("work_packages")
    effect = issue(target, project)
    answer = loader.create(effect)
    stale = loader.read(answer.id)
    target.client.patch(f"work_packages/{answer.id}", {"lockVersion": int(stale.version), "subject": "theirs"})
    with pytest.raises(Conflict):
        loader.update(target.effect("work_packages", effect.payload, fields=frozenset({"subject"})), stale)


def test_dates_of_a_parent_that_its_children_took_are_put_back(target):
    project, loader = target.project(), target.loader("work_packages")
    above = issue(target, project, startDate="2024-01-01", dueDate="2024-06-30")
    parent = loader.create(above)
    item = TargetItem("work_packages", parent.id)
    loader.create(issue(target, project, parent=item, startDate="2024-03-02", dueDate="2024-03-03"))
    taken = loader.read(parent.id)
    assert taken.image["startDate"] == "2024-03-02"
    restore = target.effect(
        "work_packages", above.payload, id=above.origin.id, key=above.key, fields=frozenset(loader.restored_fields)
    )
    done = loader.update(restore, taken)
    assert done.differences == ()
    assert target.unlike(loader, above, loader.read(parent.id).image) == []


def test_a_parent_without_dates_is_without_dates_again(target):
    project, loader = target.project(), target.loader("work_packages")
    above = issue(target, project)
    parent = loader.create(above)
    below = issue(target, project, parent=TargetItem("work_packages", parent.id), dueDate="2024-03-03")
    loader.create(below)
    restore = issue(target, project, id=above.origin.id, fields=frozenset(loader.restored_fields))
    done = loader.update(restore, loader.read(parent.id))
    assert (done.differences, done.image["dueDate"]) == ((), None)


def test_a_field_without_a_value_any_more_is_emptied(target):
    project, loader = target.project(), target.loader("work_packages")
    user = target.member(project)
    version = target.make("versions", {"project": project, "name": "1.0"})
    full = {
        "assignee": user,
        "responsible": user,
        "dueDate": "2024-03-03",
        "estimatedTime": "PT1H",
        "remainingTime": "PT1H",
        "version": version,
        "cf:Short": "x",
        "cf:Labels": ["a"],
        "cf:Notes": "x",
        "cf:Reviewer": user,
        "cf:Count": 1,
    }
    answer = loader.create(issue(target, project, **full))
    assert answer.differences == ()
    empty = issue(target, project, fields=frozenset(full))
    done = loader.update(empty, loader.read(answer.id))
    assert done.differences == ()
    assert [done.image[name] or None for name in full] == [None] * len(full)


def test_a_parent_that_comes_later_is_set_by_an_update(target, project):
    loader = target.loader("work_packages")
    above, below = (loader.create(issue(target, project)) for _ in range(2))
    late = issue(target, project, parent=TargetItem("work_packages", above.id), fields=frozenset({"parent"}))
    assert loader.update(late, loader.read(below.id)).image["parent"] == above.id
    gone = issue(target, project, parent=None, fields=frozenset({"parent"}))
    assert loader.update(gone, loader.read(below.id)).image["parent"] is None


def test_a_custom_field_is_changed_and_emptied_whatever_its_case(target, project):
    loader = target.loader("work_packages")
    answer = loader.create(issue(target, project, **{"cf:Short": "one", "cf:Labels": ["a"], "cf:Severity": "Low"}))
    change = issue(
        target,
        project,
        fields=frozenset({"cf:short", "cf:labels", "cf:Severity"}),
        **{"cf:short": "two", "cf:labels": [], "cf:Severity": None},
    )
    image = loader.update(change, loader.read(answer.id)).image
    assert (image["cf:Short"], image["cf:Labels"], image["cf:Severity"]) == ("two", [], None)


def test_an_unknown_option_is_noted_beside_those_that_are_known(target, project):
    effect = issue(target, project, **{"cf:Labels": ["a", "zzz"], "cf:Severity": "unheard"})
    answer = target.loader("work_packages").create(effect)
    assert answer.differences == ()
    assert answer.image["cf:Labels"] == ["a"]
    assert "zzz" in answer.image["description"] and "unheard" in answer.image["description"]


def test_references_in_rich_text_lead_to_the_target(target, project):
    from j2o_core import richtext as tree
    from j2o_core.api import RichText

    target.items[("users", "jdoe")] = TargetItem("users", "4", "John Doe")
    target.items[("work_packages", "ACME-7")] = TargetItem("work_packages", "4711", "ACME-7")
    target.items[("attachments", "ACME-900/old.png")] = TargetItem("attachments", "55", "old.png")
    inlines = (
        tree.Mention("name", "jdoe"),
        tree.Text(" see "),
        tree.IssueKey("ACME-7"),
        tree.IssueKey("ACME-8"),
        tree.AttachmentLink("new.txt"),
        tree.AttachmentLink("old.png"),
    )
    text = RichText(tree.to_json(tree.Document((tree.Paragraph(inlines),))))
    claims = (Claim(Origin("acme", "attachments", "1"), "77", "new.txt"),)
    effect = issue(target, project, description=text, key="ACME-900", claims=claims)
    image = target.loader("work_packages").image(effect)
    for part in ("#4711", "ACME-8", "/api/v3/attachments/77/content", "/api/v3/attachments/55/content", 'data-id="4"'):
        assert part in image["description"]


@pytest.mark.parametrize(
    "payload",
    [
        {"percentageDone": "half"},
        {"estimatedTime": "2h"},
        {"startDate": "tomorrow"},
        {"createdAt": "2019-01-02T03:04:05"},
    ],
)
def test_a_value_that_its_field_cannot_be_fails_the_item_in_plain_words(generous, payload):
    project = generous.project()
    with pytest.raises(ItemFailed):
        generous.loader("work_packages").create(issue(generous, project, **payload))


def test_an_author_that_changes_later_is_told_since_only_a_create_can_write_it(generous):
    project, loader = generous.project(), generous.loader("work_packages")
    one, other = generous.member(project), generous.member(project)
    answer = loader.create(issue(generous, project, author=one))
    done = loader.update(issue(generous, project, author=other, fields=frozenset({"author"})), loader.read(answer.id))
    assert [(one.field, one.sent) for one in done.differences] == [("author", other.id)]


def test_lanes_are_trees(target):
    loader = target.loader("work_packages")
    assert loader.lane("10002", "", "10001", {}) == loader.lane("10001", "", "", {}) == "work_packages:10001"


def test_deleting_twice_is_fine(target, project):
    loader = target.loader("work_packages")
    answer = loader.create(issue(target, project))
    loader.delete(answer.id)
    loader.delete(answer.id)
    assert json.dumps(answer.image)
