"""Comments: author and date in the first line, found by it, never published where they were restricted."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemSkipped


def test_a_comment_is_stored_as_wanted_and_found_by_its_first_line(target, item):
    comments, effect = target.loader("comments"), target.comment(item, id="9055", notes=[("Visibility", "a|b")])
    answer = comments.create(effect)
    assert answer.differences == ()
    assert answer.image["createdAt"] == "2019-01-02 03:04:05 +01:00"
    (found,) = comments.find(effect)
    assert (found.id, found.mark, found.image) == (answer.id, "9055", answer.image)
    assert target.unlike(comments, effect, found.image) == []
    (found,) = target.scanned(comments, [item.id], effect)
    assert (found.parent, target.unlike(comments, effect, found.image)) == (item.id, [])
    assert comments.read(answer.id, item.id).image == answer.image
    rows = target.state("comments")["comments"]
    (raw,) = [row["comment"]["raw"] for row in rows if "j2o-acme-c9055)" in row["comment"]["raw"]]
    assert "browse/ACME-12" in raw.split("\n")[0]


def test_an_edited_comment_says_so_and_a_missing_author_is_named_by_the_note(target, item):
    effect = target.comment(
        item, author=None, updatedAt="2019-01-03T03:04:05.678+0100", notes=[("author", "Gone *Person*")]
    )
    answer = target.loader("comments").create(effect)
    assert answer.differences == ()
    assert "Gone" in answer.image["author"]
    assert answer.image["updatedAt"] == "2019-01-03 03:04:05 +01:00"
    assert "Gone" not in answer.image["text"]


@pytest.mark.parametrize("lacking", [("author",), ("createdAt",), ("author", "createdAt"), ("updatedAt",)])
def test_a_comment_without_author_or_date_is_found_and_compared_all_the_same(target, item, lacking):
    comments, effect = target.loader("comments"), target.comment(item)
    effect = target.effect(
        "comments",
        {name: value for name, value in effect.payload.items() if name not in lacking},
        parent=item,
        parent_key="ACME-12",
    )
    answer = comments.create(effect)
    assert answer.differences == ()
    (found,) = comments.find(effect)
    assert target.unlike(comments, effect, found.image) == []


@pytest.mark.parametrize("text", ["", "  \r\n ", None])
def test_a_comment_without_text_is_skipped(target, item, text):
    with pytest.raises(ItemSkipped, match="no text"):
        target.loader("comments").create(target.comment(item, text=text))


def test_the_first_comment_may_merge_with_the_creation_and_each_is_still_found_once(target, project):
    item, comments = target.work_package(project), target.loader("comments")
    effects = [target.comment(item) for _ in range(3)]
    answers = [comments.create(effect) for effect in effects]
    assert [[found.id for found in comments.find(effect)] for effect in effects] == [[one.id] for one in answers]
    assert [found.mark for found in comments.scan([item.id])] == [effect.origin.id for effect in effects]


def test_work_packages_without_comments_of_ours_cost_no_look_up(target, project):
    items = [target.work_package(project).id for _ in range(3)]
    before = sum(target.requests().values())
    assert list(target.loader("comments").scan(items)) == []
    assert sum(target.requests().values()) == before + 1


def test_a_comment_is_rewritten_and_emptied(target, item):
    comments, effect = target.loader("comments"), target.comment(item)
    answer = comments.create(effect)
    change = target.comment(item, id=effect.origin.id, text=target.rich("rewritten"), fields=frozenset({"text"}))
    done = comments.update(change, comments.read(answer.id, item.id))
    assert (done.differences, done.image["text"]) == ((), "rewritten")
    assert [found.id for found in comments.find(effect)] == [answer.id]
    comments.delete(answer.id, item.id)
    comments.delete(answer.id, item.id)
    assert list(comments.find(effect)) == []


def test_a_restricted_comment_is_never_published(target, item):
    before = len(target.state("comments")["comments"])
    with pytest.raises(ItemSkipped, match="enterprise"):
        target.loader("comments").create(target.comment(item, internal=True))
    assert len(target.state("comments")["comments"]) == before
    assert target.loader("comments").create(target.comment(item, internal=False)).differences == ()


def test_where_there_are_internal_comments_a_restricted_one_becomes_one(generous):
    item = generous.work_package(generous.project())
    comments, effect = generous.loader("comments"), generous.comment(item, internal=True)
    answer = comments.create(effect)
    assert (answer.differences, answer.image["internal"]) == ((), True)
    assert [found.id for found in comments.find(effect)] == [answer.id]


def test_a_note_that_the_server_writes_on_a_parent_is_no_comment_of_ours(target, project):
    parent, comments = target.work_package(project, dueDate="2024-03-01"), target.loader("comments")
    target.work_package(project, parent=parent, dueDate="2024-05-01")
    entries = target.client.get(f"work_packages/{parent.id}/activities")["_embedded"]["elements"]
    assert any("child" in (entry.get("comment") or {}).get("raw", "") for entry in entries)  # there is one
    ours = target.comment(parent)
    made = comments.create(ours)
    assert [found.id for found in comments.scan([parent.id]) if found.mark] == [made.id]
    assert [found.id for found in comments.find(ours)] == [made.id]
