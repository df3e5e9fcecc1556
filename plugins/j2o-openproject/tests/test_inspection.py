"""What is told of an OpenProject before a run, and the script for its administrator."""

from __future__ import annotations

import pytest

from j2o_core.api import Need, Needs, Prerequisite
from j2o_openproject.inspection import OpenProjectInspector
from j2o_openproject.inspection.administrator_script import administrator_script

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


def test_a_type_that_a_project_lacks_is_told_with_the_project(target):
    target.project()
    (line,) = [
        line
        for line in OpenProjectInspector(target.client).lines(Needs((Need("types", "Bug"),)))
        if line.topic == "type"
    ]
    assert "'Bug' is not enabled in" in line.message and "cats" in line.message


HOSTILE = ["'; system('rm -rf /'); '", "a\\", "#{`id`}", "two\nlines", "#{1}\\'"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_text_in_the_script(name):
    need = Need("types", name, "items", name, required=True)
    text = administrator_script([Prerequisite(need, False, "w", "h\nputs 1")])
    call = text[text.index("\nj2o_type(") + 1 :].rstrip("\n")
    assert ruby_text(call[len("j2o_type(") : -1]) == name


def test_nothing_to_make_is_no_script():
    done = Prerequisite(Need("types", "Task"), True, "w", "h")
    by_hand = Prerequisite(Need("categories", "Backend"), False, "w", "in each\nproject")
    assert administrator_script([done, by_hand]) == ""
    both = administrator_script([by_hand, Prerequisite(Need("roles", "Boss"), False, "w", "h")])
    assert "# by hand: categories Backend: in each project\n" in both and "j2o_role('Boss')" in both


def ruby_text(literal):
    """What Ruby makes of a text in single quotes."""
    assert literal[0] == literal[-1] == "'"
    made, at = [], 1
    while at < len(literal) - 1:
        assert literal[at] != "'", "the text ends too early"
        if literal[at] == "\\" and literal[at + 1] in "\\'":
            at += 1
        made.append(literal[at])
        at += 1
    assert at == len(literal) - 1
    return "".join(made)
