"""Watchers: adding one twice is adding one."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, ItemSkipped, TargetItem


def test_watching_twice_is_watching_once(target, project, item):
    watchers, user = target.loader("watchers"), target.member(project)
    effect = target.effect("watchers", {"user": user}, parent=item)
    for _ in range(2):
        answer = watchers.create(effect)
        assert (answer.id, answer.differences) == (user.id, ())
    assert [found.id for found in watchers.find(effect)] == [user.id]
    assert [found.id for found in target.scanned(watchers, [item.id], effect)] == [user.id]
    assert watchers.read(user.id, item.id).image == watchers.image(effect)
    watchers.delete(user.id, item.id)
    watchers.delete(user.id, item.id)
    assert list(watchers.find(effect)) == []
    with pytest.raises(ItemFailed, match="does not watch"):
        watchers.read(user.id, item.id)


def test_who_is_locked_or_may_not_see_the_item_is_skipped(target, project, item):
    stranger, locked = target.user(), target.member(project)
    target.client.post(f"users/{locked.id}/lock", {})
    for user in (stranger, locked):
        with pytest.raises(ItemSkipped, match="locked or may not see"):
            target.loader("watchers").create(target.effect("watchers", {"user": user}, parent=item))


def test_whoever_creates_a_work_package_watches_it_and_is_not_added(target, item, sent):
    me = TargetItem("users", target.client.user)
    answer = target.loader("watchers").create(target.effect("watchers", {"user": me}, parent=item))
    assert (answer.id, answer.image, sent) == (me.id, {"user": me.id}, [])


def test_what_we_created_ourselves_is_asked_for_together_and_never_sent(target, project, sent):
    me, watchers = TargetItem("users", target.client.user), target.loader("watchers")
    items = [target.work_package(project) for _ in range(12)]
    target.client.delete(f"work_packages/{items[-1].id}/watchers/{me.id}")
    sent.clear()
    before = sum(target.requests().values())
    for item in items[:-1]:
        answer = watchers.create(target.effect("watchers", {"user": me}, parent=item))
        assert (answer.id, answer.image, sent) == (me.id, {"user": me.id}, [])
    assert sum(target.requests().values()) - before <= 10, "the first ones, and one look-up for the others"
    watchers.create(target.effect("watchers", {"user": me}, parent=items[-1]))
    assert len(sent) == 1, "where somebody took us off, we are added"
