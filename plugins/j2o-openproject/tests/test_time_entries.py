"""Time entries: for others, found by the mark at their end."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, RichText
from j2o_core.api import richtext as tree


def test_time_is_logged_for_others_and_found_by_the_mark(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    effect = target.worklog(item, user, notes=[("Visibility", "staff")])
    answer = entries.create(effect)
    assert answer.differences == ()
    assert (answer.image["activity"], answer.image["user"]) == ("Development", user.id)
    (found,) = entries.find(effect)
    assert (found.id, target.unlike(entries, effect, found.image)) == (answer.id, [])
    (found,) = target.scanned(entries, [item.id], effect)
    assert (found.parent, target.unlike(entries, effect, found.image)) == (item.id, [])
    assert entries.read(answer.id).image == answer.image


def test_the_time_at_which_work_began_is_told_before_other_notes(target, project, item):
    started = "2019-01-02T17:05:00.000+01:00"
    effect = target.worklog(
        item, target.member(project), comment="done", startedAt=started, notes=[("Visibility", "all")]
    )
    entries = target.loader("time_entries")
    answer = entries.create(effect)
    assert answer.differences == ()
    assert answer.image["comment"] == "done\nStarted: 2019-01-02 17:05:00 +01:00; Visibility: all"
    (found,) = entries.find(effect)
    assert target.unlike(entries, effect, found.image) == []


def test_a_long_comment_is_cut_and_told_and_its_mark_is_whole(target, project, item):
    entries = target.loader("time_entries")
    effect = target.worklog(item, target.member(project), comment="ü" * 2000)
    answer = entries.create(effect)
    assert [(one.field, one.sent) for one in answer.differences] == [("comment", "ü" * 2000)]
    (found,) = entries.find(effect)
    assert target.unlike(entries, effect, found.image) == []


def test_of_a_long_comment_words_give_way_and_not_what_else_is_told(target, project, item):
    started = "2019-01-02T17:05:00.000+01:00"
    effect = target.worklog(item, target.member(project), comment="word " * 400, startedAt=started)
    answer = target.loader("time_entries").create(effect)
    assert answer.image["comment"].endswith("…\nStarted: 2019-01-02 17:05:00 +01:00")
    (difference,) = answer.differences
    assert difference.sent.count("word") == 400
    notes = [("History", "n" * 2000)]
    answer = target.loader("time_entries").create(target.worklog(item, target.member(project), id="8", notes=notes))
    assert answer.image["comment"].endswith("n…")


def test_a_log_of_no_time_arrives_for_its_words(target, project, item):
    entries, effect = target.loader("time_entries"), target.worklog(item, target.member(project), hours="PT0S")
    answer = entries.create(effect)
    assert (answer.differences, answer.image["hours"]) == ((), "PT0S")
    assert list(entries.problems(effect.payload)) == []


def test_rich_comments_and_empty_ones_are_taken(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    for text in (target.rich("a", "b"), None, ""):
        effect = target.worklog(item, user, comment=text)
        answer = entries.create(effect)
        assert answer.differences == ()
        assert [found.id for found in entries.find(effect)] == [answer.id]


def test_a_rich_comment_is_plain_text_and_keeps_the_addresses_of_its_links(target, project, item):
    link = tree.Mark(tree.LINK_KIND, "https://x.example/a?b=1&c=2")
    inlines = (
        tree.Mention("name", "ann", "Ann Lee"),
        tree.Text(" see "),
        tree.Text("the ", (link,)),
        tree.Text("wiki", (tree.STRONG, link)),
        tree.Text(" and "),
        tree.Text("https://x.example/a?b=1&c=2", (link,)),
        tree.Image(url="https://x.example/p.png"),
        tree.Text(" 2 * 3_4"),
    )
    effect = target.worklog(
        item,
        target.member(project),
        comment=RichText(tree.to_json(tree.Document((tree.Paragraph(inlines),)))),
    )
    answer = target.loader("time_entries").create(effect)
    assert answer.differences == ()
    assert answer.image["comment"] == (
        "@Ann Lee see the wiki (https://x.example/a?b=1&c=2) and https://x.example/a?b=1&c=2"
        "https://x.example/p.png 2 * 3_4"
    )


def test_time_of_somebody_who_is_no_member_has_failed_with_advice(target, item):
    with pytest.raises(ItemFailed, match="members of the project"):
        target.loader("time_entries").create(target.worklog(item, target.user()))


def test_an_entry_is_changed_and_removed(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    effect = target.worklog(item, user)
    answer = entries.create(effect)
    change = target.worklog(item, user, id=effect.origin.id, hours="PT2H", fields=frozenset({"hours"}))
    done = entries.update(change, entries.read(answer.id))
    assert (done.differences, done.image["hours"]) == ((), "PT2H")
    assert [found.id for found in entries.find(effect)] == [answer.id]
    entries.delete(answer.id)
    entries.delete(answer.id)
    assert list(entries.find(effect)) == []


def test_activities_are_asked_for_once(target, project):
    entries, user = target.loader("time_entries"), target.member(project)
    entries.create(target.worklog(target.work_package(project), user))
    before = target.requests()
    entries.create(target.worklog(target.work_package(project), user))
    asked = {name for name, count in target.requests().items() if count != before.get(name)}
    assert asked == {"POST /api/v3/work_packages", "POST /api/v3/time_entries"}


def test_what_cannot_be_logged_is_told_before(target):
    told = target.loader("time_entries").problems({"spentOn": "today", "hours": "1h"})
    assert {problem.field for problem in told} == {"spentOn", "hours"}


def test_everything_of_one_work_package_shares_a_lane(target):
    lanes = {
        target.loader(entity).lane("7", "acme/work_packages/1", "", {})
        for entity in ("comments", "attachments", "watchers", "time_entries")
    }
    assert len(lanes) == 1


def test_time_of_nobody_needs_the_account_of_the_connection_to_be_a_member(target):
    item = target.work_package(target.project())
    entry = target.effect(
        "time_entries",
        {"spentOn": "2024-01-02", "hours": "PT1H"},
        parent=item,
        parent_key="ACME-1",
        notes=[("user", "Bob")],
    )
    with pytest.raises(ItemFailed, match="make that account a member"):
        target.loader("time_entries").create(entry)
