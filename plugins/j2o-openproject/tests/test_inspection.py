"""What is told of an OpenProject before a run, and the script for its administrator."""

from __future__ import annotations

import re

from j2o_core.api import Need, Needs
from j2o_openproject.inspection import OpenProjectInspector
from j2o_openproject.inspection.set_up import SetUp

ALL = dict.fromkeys(("users", "projects", "work_packages", "attachments", "watchers", "time_entries"), ("x",))


def state(target, *needs):
    found = OpenProjectInspector(target.client).prerequisites(Needs(needs))
    return {(one.need.kind, one.need.name): one for one in found}


def test_everything_that_matters_has_a_line_and_every_warning_says_what_to_do(target):
    found = list(OpenProjectInspector(target.client).lines(Needs((), ALL, {("users", "status"): ("invited",)})))
    assert {line.topic for line in found} == {"version", "account", "permission", "setting", "mail"}
    assert all(line.advice for line in found if line.status != "ok")
    assert any("invitation" in line.message for line in found)
    assert not any("invitation" in line.message for line in OpenProjectInspector(target.client).lines(Needs((), ALL)))


def test_what_is_there_is_done_whatever_its_case_and_what_is_not_says_what_happens(target):
    names = [("types", "task"), ("types", "Saga"), ("statuses", " in  progress"), ("statuses", "QA")]
    names += [("priorities", "High"), ("roles", "Member"), ("roles", "Boss"), ("categories", "backend")]
    names += [("custom_fields", "Origin"), ("custom_fields", "Nowhere"), ("settings", "history_writable")]
    names += [("activities", "Development"), ("settings", "no such"), ("wishes", "all")]
    found = state(target, *(Need(kind, name) for kind, name in names))
    missing = {name for (_, name), one in found.items() if not one.done}
    assert missing == {"Saga", "QA", "Boss", "Nowhere", "history_writable", "no such", "all"}
    assert all(one.without and one.how and one.note for one in found.values() if not one.done)


def test_of_what_is_there_but_not_active_nobody_says_that_it_stops_a_run(target):
    found = state(target, Need("types", "Epic"), Need("types", "Saga"))
    inactive, missing = found[("types", "Epic")], found[("types", "Saga")]
    assert not inactive.done and "not activated" in inactive.note
    assert (inactive.loss, missing.loss) == ("", "failure")  # no check sees it: only the server says so, to each
    assert "fails when it is written" in inactive.without != missing.without


def test_a_type_that_a_project_lacks_is_told_with_the_project(target):
    target.project()
    (line,) = [
        line
        for line in OpenProjectInspector(target.client).lines(Needs((Need("types", "Bug"),)))
        if line.topic == "type"
    ]
    assert "'Bug' is not enabled in" in line.message and "cats" in line.message


def test_where_a_field_is_active_is_counted_among_all_projects(target):
    target.project()
    target.project()
    told = SetUp(target.client).lines(Needs((Need("custom_fields", "Severity"),)), 1)
    (message,) = [line.message for line in told if line.topic == "custom field"]
    active, projects = map(int, re.findall(r"\d+", message))
    assert 1 < active <= projects


def test_a_status_that_the_workflow_of_a_type_does_not_have_is_told_without_writing_anything(target):
    target.project()
    before = len(target.state("work_packages")["work_packages"])
    names = [(kind, status) for kind in ("Task", "Milestone") for status in ("New", "In progress", "Tested")]
    needs = [Need("workflows", ": ".join(parts), parts=parts) for parts in (*names, ("Saga", "New"), ("Epic", "New"))]
    found = state(target, *needs)
    asked = state(target, Need("workflows", "Task: In progress", required=True), Need("workflows", "Task"))
    assert asked[("workflows", "Task: In progress")].done and not asked[("workflows", "Task")].done
    lacking = {name for (_, name), one in found.items() if not one.done}
    assert {"Task: Tested", "Saga: New", "Epic: New"} <= lacking and "Task: New" not in lacking
    assert found[("workflows", "Task: Tested")].loss == "substitute"
    assert len(target.state("work_packages")["work_packages"]) == before


def test_options_that_a_list_lacks_are_told_with_how_many_items_have_them(target):
    target.project()
    options = (("low", 3), ("Nowhere", 2))
    found = state(target, Need("custom_fields", "Severity", options=options), Need("custom_fields", "Labels"))
    one = found[("custom_fields", "Severity")]
    assert not one.done and one.note == "its list lacks Nowhere (2)" and one.need.values == ("Nowhere",)
    assert found[("custom_fields", "Labels")].done
