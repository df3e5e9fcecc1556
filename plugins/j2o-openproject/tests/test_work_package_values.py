"""Values of work packages: what the server takes is written, what it would refuse or forget is told."""

from __future__ import annotations

import pytest

from j2o_core.api import Claim, ItemFailed, Origin, RichText, TargetItem
from j2o_core.api import richtext as tree


def test_a_status_outside_the_workflow_is_told(target, project):
    answer = target.loader("work_packages").create(target.issue(project, status="Tested"))
    assert [(one.field, one.sent, one.stored) for one in answer.differences] == [("status", "Tested", "New")]


def test_a_milestone_has_one_date_and_the_other_is_noted(target, project):
    effect = target.issue(project, type="Milestone", startDate="2024-01-01", dueDate="2024-01-05")
    loader = target.loader("work_packages")
    answer = loader.create(effect)
    assert answer.differences == ()
    assert answer.image["dueDate"] == answer.image["startDate"] == "2024-01-05"
    assert "2024-01-01" in answer.image["description"]
    plain = loader.create(target.issue(project, type="Milestone"))
    assert plain.image["dueDate"] is None


def test_a_field_of_days_keeps_the_day_and_the_text_the_time(target, project):
    loader = target.loader("work_packages")
    answer = loader.create(target.issue(project, **{"cf:Day": "2024-08-16T09:14:16.000+01:00"}))
    assert answer.differences == ()
    assert answer.image["cf:Day"] == "2024-08-16"
    assert "**Day:** 2024-08-16 09:14:16 +01:00" in answer.image["description"]
    plain = loader.create(target.issue(project, **{"cf:Day": "2024-08-16"}))
    assert plain.image["cf:Day"] == "2024-08-16" and "**Day:**" not in plain.image["description"]


def test_a_category_is_found_by_name_and_noted_where_there_is_none(target, project):
    row = target.client.get("projects/cats")
    loader, cats = target.loader("work_packages"), TargetItem("projects", str(row["id"]))
    with_it = target.issue(cats, category=["UI", "backend"])
    answer = loader.create(with_it)
    assert answer.differences == ()
    assert answer.image["category"] == "Backend"
    assert "UI" in answer.image["description"]
    without = loader.create(target.issue(project, category="Backend"))
    assert without.differences == ()
    assert "Backend" in without.image["description"]


def test_a_second_version_is_noted_where_only_one_can_be_kept(target):
    project = target.project()
    one, two = (target.make("versions", {"project": project, "name": name}, key=name) for name in ("1.0", "2.0"))
    answer = target.loader("work_packages").create(target.issue(project, versions=[one, two]))
    assert answer.differences == ()
    assert answer.image["versions"] == [one.id]
    assert "2.0" in answer.image["description"]


def test_all_versions_are_kept_where_there_can_be_many(serve):
    target = serve(settings={"multiple_versions": True})
    project = target.project()
    one, two = (target.make("versions", {"project": project, "name": name}) for name in ("1.0", "2.0"))
    answer = target.loader("work_packages").create(target.issue(project, versions=[two, one]))
    assert answer.differences == ()
    assert answer.image["versions"] == [one.id, two.id]
    single = target.loader("work_packages").create(target.issue(project, version=one))
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
        effect = target.issue(project, **payload)
        answer = loader.create(effect)
        assert answer.differences == (), payload
        assert target.unlike(loader, effect, answer.image) == []


def test_where_progress_comes_from_the_status_it_is_noted(serve):
    target = serve(settings={"progress": "status"})
    payload = {"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 33}
    answer = target.loader("work_packages").create(target.issue(target.project(), **payload))
    assert answer.differences == ()
    assert "33 %" in answer.image["description"]


def test_a_type_that_is_not_enabled_and_a_name_that_does_not_exist_fail_with_advice(target, project):
    loader = target.loader("work_packages")
    with pytest.raises(ItemFailed, match=r"(?i)enable the type"):
        loader.create(target.issue(project, type="Bug"))
    with pytest.raises(ItemFailed, match="did you mean 'In progress'"):
        loader.create(target.issue(project, status="In progres"))


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


def test_an_unknown_option_is_noted_beside_those_that_are_known(target, project):
    effect = target.issue(project, **{"cf:Labels": ["a", "zzz"], "cf:Severity": "unheard"})
    answer = target.loader("work_packages").create(effect)
    assert answer.differences == ()
    assert answer.image["cf:Labels"] == ["a"]
    assert "zzz" in answer.image["description"] and "unheard" in answer.image["description"]


def test_references_in_rich_text_lead_to_the_target(target, project):
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
    effect = target.issue(project, description=text, key="ACME-900", claims=claims)
    image = target.loader("work_packages").image(effect)
    for part in (
        "[ACME-7](/work_packages/4711)",
        "ACME-8",
        "/api/v3/attachments/77/content",
        "/api/v3/attachments/55/content",
        'data-id="4"',
    ):
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
        generous.loader("work_packages").create(generous.issue(project, **payload))


def test_a_value_that_a_list_does_not_offer_is_told_before_the_first_write(target):
    target.project()  # through which the lists show
    loader = target.loader("work_packages")
    loader.prepare()
    payload = {"subject": "x", "type": "Task", "cf:Severity": "low", "cf:Labels": ["a", "z"], "cf:Count": "many"}
    found = [one for one in loader.problems({**payload, "cf:Nowhere": "else"}) if one.code == "J2O-O012"]
    assert [(one.field, one.severity) for one in found] == [("cf:Labels", "warning")]
    assert "does not offer 'z'" in found[0].message and "kept in words" in found[0].message
