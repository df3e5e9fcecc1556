"""What OpenProject does unasked to what is written, and that it does not happen, or is told."""

from __future__ import annotations

import pytest

from j2o_core.api import Claim, ItemFailed, Refused, TargetItem

ODD = {
    "settings": {
        "non_working_days": [6, 7],
        "holidays": ["2024-05-01"],
        "start_date_is_today": True,
        "cross_project_relations": False,
        "default_modules": ["work_package_tracking"],
        "attachment_extensions": ["png"],
    },
    "types": {"Task": {"description": "As a user I want"}},
}


@pytest.fixture(scope="module")
def odd(serve):
    """A server that does a lot unasked, and takes little."""
    return serve(**ODD)


def test_days_on_weekends_and_holidays_stay_where_they_are(odd):
    project, loader = odd.project(), odd.loader("work_packages")
    effect = odd.issue(project, startDate="2024-05-01", dueDate="2024-05-04")
    made = loader.create(effect)
    later = odd.issue(
        project,
        id=effect.origin.id,
        startDate="2024-05-04",
        dueDate="2024-05-05",
        fields=frozenset(loader.restored_fields),
    )
    changed = loader.update(later, loader.read(made.id))
    assert (made.differences, changed.differences) == ((), ())
    assert (changed.image["startDate"], changed.image["dueDate"]) == ("2024-05-04", "2024-05-05")


def test_no_date_comes_from_a_parent_or_from_today(odd):
    project, loader = odd.project(), odd.loader("work_packages")
    parent = odd.work_package(project, startDate="2024-03-04", dueDate="2024-03-08")
    made = loader.create(odd.issue(project, parent=parent))
    assert (made.image["startDate"], made.image["dueDate"]) == (None, None)


def test_the_default_text_of_a_type_is_in_no_description(odd):
    made = odd.client.post("work_packages", _bare(odd))
    assert made["description"]["raw"] == "As a user I want"  # the server does so
    loader = odd.loader("work_packages")
    for description in (None, "", odd.rich()):
        answer = loader.create(odd.issue(odd.project(), description=description))
        assert "As a user" not in answer.image["description"]


def test_a_relation_moves_no_day_of_what_was_written(target):
    project, loader = target.project(), target.loader("work_packages")
    days = [{"startDate": "2024-03-04", "dueDate": "2024-03-08"}, {"startDate": "2024-03-05", "dueDate": "2024-03-06"}]
    effects = [target.issue(project, **both) for both in days]
    first, second = (TargetItem("work_packages", loader.create(effect).id) for effect in effects)
    target.loader("relations").create(target.relation(second, first, "follows"))
    assert target.unlike(loader, effects[1], loader.read(second.id).image) == []


def test_a_parent_in_another_project_is_refused_with_the_setting_to_look_at(odd):
    parent = odd.work_package(odd.project())
    with pytest.raises(ItemFailed, match="in the same project unless the server allows others"):
        odd.loader("work_packages").create(odd.issue(odd.project(), parent=parent))


def test_time_in_a_project_without_the_module_is_refused_with_what_to_switch_on(odd):
    project = odd.project()
    user, item = odd.member(project), odd.work_package(project)
    with pytest.raises(ItemFailed, match="module 'Time and costs'"):
        odd.loader("time_entries").create(odd.worklog(item, user))


def test_a_file_of_a_kind_that_is_not_taken_fails_alone_in_the_servers_words(odd):
    item = odd.work_package(odd.project())
    with pytest.raises(Refused, match="not allowed for upload"):
        odd.loader("attachments").create(odd.file(b"x", item, fileName="a.exe"))
    assert odd.loader("attachments").create(odd.file(b"x", item, fileName="a.png")).differences == ()


def test_what_the_server_would_remove_along_with_a_work_package_is_known(target):
    project, loader = target.project(), target.loader("work_packages")
    item, user = target.work_package(project), target.member(project)
    assert loader.goes_along(item.id) == ""
    target.loader("comments").create(target.comment(item))
    target.loader("time_entries").create(target.worklog(item, user))
    target.work_package(project, parent=item)
    assert loader.goes_along(item.id) == "what stands below it and its comments and the time spent on it"
    assert loader.goes_along("999999") == ""


def test_nobody_gets_a_mail_about_what_the_api_lets_be_written_in_silence(target):
    before = target.state("mails")["mails"]
    project, loader = target.project(), target.loader("work_packages")
    user = target.member(project)
    file = target.file(b"x")
    effect = target.issue(project, assignee=user, claims=(_uploaded(target, file),))
    made = loader.create(effect)
    item, other = TargetItem("work_packages", made.id), target.work_package(project, assignee=user)
    change = target.issue(project, id=effect.origin.id, assignee=user, subject="New", fields=frozenset({"subject"}))
    loader.update(change, loader.read(made.id))
    comments = target.loader("comments")
    comment = target.comment(item)
    said = comments.create(comment)
    edited = target.comment(item, id=comment.origin.id, text=target.rich("other"))
    comments.update(edited, comments.read(said.id, item.id))
    target.loader("relations").create(target.relation(item, other, "blocks"))
    assert target.state("mails")["mails"] == before


def _bare(target):
    kind = target.client.catalogue.types.id("Task")
    places = {"project": f"projects/{target.project().id}", "type": f"types/{kind}"}
    return {"subject": "x", "_links": {name: {"href": f"/api/v3/{place}"} for name, place in places.items()}}


def _uploaded(target, file):
    return Claim(file.origin, target.loader("attachments").upload(file).id, "x")
