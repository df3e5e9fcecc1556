"""Sprints become versions, or are those that the server has; work packages get the one that counts."""

from __future__ import annotations

import pytest

from j2o_core.api import ItemFailed, ItemSkipped, Taken, TargetItem

SPRINTS = {
    "projects": {
        "scrum": {
            "name": "Scrum",
            "types": ["Task"],
            "modules": ["work_package_tracking", "backlogs"],
            "sprints": [
                {"name": "Sprint 7", "start": "2026-01-05", "finish": "2026-01-16", "status": "active"},
                {"name": "Sprint 1", "status": "completed"},
            ],
        }
    }
}


@pytest.fixture(scope="module")
def scrum(serve):
    """A server with sprints of its own in one project."""
    return serve(**SPRINTS)


def scrum_project(scrum):
    (row,) = [row for row in scrum.state("projects")["projects"] if row["identifier"] == "scrum"]
    return TargetItem("projects", str(row["id"]))


def sprint(target, project, name="Sprint 1", **more):
    base = {"project": project, "name": name, "description": "Pay\nby card", "startDate": "2024-01-01", "endDate": None}
    number = next(target.numbers)
    return target.effect("sprints", {**base, **more}, id=f"1:{number}", key=f"A: {name}")


def item(target, project, name, **more):
    """A sprint that is there, as work packages refer to it."""
    answer = target.loader("sprints").create(sprint(target, project, name, **more))
    return TargetItem("sprints", answer.id, f"{name} (active)")


def version(target, project, name):
    made = target.make("versions", {"project": project, "name": name})
    return TargetItem("versions", made.id, name)


def place(target, project, options=None, **payload):
    """What a work package with these versions and sprints shows: version title, sprint id, words."""
    packages = target.loader("work_packages", **(options or {}))
    effect = target.issue(project, **payload)
    answer = packages.create(effect)
    assert answer.differences == ()
    assert target.unlike(packages, effect, packages.read(answer.id).image) == []
    row = target.client.get(f"work_packages/{answer.id}")
    links = row["_links"]
    titles = [one["title"] for one in links.get("targetVersions") or [links.get("version", {})] if one.get("href")]
    return titles, (links.get("sprint") or {}).get("title"), row["description"]["raw"]


def test_a_sprint_becomes_a_version_that_is_found_by_its_mark(target, project):
    sprints, effect = target.loader("sprints"), sprint(target, project)
    answer = sprints.create(effect)
    assert answer.differences == ()
    (found,) = sprints.find(effect)
    assert found.id == answer.id and found.mark == effect.origin.id
    assert target.unlike(sprints, effect, found.image) == []
    assert target.client.get(f"versions/{answer.id}")["description"]["raw"].endswith(";")


def test_sprints_of_one_name_are_versions_of_two_names(target):
    project, sprints = target.project(), target.loader("sprints")
    long = "A very long name of a sprint that goes on and on until sixty two"
    for name in ("Sprint 1", long):
        first, second = sprint(target, project, name), sprint(target, project, name.upper())
        answers = [sprints.create(effect) for effect in (first, second)]
        assert [answer.differences for answer in answers] == [(), ()]
        assert [[found.id for found in sprints.find(effect)] for effect in (first, second)] == [
            [answer.id] for answer in answers
        ]
        number = second.origin.id.rpartition(":")[2]
        assert answers[1].image["name"].endswith(f"({number})") and len(answers[1].image["name"]) <= 60


def test_a_version_of_the_same_name_stays_what_it_is(target):
    project = target.project()
    fixed = version(target, project, "Sprint 1")
    answer = target.loader("sprints").create(sprint(target, project))
    assert answer.id != fixed.id and answer.image["name"].startswith("Sprint 1 (")
    versions = target.loader("versions")
    assert [found.id for found in versions.scan([project.id])] == [fixed.id]


def test_a_version_that_comes_after_a_sprint_of_its_name_is_never_the_sprint(target):
    project = target.project()
    target.loader("sprints").create(sprint(target, project))
    effect = target.effect("versions", {"project": project, "name": "Sprint 1"})
    with pytest.raises((Taken, ItemFailed)):
        target.loader("versions").create(effect)
    assert list(target.loader("versions").find(effect)) == []


def test_a_changed_sprint_keeps_its_mark_and_is_closed_at_the_finish(target, project):
    sprints, effect = target.loader("sprints"), sprint(target, project, "Other")
    answer = sprints.create(effect)
    changed = target.effect(
        "sprints",
        {**effect.payload, "description": "New", "status": "closed"},
        id=effect.origin.id,
        fields=frozenset({"description"}),
    )
    assert sprints.update(changed, sprints.read(answer.id)).differences == ()
    assert sprints.finishing(changed.payload) == ("status",) and sprints.finishing(effect.payload) == ()
    finish = target.effect("sprints", changed.payload, id=effect.origin.id, fields=frozenset({"status"}))
    assert sprints.update(finish, sprints.read(answer.id)).image["status"] == "closed"
    (found,) = sprints.find(effect)
    assert found.image["description"] == "New"


def test_a_sprint_is_renamed_also_where_the_name_of_its_version_ends_with_its_number(target):
    project, sprints = target.project(), target.loader("sprints")
    sprints.create(sprint(target, project, "Sprint"))
    effect = sprint(target, project, "Sprint")
    answer = sprints.create(effect)
    assert answer.image["name"] != "Sprint" and sprints.holds("name", "Sprint", answer.image["name"])
    payload = {**effect.payload, "name": "Sprint 12"}
    renamed = target.effect("sprints", payload, id=effect.origin.id, fields=frozenset({"name"}))
    done = sprints.update(renamed, sprints.read(answer.id))
    assert done.image["name"] == "Sprint 12" and done.differences == ()


def test_days_in_the_wrong_order_and_no_days_are_taken(target, project):
    odd = target.loader("sprints").create(
        sprint(target, project, "Odd", startDate="2024-02-02T10:00:00.000Z", endDate="2024-02-01")
    )
    assert (odd.image["startDate"], odd.image["endDate"]) == ("2024-02-02", "2024-02-02")
    bare = target.effect("sprints", {"project": project, "name": "Bare"}, id="1:5")
    assert target.loader("sprints").create(bare).image["startDate"] is None
    codes = [p.code for p in target.loader("sprints").problems({"status": "gone", "startDate": "never"})]
    assert codes == ["J2O-O003", "J2O-O005"]


def test_a_sprint_that_the_server_has_is_that_sprint(scrum):
    project, sprints = scrum_project(scrum), scrum.loader("sprints")
    effect = sprint(scrum, project, "sprint  7")
    with pytest.raises(Taken):
        sprints.create(effect)
    (found,) = sprints.find(effect)
    assert found.id.startswith("sprint-") and found.label == "Sprint 7" and found.mark is None
    assert found.id in [one.id for one in sprints.scan([project.id])]
    assert sprints.read(found.id).image == found.image
    with pytest.raises(ItemSkipped, match="by hand"):
        sprints.update(effect, found)
    sprints.delete(found.id)
    assert sprints.read(found.id).id == found.id


def test_a_completed_sprint_of_the_server_cannot_be_given_and_a_version_is_made(scrum):
    answer = scrum.loader("sprints").create(sprint(scrum, scrum_project(scrum), "Sprint 1"))
    assert not answer.id.startswith("sprint-")


# ------------------------------------------------------------------ work packages


def test_the_sprint_that_counts_takes_a_free_version_and_the_others_are_told(target):
    project = target.project()
    new, old = item(target, project, "Sprint 2"), item(target, project, "Sprint 1")
    titles, _, text = place(target, project, versions=[], sprints=[new, old])
    assert titles == ["Sprint 2"]
    assert "Further sprints:** Sprint 1 (active)" in text and "Sprint 2" not in text
    assert place(target, project, sprints=[new])[0] == ["Sprint 2"]
    assert place(target, project, versions=[], sprints=[])[0] == []


def test_a_fix_version_is_never_overwritten_unless_the_spec_says_so(target):
    project = target.project()
    one, fixed = item(target, project, "Sprint 2"), version(target, project, "1.0")
    titles, _, text = place(target, project, versions=[fixed], sprints=[one])
    assert titles == ["1.0"] and "Sprints:** Sprint 2 (active)" in text
    titles, _, text = place(target, project, {"sprints": "first"}, version=fixed, sprints=[one])
    assert titles == ["Sprint 2"] and "Further versions:** 1.0" in text and "Sprints" not in text
    titles, _, text = place(target, project, {"sprints": "in_words"}, versions=[], sprints=[one])
    assert titles == [] and "Sprints:** Sprint 2 (active)" in text


def test_where_several_versions_are_taken_a_sprint_stands_beside_them(serve):
    target = serve(settings={"multiple_versions": True})
    project = target.project()
    one, fixed = item(target, project, "Sprint 2"), version(target, project, "1.0")
    titles, _, text = place(target, project, versions=[fixed], sprints=[one])
    assert sorted(titles) == ["1.0", "Sprint 2"] and "Sprint" not in text.replace("sprints/", "")


def test_a_sprint_of_the_server_has_a_field_of_its_own(scrum):
    project = scrum_project(scrum)
    (own,) = [one for one in scrum.loader("sprints").scan([project.id]) if one.label == "Sprint 7"]
    current = TargetItem("sprints", own.id, "Sprint 7 (active)")
    past, fixed = item(scrum, project, "Sprint 3"), version(scrum, project, "1.0")
    titles, title, text = place(scrum, project, versions=[fixed], sprints=[current, past])
    assert (titles, title) == (["1.0"], "Sprint 7") and "Further sprints:** Sprint 3 (active)" in text
    elsewhere = scrum.project()  # without backlogs
    titles, title, text = place(scrum, elsewhere, versions=[], sprints=[current])
    assert (titles, title) == ([], None) and "Sprints:** Sprint 7 (active)" in text


def test_another_sprint_later_changes_field_and_words(target):
    project = target.project()
    one, two = item(target, project, "Sprint 1"), item(target, project, "Sprint 2")
    packages = target.loader("work_packages")
    effect = target.issue(project, versions=[], sprints=[one])
    answer = packages.create(effect)
    changed = target.issue(project, id=effect.origin.id, versions=[], sprints=[two, one], fields=frozenset({"sprints"}))
    assert packages.wanted(changed)["versions"] == [two.id]
    done = packages.update(changed, packages.read(answer.id))
    assert done.differences == () and done.image["versions"] == [two.id]
    assert "Further sprints:** Sprint 1 (active)" in done.image["description"]
    back = target.issue(project, id=effect.origin.id, versions=[], sprints=[one], fields=frozenset({"sprints"}))
    assert "Sprint" not in packages.update(back, packages.read(answer.id)).image["description"]
