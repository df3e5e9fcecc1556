"""What belongs to a work package: comments, files, relations, watchers, time entries."""

from __future__ import annotations

import pytest

from j2o_core.api import Claim, ItemFailed, ItemSkipped, Origin, RichText, TargetItem
from j2o_core.api import richtext as tree

HOSTILE = "first #12 [x](y) <b>\n\nj2o-acme-c1 and [A](https://jira.example/browse/A#j2o-acme-c1)"


@pytest.fixture(scope="module")
def project(target):
    return target.project()


@pytest.fixture
def item(target, project):
    return target.work_package(project)


# ------------------------------------------------------------------ comments


def comment(target, item, **more):
    payload = {
        "text": target.rich(*HOSTILE.split("\n\n")),
        "author": TargetItem("users", "4", "Ann [ops] Lee, Jr."),
        "createdAt": "2019-01-02T03:04:05.678+0100",
        "updatedAt": "2019-01-02T03:04:05.678+0100",
    }
    others = {name: more.pop(name) for name in ("notes", "fields", "id") if name in more}
    return target.effect("comments", {**payload, **more}, parent=item, parent_key="ACME-12", **others)


def test_a_comment_is_stored_as_wanted_and_found_by_its_first_line(target, item):
    comments, effect = target.loader("comments"), comment(target, item, id="9055", notes=[("Visibility", "a|b")])
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
    effect = comment(
        target, item, author=None, updatedAt="2019-01-03T03:04:05.678+0100", notes=[("author", "Gone *Person*")]
    )
    answer = target.loader("comments").create(effect)
    assert answer.differences == ()
    assert "Gone" in answer.image["author"]
    assert answer.image["updatedAt"] == "2019-01-03 03:04:05 +01:00"
    assert "Gone" not in answer.image["text"]


@pytest.mark.parametrize("lacking", [("author",), ("createdAt",), ("author", "createdAt"), ("updatedAt",)])
def test_a_comment_without_author_or_date_is_found_and_compared_all_the_same(target, item, lacking):
    comments, effect = target.loader("comments"), comment(target, item)
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
        target.loader("comments").create(comment(target, item, text=text))


def test_the_first_comment_may_merge_with_the_creation_and_each_is_still_found_once(target, project):
    item, comments = target.work_package(project), target.loader("comments")
    effects = [comment(target, item) for _ in range(3)]
    answers = [comments.create(effect) for effect in effects]
    assert [[found.id for found in comments.find(effect)] for effect in effects] == [[one.id] for one in answers]
    assert [found.mark for found in comments.scan([item.id])] == [effect.origin.id for effect in effects]


def test_work_packages_without_comments_of_ours_cost_no_look_up(target, project):
    items = [target.work_package(project).id for _ in range(3)]
    before = sum(target.requests().values())
    assert list(target.loader("comments").scan(items)) == []
    assert sum(target.requests().values()) == before + 1


def test_a_comment_is_rewritten_and_emptied(target, item):
    comments, effect = target.loader("comments"), comment(target, item)
    answer = comments.create(effect)
    change = comment(target, item, id=effect.origin.id, text=target.rich("rewritten"), fields=frozenset({"text"}))
    done = comments.update(change, comments.read(answer.id, item.id))
    assert (done.differences, done.image["text"]) == ((), "rewritten")
    assert [found.id for found in comments.find(effect)] == [answer.id]
    comments.delete(answer.id, item.id)
    comments.delete(answer.id, item.id)
    assert list(comments.find(effect)) == []


def test_a_restricted_comment_is_never_published(target, item):
    before = len(target.state("comments")["comments"])
    with pytest.raises(ItemSkipped, match="enterprise"):
        target.loader("comments").create(comment(target, item, internal=True))
    assert len(target.state("comments")["comments"]) == before
    assert target.loader("comments").create(comment(target, item, internal=False)).differences == ()


def test_where_there_are_internal_comments_a_restricted_one_becomes_one(generous):
    item = generous.work_package(generous.project())
    comments, effect = generous.loader("comments"), comment(generous, item, internal=True)
    answer = comments.create(effect)
    assert (answer.differences, answer.image["internal"]) == ((), True)
    assert [found.id for found in comments.find(effect)] == [answer.id]


# ------------------------------------------------------------------ files


def file(target, data, item=None, **more):
    payload = {"fileName": more.pop("fileName", "Ünder score (1).txt"), "description": more.pop("description", "")}
    opened = target.content(data, more.pop("md5", None))
    return target.effect("attachments", {**payload, **more}, parent=item, parent_key="ACME-12", content=opened)


def test_files_are_uploaded_then_claimed_by_the_create_of_their_work_package(target, project):
    files, packages = target.loader("attachments"), target.loader("work_packages")
    effects = [file(target, b"\r\n--boundary\x00" * 5000, fileName="same.bin"), file(target, b"", fileName="same.bin")]
    claims = tuple(Claim(effect.origin, files.upload(effect).id, str(effect.payload["fileName"])) for effect in effects)
    package = target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"}, claims=claims)
    before = target.requests()
    answer = packages.create(package)
    after = target.requests()
    assert answer.claimed == tuple(claim.id for claim in claims)
    assert sum(after.values()) - sum(before.values()) == 1
    for effect, claim in zip(effects, claims):
        placed = file(target, b"", TargetItem("work_packages", answer.id))
        placed = target.effect("attachments", effect.payload, id=effect.origin.id, parent=placed.parent)
        (found,) = files.find(placed)
        assert found.id == claim.id
        assert target.unlike(files, placed, found.image) == []
        assert [one.id for one in target.scanned(files, [answer.id], placed)] == [claim.id]


def test_a_claim_that_the_server_has_cleaned_up_is_not_reported_as_held(target, project):
    files = target.loader("attachments")
    effect = file(target, b"x")
    claim = Claim(effect.origin, files.upload(effect).id, "x")
    files.delete(claim.id)
    package = target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"}, claims=(claim,))
    assert target.loader("work_packages").create(package).claimed == ()


def test_a_late_file_is_added_without_touching_the_others(target, item):
    files = target.loader("attachments")
    one, other = file(target, b"one", item), file(target, b"other", item)
    first, second = files.create(one), files.create(other)
    assert first.differences == second.differences == ()
    assert [found.id for found in files.scan([item.id])] == [first.id, second.id]
    assert files.read(first.id).image["size"] == 3


def test_a_description_is_kept_before_the_mark_and_a_long_one_is_cut_and_told(target, item):
    files = target.loader("attachments")
    short = files.create(file(target, b"x", item, description="by Ann,\r\n2019"))
    assert (short.differences, short.image["description"]) == ((), "by Ann, 2019")
    effect = file(target, b"x", item, description="y" * 300)
    long = files.create(effect)
    assert [one.field for one in long.differences] == ["description"]
    assert [found.id for found in files.find(effect)] == [long.id]


@pytest.mark.parametrize("size", [None, 70_000])
def test_an_oversized_file_is_skipped_or_fails_as_the_spec_says(target, item, size):
    effect = file(target, b"x" * 70_000, item, size=size)
    with pytest.raises(ItemSkipped, match="70,000 bytes"):
        target.loader("attachments", oversized="skip").create(effect)
    with pytest.raises(ItemFailed, match="70,000 bytes"):
        target.loader("attachments").create(effect)
    assert list(target.loader("attachments").find(effect)) == []


def test_a_damaged_copy_is_removed_and_has_failed(target, item):
    files, effect = target.loader("attachments"), file(target, b"abc", item, md5="0" * 32)
    with pytest.raises(ItemFailed, match="MD5"):
        files.create(effect)
    assert list(files.find(effect)) == []


# ------------------------------------------------------------------ relations


def relation(target, start, end, kind="blocks", **more):
    others = {name: more.pop(name) for name in ("id", "notes", "fields") if name in more}
    return target.effect("relations", {"to": end, "type": kind, **more}, parent=start, **others)


@pytest.mark.parametrize(
    "kind",
    [
        "relates",
        "blocks",
        "blocked",
        "duplicates",
        "duplicated",
        "precedes",
        "follows",
        "includes",
        "partof",
        "requires",
        "required",
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_relation_is_compared_in_the_form_in_which_the_server_stores_it(target, project, kind, turned):
    relations = target.loader("relations")
    ends = [target.work_package(project) for _ in range(2)]
    start, end = reversed(ends) if turned else ends
    effect = relation(target, start, end, kind, description="is  #12 [x]", notes=[("Link", "Cloners")])
    answer = relations.create(effect)
    assert answer.differences == ()
    for scope in (start, end):
        (found,) = target.scanned(relations, [scope.id], effect)
        assert (found.id, target.unlike(relations, effect, found.image)) == (answer.id, [])
        assert set(relations.keys(effect)) == set(found.keys)
    assert [found.id for found in relations.find(effect)] == [answer.id]
    assert relations.read(answer.id).image == answer.image


def test_a_second_relation_of_one_pair_is_skipped_in_both_directions(target, project):
    relations = target.loader("relations")
    start, end = (target.work_package(project) for _ in range(2))
    first = relation(target, start, end)
    relations.create(first)
    for second in (relation(target, start, end), relation(target, start, end, "relates"), relation(target, end, start)):
        with pytest.raises(ItemSkipped, match="one relation a pair"):
            relations.create(second)
        assert list(relations.find(second)) == []
    assert len(list(relations.scan([start.id, end.id]))) == 1


def test_a_relation_within_a_branch_is_skipped_and_to_itself_too(target, project):
    relations = target.loader("relations")
    above = target.work_package(project)
    middle = target.work_package(project, parent=above)
    below = target.work_package(project, parent=middle)
    for start, end in ((above, below), (below, above)):
        with pytest.raises(ItemSkipped, match="above or below"):
            relations.create(relation(target, start, end))
    with pytest.raises(ItemSkipped, match="itself"):
        relations.create(relation(target, above, above))


def test_a_circle_has_failed_with_advice(target, project):
    relations = target.loader("relations")
    one, two, three = (target.work_package(project) for _ in range(3))
    relations.create(relation(target, one, two, "follows"))
    relations.create(relation(target, two, three, "follows"))
    with pytest.raises(ItemFailed, match="lead back"):
        relations.create(relation(target, three, one, "follows"))


def test_relations_keep_their_lag_and_are_changed_and_removed(target, project):
    relations = target.loader("relations")
    start, end = (target.work_package(project) for _ in range(2))
    effect = relation(target, start, end, "follows", lag=3)
    answer = relations.create(effect)
    assert (answer.differences, answer.image["lag"]) == ((), 3)
    change = relation(
        target, start, end, "follows", description="new", id=effect.origin.id, fields=frozenset({"description"})
    )
    assert relations.update(change, relations.read(answer.id)).image["description"] == "new"
    assert [found.id for found in relations.find(effect)] == [answer.id]
    relations.delete(answer.id)
    relations.delete(answer.id)
    assert list(relations.find(effect)) == []


def test_relations_of_one_pair_share_a_lane_and_those_that_move_dates_one_for_all(target):
    from j2o_core.api import Ref

    relations = target.loader("relations")
    one = relations.lane(
        "7", "acme/work_packages/1", "", {"to": Ref("work_packages", ("ACME-2", "2")), "type": "blocks"}
    )
    two = relations.lane("8", "acme/work_packages/2", "", {"to": Ref("work_packages", ("1", "A-1")), "type": "relates"})
    assert one == two
    far = relations.lane("9", "acme/work_packages/5", "", {"to": Ref("work_packages", ("6",)), "type": "follows"})
    assert far == relations.lane(
        "9", "acme/work_packages/7", "", {"to": Ref("work_packages", ("8",)), "type": "precedes"}
    )


# ------------------------------------------------------------------ watchers


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


# ------------------------------------------------------------------ time entries


def worklog(target, item, user, **more):
    others = {name: more.pop(name) for name in ("id", "notes", "fields") if name in more}
    payload = {
        "spentOn": "2019-01-02",
        "hours": "PT1H20M",
        "comment": "did it\r\n#12 j2o-acme-w1; j2o-acme-w2",
        "user": user,
        "activity": "development",
    }
    return target.effect("time_entries", {**payload, **more}, parent=item, parent_key="ACME-12", **others)


def test_time_is_logged_for_others_and_found_by_the_mark(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    effect = worklog(target, item, user, notes=[("Visibility", "staff")])
    answer = entries.create(effect)
    assert answer.differences == ()
    assert (answer.image["activity"], answer.image["user"]) == ("Development", user.id)
    (found,) = entries.find(effect)
    assert (found.id, target.unlike(entries, effect, found.image)) == (answer.id, [])
    (found,) = target.scanned(entries, [item.id], effect)
    assert (found.parent, target.unlike(entries, effect, found.image)) == (item.id, [])
    assert entries.read(answer.id).image == answer.image


def test_a_long_comment_is_cut_and_told_and_its_mark_is_whole(target, project, item):
    entries = target.loader("time_entries")
    effect = worklog(target, item, target.member(project), comment="ü" * 2000)
    answer = entries.create(effect)
    assert [(one.field, one.sent) for one in answer.differences] == [("comment", "ü" * 2000)]
    (found,) = entries.find(effect)
    assert target.unlike(entries, effect, found.image) == []


def test_rich_comments_and_empty_ones_are_taken(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    for text in (target.rich("a", "b"), None, ""):
        effect = worklog(target, item, user, comment=text)
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
    effect = worklog(
        target,
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
        target.loader("time_entries").create(worklog(target, item, target.user()))


def test_an_entry_is_changed_and_removed(target, project, item):
    entries, user = target.loader("time_entries"), target.member(project)
    effect = worklog(target, item, user)
    answer = entries.create(effect)
    change = worklog(target, item, user, id=effect.origin.id, hours="PT2H", fields=frozenset({"hours"}))
    done = entries.update(change, entries.read(answer.id))
    assert (done.differences, done.image["hours"]) == ((), "PT2H")
    assert [found.id for found in entries.find(effect)] == [answer.id]
    entries.delete(answer.id)
    entries.delete(answer.id)
    assert list(entries.find(effect)) == []


def test_activities_are_asked_for_once(target, project):
    entries, user = target.loader("time_entries"), target.member(project)
    entries.create(worklog(target, target.work_package(project), user))
    before = target.requests()
    entries.create(worklog(target, target.work_package(project), user))
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


# ------------------------------------------------------------------ older servers


@pytest.mark.parametrize("version", ["13", "15.1", "16.2", "17.0"])
def test_older_servers_take_the_same_effects(serve, version):
    target = serve(version)
    project = target.project()
    user = target.member(project)
    one, two = (target.work_package(project, assignee=user, estimatedTime="PT3H") for _ in range(2))
    for entity, effect in (
        ("comments", comment(target, one)),
        ("attachments", file(target, b"abc", one)),
        ("relations", relation(target, one, two, "follows", lag=2)),
        ("watchers", target.effect("watchers", {"user": user}, parent=one)),
        ("time_entries", worklog(target, one, user)),
    ):
        loader = target.loader(entity)
        answer = loader.create(effect)
        assert answer.differences == (), entity
        (found,) = target.scanned(loader, [one.id], effect)
        assert target.unlike(loader, effect, found.image) == [], entity


def test_where_work_packages_are_numbered_by_project_everything_is_found_as_well(serve):
    target = serve(settings={"semantic_identifiers": True})
    project = target.make("projects", {"identifier": "ACME", "name": "Acme"})
    packages = target.loader("work_packages")
    effect = target.effect("work_packages", {"project": project, "subject": "x", "type": "Task"})
    answer = packages.create(effect)
    assert (answer.differences, answer.display) == ((), "ACME-1")
    assert [found.id for found in packages.find(effect)] == [answer.id]
    assert [found.id for found in packages.scan([project.id])] == [answer.id]
    item = TargetItem("work_packages", answer.id)
    note = comment(target, item)
    assert target.loader("comments").create(note).differences == ()
    (found,) = target.scanned(target.loader("comments"), [item.id], note)
    assert target.unlike(target.loader("comments"), note, found.image) == []


def test_origins_of_others_are_not_ours(target, item):
    effect = target.effect("comments", {"text": "x"}, parent=item, parent_key="A-1")
    foreign = type(effect)(Origin("acme-eu", "comments", "5"), "A-1", {"text": "x"}, effect.look_up, item, "A-1")
    other = type(target.loader("comments"))(target.client, "acme-eu", "comments", {}, "https://jira.example")
    other.create(foreign)
    assert [found.mark for found in other.scan([item.id])] == ["5"]
    assert list(target.loader("comments").scan([item.id])) == []
