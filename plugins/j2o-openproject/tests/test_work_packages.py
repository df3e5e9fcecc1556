"""Work packages: one POST each, found by their mark, stored as wanted."""

from __future__ import annotations

import json
from dataclasses import replace

from j2o_core.api import TargetItem

LOOKALIKE = "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-1)"
HOSTILE = (
    "#12 ##13 r34 version:1.0 {{opSetting:x}}",
    "j2o-acme-10001 " + LOOKALIKE,
    "<script>alert(1)</script> & |a|b| \\ ` * _ ~ [x](y) @user",
    "Ü 漢字 \u202eabc 😀\u00a0\ttab",
)


def test_a_hostile_work_package_is_stored_as_wanted_and_found_by_its_mark_alone(target, project):
    loader, user = target.loader("work_packages", origin_field="Origin"), target.member(project)
    effect = target.issue(
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
    effect = target.issue(
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


def test_preserved_keys_of_the_issue_itself_wait_for_nothing_and_those_of_others_are_links(target, project):
    other = target.items["work_packages", "OPS-3"] = target.work_package(project)
    asked, told = [], []

    def look_up(entity, alias):
        asked.append((entity, alias))
        return target.look_up(entity, alias)

    effect = replace(
        target.issue(project, notes=[("Former keys", "OPS-7, OLD-7"), ("See", "OPS-3")], key="ACME-12"),
        look_up=look_up,
        tell=told.append,
        is_itself=lambda entity, alias: entity == "work_packages" and alias in ("OPS-7", "OLD-7"),
    )
    answer = target.loader("work_packages").create(effect)
    (row,) = [one for one in target.state("work_packages")["work_packages"] if str(one["id"]) == answer.id]
    assert "**Former keys:** OPS-7, OLD-7\n" in row["description"]["raw"]
    assert f"**See:** [OPS-3](/work_packages/{other.id})\n" in row["description"]["raw"]
    assert ("work_packages", "OPS-7") not in asked and told == []


def test_one_request_creates_one_item_and_names_are_looked_up_once(target):
    project = target.project()
    loader = target.loader("work_packages")
    loader.create(target.issue(project))
    before = target.requests()
    for _ in range(3):
        loader.create(target.issue(project))
    after = target.requests()
    assert {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)} == {
        "POST /api/v3/work_packages": 3
    }


def test_a_create_is_silent_and_leaves_no_date_to_be_made_up(target, project, sent):
    sent.clear()
    target.loader("work_packages").create(target.issue(project))
    ((_, _, body, params),) = sent
    assert params == {"notify": "false"}
    assert (body["startDate"], body["dueDate"]) == (None, None)
    assert body["scheduleManually"] is body["ignoreNonWorkingDays"] is True
    assert "author" not in body["_links"] and "createdAt" not in body


def test_where_history_can_be_written_it_is(generous):
    project = generous.project()
    user = generous.member(project)
    effect = generous.issue(project, author=user, createdAt="2019-01-02T03:04:05.678+0100")
    loader = generous.loader("work_packages")
    answer = loader.create(effect)
    assert answer.differences == ()
    assert answer.image["author"] == user.id
    assert answer.image["createdAt"] == "2019-01-02T02:04:05Z"
    assert answer.image["description"] == ""
    assert target_same(generous, loader, effect, answer)


def target_same(target, loader, effect, answer):
    return target.unlike(loader, effect, loader.read(answer.id).image) == []


def test_the_mark_is_found_in_the_custom_field_too_and_its_absence_is_told(target, project):
    loader = target.loader("work_packages", origin_field="Origin")
    effect = target.issue(project)
    answer = loader.create(effect)
    row = target.client.get(f"work_packages/{answer.id}")
    target.client.patch(
        f"work_packages/{answer.id}", {"lockVersion": row["lockVersion"], "description": {"raw": "rewritten"}}
    )
    assert loader.read(answer.id).mark == effect.origin.id
    absent = target.loader("work_packages", origin_field="Elsewhere").create(target.issue(project))
    assert [one.field for one in absent.differences] == ["cf:Elsewhere"]


def test_an_id_that_is_the_beginning_of_another_is_not_confused(target, project):
    loader = target.loader("work_packages")
    long, short = target.issue(project, id="777001"), target.issue(project, id="77700")
    loader.create(long)
    assert list(loader.find(short)) == []
    answer = loader.create(short)
    assert [found.id for found in loader.find(short)] == [answer.id]


def test_text_of_the_source_that_looks_like_a_mark_fools_nobody(target, project):
    loader = target.loader("work_packages")
    effect = target.issue(project, description=LOOKALIKE.replace("#j2o-acme-1", "#j2o-acme-555111"), id="555222")
    answer = loader.create(effect)
    victim = target.issue(project, id="555111")
    assert list(loader.find(victim)) == []
    assert loader.read(answer.id).mark == "555222"
    assert target.unlike(loader, effect, answer.image) == []


def test_a_lost_answer_is_found_and_two_copies_are_both_found_oldest_first(target, project):
    loader, effect = target.loader("work_packages"), target.issue(project)
    first, second = loader.create(effect), loader.create(effect)
    assert [found.id for found in loader.find(effect)] == [first.id, second.id]


def test_closed_work_packages_are_scanned_and_those_of_subprojects_are_not(target):
    above = target.project()
    below = target.project(parent=above)
    loader = target.loader("work_packages")
    closed = loader.create(target.issue(above, status="Closed"))
    loader.create(target.issue(below))
    assert [found.id for found in loader.scan([above.id])] == [closed.id]


def test_a_scan_reads_more_than_one_page(serve):
    target = serve(settings={"page_size": 3})
    project, loader = target.project(), target.loader("work_packages")
    made = [loader.create(target.issue(project)).id for _ in range(7)]
    assert [found.id for found in loader.scan([project.id])] == made


def test_lanes_are_trees(target):
    loader = target.loader("work_packages")
    assert loader.lane("10002", "", "10001", {}) == loader.lane("10001", "", "", {}) == "work_packages:10001"


def test_deleting_twice_is_fine(target, project):
    loader = target.loader("work_packages")
    answer = loader.create(target.issue(project))
    loader.delete(answer.id)
    loader.delete(answer.id)
    assert json.dumps(answer.image)
