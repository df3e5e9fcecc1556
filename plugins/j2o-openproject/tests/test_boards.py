"""Boards and their columns: written once each, found again, and of the kind that the edition offers."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, ItemSkipped, TargetItem


def column(target, project, name="To do", statuses=("New",), **more):
    notes = more.pop("notes", ())
    payload = {"project": project, "projects": [project], "name": name, "status": list(statuses), **more}
    return target.effect("board_columns", payload, notes=notes, id=f"7:{next(target.numbers)}")


def made(target, project, name="To do", statuses=("New",)):
    answer = target.loader("board_columns").create(column(target, project, name, statuses))
    assert answer.differences == ()
    return TargetItem("board_columns", answer.id, name)


def board(target, project, columns, **more):
    return target.effect("boards", {"project": project, "name": "Team", "columns": columns, **more})


def test_a_column_shows_its_statuses_in_its_project_alone(target, project):
    columns, effect = target.loader("board_columns"), column(target, project, statuses=("In progress", "New"))
    answer = columns.create(effect)
    assert answer.differences == ()
    (found,) = columns.find(effect)
    assert found.id == answer.id and target.unlike(columns, effect, found.image) == []
    row = target.client.get(f"queries/{answer.id}")
    assert row["public"] and row["hidden"] and not row["includeSubprojects"]
    shown = next(one for one in row["filters"] if one["name"] == "status")["_links"]["values"]
    assert {one["title"] for one in shown} == {"New", "In progress"}


def test_the_mark_of_a_column_keeps_no_work_package_out(target):
    project = target.project()
    target.work_package(project, subject="Some", status="New")
    query = made(target, project)
    row = target.client.get(f"queries/{query.id}")
    (mark,) = [one["values"] for one in row["filters"] if one["name"] == "subject"]
    found = list(
        target.client.pages(f"projects/{project.id}/work_packages", {"subject": {"operator": "!~", "values": mark}})
    )
    assert len(found) == 1


def test_columns_of_one_name_and_content_are_told_apart(target, project):
    columns = target.loader("board_columns")
    one, other = column(target, project), column(target, project)
    first, second = columns.create(one), columns.create(other)
    assert [found.id for found in columns.find(one)] == [first.id]
    assert [found.id for found in columns.find(other)] == [second.id]
    assert {found.id for found in columns.scan([])} >= {first.id, second.id}


def test_a_column_over_many_projects_belongs_to_none(target):
    home, other = target.project(), target.project()
    columns = target.loader("board_columns")
    effect = column(target, home, projects=[home, other])
    answer = columns.create(effect)
    assert answer.image["project"] is None and ["project", "=", sorted([home.id, other.id])] in answer.image["filters"]
    (found,) = columns.find(effect)
    assert target.unlike(columns, effect, found.image) == []


def test_a_column_in_which_nothing_can_be_is_skipped_and_an_unknown_status_is_told(target, project):
    columns = target.loader("board_columns")
    with pytest.raises(ItemSkipped, match="no status"):
        columns.create(column(target, project, statuses=()))
    (told,) = columns.problems({"status": ["New", "Nwe"], "category": "x"})
    assert told.code == "J2O-O010" and told.field == "status"


def test_what_the_board_asks_is_asked_by_its_columns(target, project):
    columns = target.loader("board_columns")
    version = target.make("versions", {"project": project, "name": "1.0"})
    effect = column(target, project, type=["Task"], version=[version], mine=["assignee"], subject="login")
    answer = columns.create(effect)
    assert answer.differences == ()
    assert [one[0] for one in answer.image["filters"]] == ["assignee", "status", "subject", "type", "version"]
    assert [found.id for found in columns.find(effect)] == [answer.id]


def test_what_no_filter_says_is_told_and_the_column_made_without_it(target):
    home, other = target.project(), target.project()
    columns = target.loader("board_columns")
    effect = column(target, home, projects=[home, other], category=["Backend"], type=["Task"])
    answer = columns.create(effect)
    assert [(one.field, one.sent) for one in answer.differences] == [("filters", "category, type")]
    assert [one[0] for one in answer.image["filters"]] == ["project", "status"]
    worded = column(target, home, words="votes > 3", notes=[("max", "5")])
    assert [one.field for one in columns.create(worded).differences] == ["max", "words"]


def test_a_board_is_found_by_its_mark_with_its_columns_in_order(target, project):
    boards = target.loader("boards")
    columns = [made(target, project, name) for name in ("b", "a", "c")]
    effect = board(target, project, columns)
    answer = boards.create(effect)
    assert answer.differences == () and answer.image["columns"] == [one.id for one in columns]
    twin = boards.create(board(target, project, []))
    (found,) = boards.find(effect)
    assert found.id == answer.id != twin.id and boards.read(answer.id).image == found.image
    row = target.client.get(f"grids/{answer.id}")
    assert row["options"] == {"type": "free", "j2o": f"j2o-acme-b{effect.origin.id}"}
    assert [one["startColumn"] for one in row["widgets"]] == [1, 2, 3]


def test_a_changed_board_keeps_the_widgets_of_its_columns(target, project):
    boards = target.loader("boards")
    one, two, three = (made(target, project, name) for name in ("1", "2", "3"))
    effect = board(target, project, [one, two])
    answer = boards.create(effect)
    before = {w["options"]["queryId"]: w["id"] for w in target.client.get(f"grids/{answer.id}")["widgets"]}
    changed = target.effect(
        "boards",
        {**effect.payload, "columns": [three, two]},
        id=effect.origin.id,
        fields=frozenset({"columns"}),
    )
    done = boards.update(changed, boards.read(answer.id))
    assert done.image["columns"] == [three.id, two.id] and boards.find(effect)[0].id == answer.id
    after = {w["options"]["queryId"]: w["id"] for w in target.client.get(f"grids/{answer.id}")["widgets"]}
    assert after[two.id] == before[two.id]


def test_moves_change_the_status_where_the_edition_offers_it_and_columns_are_single_statuses(generous):
    project = generous.project()
    single = [made(generous, project, name, (name,)) for name in ("New", "Closed")]
    many = [*single, made(generous, project, "Rest", ("In progress", "On hold"))]

    def kind(columns, **options):
        answer = generous.loader("boards", **options).create(board(generous, project, columns))
        return generous.client.get(f"grids/{answer.id}")["options"]["type"]

    assert kind(single) == "action"
    assert kind(many) == "free" and kind([]) == "free" and kind(single, kind="basic") == "free"


def test_a_project_without_the_module_is_told_with_what_to_do(serve):
    target = serve(projects={"bare": {"name": "Bare", "modules": ["work_package_tracking"], "types": ["Task"]}})
    (row,) = [one for one in target.state("projects")["projects"] if one["identifier"] == "bare"]
    project = TargetItem("projects", str(row["id"]))
    with pytest.raises(ItemFailed, match="module Boards"):
        target.loader("boards").create(board(target, project, []))


def test_a_removed_board_takes_its_columns_along_and_removing_them_again_is_fine(target, project):
    columns, boards = target.loader("board_columns"), target.loader("boards")
    query = made(target, project)
    effect = board(target, project, [query])
    answer = boards.create(effect)
    boards.delete(answer.id)
    columns.delete(query.id)
    boards.delete(answer.id)
    assert boards.find(effect) == [] and target.client.get_or_none(f"queries/{query.id}") is None


def test_older_servers_take_the_same_sprints_and_boards(serve):
    target = serve("13")
    project = target.project()
    payload = {"project": project, "name": "Sprint 1", "startDate": "2024-01-01"}
    sprints, effect = target.loader("sprints"), target.effect("sprints", payload, id="1:1")
    answer = sprints.create(effect)
    assert answer.differences == () and [found.id for found in sprints.find(effect)] == [answer.id]
    boards, wanted = target.loader("boards"), board(target, project, [made(target, project)])
    answer = boards.create(wanted)
    assert answer.differences == () and [found.id for found in boards.find(wanted)] == [answer.id]
