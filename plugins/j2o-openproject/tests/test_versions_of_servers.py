"""Other versions and modes of the server take the same effects."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, Origin, TargetItem

OTHERS = ("14.0", "15.4", "16.0", "17.2", "17.3", "17.4", "17.5", "17.6", "17.7", "17.9", "18")


@pytest.mark.parametrize(
    "version",
    ["13", "15.1", "16.2", "17.0", *(pytest.param(version, marks=pytest.mark.long) for version in OTHERS)],
)
def test_older_servers_take_the_same_effects(serve, version):
    target = serve(version)
    project = target.project()
    user = target.member(project)
    one, two = (target.work_package(project, assignee=user, estimatedTime="PT3H") for _ in range(2))
    for entity, effect in (
        ("comments", target.comment(one)),
        ("attachments", target.file(b"abc", one)),
        ("relations", target.relation(one, two, "follows", lag=2)),
        ("watchers", target.effect("watchers", {"user": user}, parent=one)),
        ("time_entries", target.worklog(one, user)),
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
    note = target.comment(item)
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


DATES = {"startDate": "2019-03-04", "dueDate": "2019-03-08"}
PROGRESS = {"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 75}


@pytest.mark.parametrize("version", ["13", "15.1"])
@pytest.mark.parametrize("left_out", [(), ("percentageDone",), ("remainingTime",), ("estimatedTime", "remainingTime")])
def test_work_and_progress_arrive_before_14_where_nothing_follows_from_anything_and_after(serve, version, left_out):
    target = serve(version)
    wanted = {name: value for name, value in PROGRESS.items() if name not in left_out}
    packages, effect = target.loader("work_packages"), target.issue(target.project(), **wanted)
    answer = packages.create(effect)
    assert answer.differences == ()
    stored = target.client.get(f"work_packages/{answer.id}")
    assert {name: stored[name] for name in wanted} == wanted
    (found,) = target.scanned(packages, [effect.payload["project"].id], effect)
    assert target.unlike(packages, effect, found.image) == []


def test_a_percentage_that_contradicts_the_work_is_taken_before_14(serve):
    target = serve("13")
    answer = target.loader("work_packages").create(target.issue(target.project(), **{**PROGRESS, "percentageDone": 10}))
    assert answer.differences == ()
    assert target.client.get(f"work_packages/{answer.id}")["percentageDone"] == 10


@pytest.mark.parametrize("version", ["15.1", "16.2"])
def test_a_parent_gets_its_own_dates_back_before_15_4_and_after(serve, version):
    target = serve(version)
    project, packages = target.project(), target.loader("work_packages")
    wanted = target.issue(project, **DATES)
    parent = packages.create(wanted)
    item = TargetItem("work_packages", parent.id)
    packages.create(target.issue(project, parent=item, startDate="2019-05-06", dueDate="2019-05-10"))
    put_back = target.issue(project, id=wanted.origin.id, fields=frozenset(packages.restored_fields), **DATES)
    assert packages.update(put_back, packages.read(parent.id)).differences == ()
    stored = target.client.get(f"work_packages/{parent.id}")
    assert (stored["startDate"], stored["dueDate"], stored["scheduleManually"]) == ("2019-03-04", "2019-03-08", True)


def test_a_number_beyond_the_limits_of_17_9_is_refused_by_name_and_nothing_else_is(serve):
    points = {"format": "int", "types": "all", "for_all": True, "max": 9}
    target = serve("17.9", custom_fields={"Points": points})
    packages, project = target.loader("work_packages"), target.project()
    assert packages.create(target.issue(project, **{"cf:Points": 9})).differences == ()
    with pytest.raises(ItemFailed, match="Points must be less than or equal to 9"):
        packages.create(target.issue(project, **{"cf:Points": 10}))


def test_portfolios_and_programs_are_taken_for_the_projects_that_they_are(serve):
    target = serve(
        "17.8",
        projects={
            "estate": {"workspace": "portfolio"},
            "house": {"workspace": "program", "parent": "estate"},
        },
    )
    loader = target.loader("projects")
    estate, house = (
        found for name in ("estate", "house") for found in loader.find(target.effect("projects", {"identifier": name}))
    )
    assert house.image["parent"] == estate.id
    roof = target.effect("projects", {"identifier": "roof", "name": "Roof", "parent": TargetItem("projects", house.id)})
    answer = loader.create(roof)
    assert answer.differences == ()
    (found,) = loader.find(roof)
    assert target.unlike(loader, roof, found.image) == []
    target.make("work_packages", {"project": TargetItem("projects", house.id), "subject": "x", "type": "Task"})
