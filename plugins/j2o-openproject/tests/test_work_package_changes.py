"""Changes of work packages: only what was asked for, guarded by the version that was read."""

from __future__ import annotations

import pytest

from j2o_core.api import Conflict, TargetItem


def test_an_update_sends_only_what_changed_and_keeps_mark_and_block(target, project, sent):
    loader = target.loader("work_packages")
    effect = target.issue(project, description=target.rich("old"), notes=[("Sprint", "7")])
    answer = loader.create(effect)
    sent.clear()
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
    ((method, _, body, params),) = sent
    assert (method, params) == ("PATCH", {"notify": "false"})
    assert set(body) == {"lockVersion", "subject", "description"}
    found = loader.read(answer.id)
    assert found.mark == effect.origin.id
    assert target.unlike(loader, changed, found.image) == []


def test_a_change_on_the_target_since_it_was_read_is_a_conflict(target, project):
    loader = target.loader("work_packages")
    effect = target.issue(project)
    answer = loader.create(effect)
    stale = loader.read(answer.id)
    target.client.patch(f"work_packages/{answer.id}", {"lockVersion": int(stale.version), "subject": "theirs"})
    with pytest.raises(Conflict):
        loader.update(target.effect("work_packages", effect.payload, fields=frozenset({"subject"})), stale)


def test_dates_of_a_parent_that_its_children_took_are_put_back(target):
    project, loader = target.project(), target.loader("work_packages")
    above = target.issue(project, startDate="2024-01-01", dueDate="2024-06-30")
    parent = loader.create(above)
    item = TargetItem("work_packages", parent.id)
    loader.create(target.issue(project, parent=item, startDate="2024-03-02", dueDate="2024-03-03"))
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
    above = target.issue(project)
    parent = loader.create(above)
    below = target.issue(project, parent=TargetItem("work_packages", parent.id), dueDate="2024-03-03")
    loader.create(below)
    restore = target.issue(project, id=above.origin.id, fields=frozenset(loader.restored_fields))
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
    answer = loader.create(target.issue(project, **full))
    assert answer.differences == ()
    empty = target.issue(project, fields=frozenset(full))
    done = loader.update(empty, loader.read(answer.id))
    assert done.differences == ()
    assert [done.image[name] or None for name in full] == [None] * len(full)


def test_a_parent_that_comes_later_is_set_by_an_update(target, project):
    loader = target.loader("work_packages")
    above, below = (loader.create(target.issue(project)) for _ in range(2))
    late = target.issue(project, parent=TargetItem("work_packages", above.id), fields=frozenset({"parent"}))
    assert loader.update(late, loader.read(below.id)).image["parent"] == above.id
    gone = target.issue(project, parent=None, fields=frozenset({"parent"}))
    assert loader.update(gone, loader.read(below.id)).image["parent"] is None


def test_a_custom_field_is_changed_and_emptied_whatever_its_case(target, project):
    loader = target.loader("work_packages")
    answer = loader.create(target.issue(project, **{"cf:Short": "one", "cf:Labels": ["a"], "cf:Severity": "Low"}))
    change = target.issue(
        project,
        fields=frozenset({"cf:short", "cf:labels", "cf:Severity"}),
        **{"cf:short": "two", "cf:labels": [], "cf:Severity": None},
    )
    image = loader.update(change, loader.read(answer.id)).image
    assert (image["cf:Short"], image["cf:Labels"], image["cf:Severity"]) == ("two", [], None)


def test_an_author_that_changes_later_is_told_since_only_a_create_can_write_it(generous):
    project, loader = generous.project(), generous.loader("work_packages")
    one, other = generous.member(project), generous.member(project)
    answer = loader.create(generous.issue(project, author=one))
    done = loader.update(generous.issue(project, author=other, fields=frozenset({"author"})), loader.read(answer.id))
    assert [(one.field, one.sent) for one in done.differences] == [("author", other.id)]
