"""What is told of an OpenProject before a run, and the script for its administrator."""

from __future__ import annotations

import pytest

from j2o_core.api import Need, Needs
from j2o_openproject.inspection import OpenProjectInspector
from j2o_openproject.inspection.set_up import SetUp

ALL = dict.fromkeys(("users", "projects", "work_packages", "attachments", "watchers", "time_entries"), ("x",))


OTHERWISE = {
    "settings": {"writable_history": True, "page_size": 30},
    "users": {"hand": {"first_name": "Ha", "last_name": "Nd", "token": "hand-token"}},
    "custom_fields": {
        "Weight": {"format": "int", "types": ["Task"]},
        "Size": {"format": "int", "types": ["Task", "Bug"], "for_all": True},
    },
    "projects": {
        "heavy": {"name": "Heavy", "types": ["Task", "Milestone"]},
        "light": {"name": "Light", "types": ["Bug"]},
    },
}


@pytest.fixture(scope="module")
def otherwise(serve):
    return serve(**OTHERWISE)


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


def lines(target, topic, **fields):
    needs = Needs((), {**ALL, **fields})
    return [
        (line.status, line.message) for line in OpenProjectInspector(target.client).lines(needs) if line.topic == topic
    ]


@pytest.mark.parametrize(
    ("version", "status"), [((12, 5), "error"), ((13, 0), "ok"), ((17, 8), "ok"), ((17, 9), "warn"), ((21, 0), "warn")]
)
def test_versions_that_are_not_known_are_told(target, monkeypatch, version, status):
    monkeypatch.setattr(type(target.client), "version", version)
    ((told, message),) = [(line.status, line.message) for line in [OpenProjectInspector(target.client)._version()]]
    assert told == status and f"{version[0]}.{version[1]}" in message


def test_an_account_that_may_not_write_what_the_spec_has_is_told(otherwise):
    hand = otherwise.as_user("hand-token")
    assert {status for topic in ("account", "permission") for status, _ in lines(otherwise, topic)} == {"ok"}
    ((status, message),) = lines(hand, "account")
    assert status == "error" and "hand is no administrator" in message
    refused = [message for status, message in lines(hand, "permission") if status == "error"]
    assert [message.split(" may not")[0] for message in refused] == ["projects", "users", "work packages"]
    needs = [Need("settings", "history_writable"), Need("workflows", "Task: New")]
    assert not any(one.done for one in state(hand, *needs).values())


def test_settings_are_probed_and_the_limit_of_files_is_told(otherwise, target):
    told = lines(otherwise, "setting")
    assert ("ok", "author and time of creation of work packages can be written") in told
    assert any(status == "warn" and "gives 30 items a page" in message for status, message in told)
    plain = {message: status for status, message in lines(target, "setting")}
    assert plain["files may have up to 0.1 MiB"] == "ok"
    assert [status for message, status in plain.items() if "time of creation cannot be written" in message] == ["warn"]
    assert not any("items a page" in message for message in plain)


def test_mails_that_the_api_cannot_keep_back_are_told_and_those_that_it_can(target):
    told = {message: status for status, message in lines(target, "mail", comments=("text",))}
    assert told["written without notifying anybody: work_packages, comments, and files with their items"] == "ok"
    assert told["the API cannot be told to notify nobody of: watchers, time_entries"] == "warn"
    assert [status for message, status in told.items() if "webhooks" in message] == ["warn"]


def test_mails_about_what_is_added_to_something_that_is_there_are_told(target):
    told = {message: status for status, message in lines(target, "mail", groups=("members",))}
    added = "files added to a work package, people added to a group that is a member of projects"
    assert told[f"nor of what is added later to something that is there: {added}"] == "warn"
    bare = [line.message for line in OpenProjectInspector(target.client).lines(Needs((), {"projects": ("x",)}))]
    assert not any("added later" in message for message in bare)


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


def field_told(target, name, *types):
    needs = Needs((Need("custom_fields", name), *(Need("types", kind) for kind in types)))
    (line,) = [line for line in SetUp(target.client).lines(needs, 0) if line.topic == "custom field"]
    return line


def test_where_a_field_is_not_active_is_told_by_project(otherwise):
    told = field_told(otherwise, "Weight")
    assert told.status == "warn" and told.advice
    assert told.message == "'Weight' is not active in 1 project (light), of 2; in the others for Task"


def test_where_there_is_one_project_it_is_told_in_those_words(otherwise, monkeypatch):
    heavy = [row for row in SetUp(otherwise.client)._projects if row["identifier"] == "heavy"]
    monkeypatch.setattr(SetUp, "_projects", heavy)
    assert field_told(otherwise, "Weight").message == "'Weight' is active in the only project, for Task"


def test_for_which_types_of_the_spec_a_field_is_not_active_is_told(otherwise):
    told = field_told(otherwise, "Size", "task", "Milestone")
    assert told.status == "ok" and "active in all 2 projects" in told.message
    assert told.message.endswith("for Bug, Task (not for Milestone: their values are kept in the text)")
    assert "not for" not in field_told(otherwise, "Size", "Task").message


def test_an_administrator_is_told_what_format_a_custom_field_has(target):
    needs = [Need("custom_fields", name, form=form) for name, form in (("A", "version"), ("B", "rich text"), ("C", ""))]
    told = [one.how.partition("; format: ")[2] for one in state(target, *needs).values()]
    assert told == ["Version, several values", "Long text", ""]


def test_custom_fields_cannot_be_looked_at_without_a_project_and_that_is_told(target, monkeypatch):
    monkeypatch.setattr(SetUp, "_projects", [])
    told = field_told(target, "Origin")
    assert told.status == "warn" and "no project yet" in told.message and told.advice


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
