"""People whom the server does not let be assigned: the work package is written, they are told in words."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed


@pytest.fixture
def reader(target, project):
    """A member whose role may not be assigned."""
    return target.member(project, role="Reader")


def description(target, identifier):
    return target.client.get(f"work_packages/{identifier}")["description"]["raw"]


def told(answer):
    return {one.field: (one.sent, one.stored) for one in answer.differences}


def test_whoever_may_not_be_assigned_is_told_in_the_text_and_in_the_report(target, project, reader):
    answer = target.loader("work_packages").create(target.issue(project, assignee=reader, responsible=target.user()))
    assert answer.image["assignee"] is None and answer.image["responsible"] is None
    assert set(told(answer)) == {"assignee", "responsible"}
    assert reader.label or reader.id in description(target, answer.id)
    assert "**Assignee:**" in description(target, answer.id) and "**Accountable:**" in description(target, answer.id)


def test_who_may_be_assigned_stays_so(target, project, reader):
    member = target.member(project)
    answer = target.loader("work_packages").create(target.issue(project, assignee=reader, responsible=member))
    assert answer.image["responsible"] == member.id
    assert set(told(answer)) == {"assignee"}


def test_a_person_in_a_custom_field_who_is_no_member_is_told_likewise(target, project):
    answer = target.loader("work_packages").create(target.issue(project, **{"cf:reviewer": target.user()}))
    assert answer.image["cf:Reviewer"] is None
    assert list(told(answer)) == ["cf:reviewer"]
    assert "**reviewer:**" in description(target, answer.id)


def test_what_is_wrong_beside_is_no_matter_of_people(target, project, reader):
    parent = target.make("work_packages", {"project": project, "subject": "M", "type": "Milestone"})
    with pytest.raises(ItemFailed):
        target.loader("work_packages").create(target.issue(project, assignee=reader, parent=parent))


def test_an_assignee_who_comes_later_and_is_refused_is_told_and_a_later_text_tells_it_still(target, project, reader):
    loader, effect = target.loader("work_packages"), target.issue(project)
    made = loader.create(effect)
    later = target.issue(project, id=effect.origin.id, assignee=reader, fields=frozenset({"assignee"}))
    answer = loader.update(later, loader.read(made.id))
    assert set(told(answer)) == {"assignee"}
    assert "**Assignee:**" in description(target, made.id)
    text = target.issue(
        project, id=effect.origin.id, assignee=reader, description=target.rich("new"), fields=frozenset({"description"})
    )
    assert told(loader.update(text, loader.read(made.id))) == {}
    assert "new" in description(target, made.id) and "**Assignee:**" in description(target, made.id)
