"""Saved queries: written whole or not at all, once each, and put into the menu."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemSkipped, TargetItem


def shown(target, answer):
    (row,) = [row for row in target.state("queries")["queries"] if str(row["id"]) == answer.id]
    return row


def by_name(row):
    return {one["name"]: one for one in row["filters"]}


def operator(entry):
    return entry["_links"]["operator"]["title"]


def test_a_query_says_what_it_is_told_and_is_found_by_a_mark_that_keeps_nothing_out(target, project):
    user = target.member(project)
    version = target.make("versions", {"project": project, "name": "1.0"})
    item = target.work_package(project, status="New", assignee=user, version=version)
    payload = {
        "name": "Mine and hers",
        "project": project,
        "public": True,
        "type": ["Task"],
        "not status": ["Closed"],
        "assignee": [user],
        "mine": ["assignee"],
        "version": [version],
        "createdAt": "-7..",
        "dueDate": "..2024-02-29",
        "empty": [],
        "sortBy": ["dueDate", "priority"],
        "descending": ["priority"],
    }
    queries, effect = target.loader("queries"), target.effect("queries", payload)
    answer = queries.create(effect)
    assert (answer.differences, target.unlike(queries, effect, answer.image)) == ((), [])
    row = shown(target, answer)
    found = by_name(row)
    assert {name: operator(entry) for name, entry in found.items()} == {
        "assignee": "=",
        "createdAt": ">t-",
        "dueDate": "<>d",
        "status": "!",
        "subject": "!~",
        "type": "=",
        "version": "=",
    }
    assert [one["href"] for one in found["assignee"]["_links"]["values"]] == [
        "/api/v3/users/me",
        f"/api/v3/users/{user.id}",
    ]
    assert (found["dueDate"]["values"], found["createdAt"]["values"]) == (["", "2024-02-29"], ["7"])
    assert (row["public"], row["includeSubprojects"], row["hidden"]) == (True, False, True)
    assert queries.read(answer.id).image == answer.image
    assert [one.id for one in queries.find(effect)] == [answer.id]
    assert [one.id for one in target.scanned(queries, [], effect)] == [answer.id]
    assert item.id in ids_of(target, project, "subject", "!~", found["subject"]["values"])


def ids_of(target, project, name, sign, values):
    rows = target.client.pages(f"projects/{project.id}/work_packages", {name: {"operator": sign, "values": values}})
    return [str(row["id"]) for row in rows]


def test_names_may_repeat_and_a_change_is_written_to_the_right_one(target, project):
    queries = target.loader("queries")
    first, second = (target.effect("queries", {"name": "Same", "project": project}) for _ in range(2))
    one, other = queries.create(first), queries.create(second)
    assert one.id != other.id and [found.id for found in queries.find(second)] == [other.id]
    changed = target.effect("queries", {"name": "Same", "project": project, "state": "open"}, id=second.origin.id)
    assert queries.update(changed, queries.read(other.id)).image["filters"] == [["status", "o", []]]
    assert [found.id for found in queries.find(second)] == [other.id]
    queries.delete(other.id)
    assert not queries.find(second)


def test_a_query_without_a_project_looks_over_those_that_it_names(target, project):
    other = target.project()
    group = target.make("groups", {"name": f"Group of {other.id}", "members": []})
    payload = {"name": "Wide", "projects": [project, other], "not assignee": [TargetItem("groups", group.id)]}
    queries, effect = target.loader("queries"), target.effect("queries", payload)
    answer = queries.create(effect)
    found = by_name(shown(target, answer))
    assert [one["href"] for one in found["project"]["_links"]["values"]] == [
        f"/api/v3/projects/{one.id}" for one in (project, other)
    ]
    assert found["assignee"]["_links"]["values"][0]["href"] == f"/api/v3/groups/{group.id}"
    assert target.unlike(queries, effect, queries.read(answer.id).image) == []
    assert [one.id for one in queries.find(effect)] == [answer.id]


def test_words_leave_the_mark_another_text_or_none(target, project):
    queries = target.loader("queries")
    effect = target.effect("queries", {"name": "Words", "project": project, "subject": "login"})
    answer = queries.create(effect)
    assert set(by_name(shown(target, answer))) == {"subject", "description"}
    assert [one.id for one in queries.find(effect)] == [answer.id]
    full = target.effect("queries", {"name": "Words", "project": project, "subject": "a", "not description": "b"})
    with pytest.raises(ItemSkipped, match="leaves no filter free for its mark"):
        queries.create(full)


def test_custom_fields_and_categories_are_filtered_in_a_project(target):
    cats = TargetItem("projects", str(target.client.get("projects/cats")["id"]))
    payload = {"name": "Cats", "project": cats, "category": ["Backend"], "cf:Labels": ["a", "c"], "cf:Count": ["3"]}
    queries, effect = target.loader("queries"), target.effect("queries", payload)
    answer = queries.create(effect)
    found = by_name(shown(target, answer))
    labels = next(entry for name, entry in found.items() if len(entry["_links"].get("values") or ()) == 2)
    assert [one["title"] for one in labels["_links"]["values"]] == ["a", "c"]
    assert target.unlike(queries, effect, queries.read(answer.id).image) == []


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"status": ["New"], "state": "open"}, "two conditions on status"),
        ({"not text": "x"}, "searches all texts for words, not for their absence"),
        ({"dueDate": "..7"}, r"no filter for the days \.\.7"),
        ({"createdAt": "2024-01-01..3"}, "mixes days of the calendar"),
        ({"createdAt": "nonsense"}, "no range of days"),
        ({"empty": ["author"]}, "no filter for author that is empty"),
        ({"filled": ["dueDate"]}, "no filter for dueDate that is not empty"),
        ({"mine": ["responsible"]}, "the person who looks as responsible"),
        ({"category": ["Nope"]}, "no category 'Nope'"),
        ({"cf:Notes": ["x"]}, "'Notes' holds texts"),
        ({"cf:Nope": ["x"]}, "'Nope' is not active"),
        ({"cf:Labels": ["z"]}, "'Labels' has no value 'z'"),
    ],
)
def test_what_no_filter_says_is_skipped_with_the_reason_and_the_words(target, payload, reason):
    cats = TargetItem("projects", str(target.client.get("projects/cats")["id"]))
    effect = target.effect("queries", {"name": "Odd", "project": cats, "words": "a = b", **payload})
    with pytest.raises(ItemSkipped, match=f"{reason}.*: a = b"):
        target.loader("queries").create(effect)


def test_what_the_mapping_left_over_is_skipped_too(target, project):
    effect = target.effect(
        "queries", {"name": "Odd", "project": project, "words": "labels = x"}, notes=(("where", '{"labels": "x"}'),)
    )
    with pytest.raises(ItemSkipped, match=r"no filter takes where .*: labels = x"):
        target.loader("queries").create(effect)


def test_who_is_no_member_cannot_be_filtered_for(target, project):
    effect = target.effect("queries", {"name": "Hers", "project": project, "assignee": [target.user()], "words": "w"})
    with pytest.raises(ItemSkipped, match=r"OpenProject takes no such query \(.*\): w"):
        target.loader("queries").create(effect)


def test_problems_are_told_before_anything_is_written(target):
    queries = target.loader("queries")

    def told(**payload):
        return [(problem.code, problem.field) for problem in queries.problems({"name": "Q", **payload})]

    assert told(status=["New"], createdAt="-7..", sortBy=["priority"], category=None, **{"cf:Labels": []}) == []
    assert told(**{"not type": ["Tsk"]}) == [("J2O-O010", "type")]
    assert told(sortBy=["rank"]) == [("J2O-O050", "sortBy")]
    assert told(dueDate="..7") == [("J2O-O050", "name")]
    assert told(category=["x"]) == [("J2O-O050", "category")]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("0..0", ("t", [])),
        ("-3..-3", ("t-", ["3"])),
        ("2..2", ("t+", ["2"])),
        ("-7..0", (">t-", ["7"])),
        ("..-1", ("<t-", ["1"])),
        ("..0", ("<t-", ["0"])),
        ("0..7", ("<t+", ["7"])),
        ("3..", (">t+", ["3"])),
        ("2024-01-01..", ("<>d", ["2024-01-01", ""])),
    ],
)
def test_ranges_of_days_have_an_operator(target, project, days, said):
    queries, effect = target.loader("queries"), target.effect("queries", {"name": "Due", "dueDate": days})
    found = by_name(shown(target, queries.create(effect)))["dueDate"]
    assert (operator(found), found["values"]) == said


def test_a_view_puts_a_query_into_the_menu_once(target, project):
    parent = target.make("queries", {"name": "Shown", "project": project})
    views, effect = (
        target.loader("query_views"),
        target.effect("query_views", {"type": "work_packages_table"}, parent=parent),
    )
    first, second = views.create(effect), views.create(effect)
    assert (first.id, first.differences) == (second.id, ())
    assert [found.id for found in views.find(effect)] == [first.id]
    assert views.read(first.id).image == views.image(effect)
    assert shown(target, TargetItem("queries", parent.id))["hidden"] is False
