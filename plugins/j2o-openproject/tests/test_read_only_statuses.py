"""Work packages in a status that keeps them from being changed: they are changed, and stay in it."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.api import Conflict, InDoubt, ItemFailed, Need, Needs, NotSent, Refused, Retriable, TargetItem
from j2o_openproject.inspection import OpenProjectInspector


@pytest.fixture(scope="module")
def target(restrictive):
    """An enterprise edition whose ``Closed`` is read-only."""
    return restrictive


@pytest.fixture
def closed(target, project):
    """A work package in that status: the effect that made it, and its id."""
    effect = target.issue(project, status="Closed")
    return effect, target.loader("work_packages").create(effect).id


def changing(target: Any, effect: Any, **payload: Any) -> Any:
    """A change of some fields of an item."""
    return target.effect(
        "work_packages",
        {**effect.payload, **payload},
        id=effect.origin.id,
        key=effect.key,
        fields=frozenset(payload),
    )


def status(target: Any, identifier: str) -> Any:
    """The status of a work package now."""
    return target.loader("work_packages").read(identifier).image["status"]


def test_a_change_is_sent_with_the_way_back_from_another_status(target, project, closed, sent):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    above = target.work_package(project)
    late = changing(target, effect, subject="Late", parent=above, startDate="2024-01-02", dueDate="2024-01-03")
    sent.clear()
    done = loader.update(late, loader.read(identifier))
    assert done.differences == ()
    assert [(method, sorted(body)) for method, _, body, _ in sent] == [
        ("PATCH", ["_links", "lockVersion"]),
        (
            "PATCH",
            ["_links", "dueDate", "ignoreNonWorkingDays", "lockVersion", "scheduleManually", "startDate", "subject"],
        ),
    ]
    assert all(params == {"notify": "false"} for *_, params in sent)
    found = loader.read(identifier)
    assert (found.image["status"], found.image["subject"], found.image["parent"]) == ("Closed", "Late", above.id)
    assert found.version == done.version


def test_a_change_of_the_status_itself_is_one_request(target, closed, sent):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    sent.clear()
    done = loader.update(changing(target, effect, status="New", subject="Again"), loader.read(identifier))
    assert (done.image["status"], done.image["subject"], len(sent)) == ("New", "Again", 1)


def test_what_is_in_another_status_is_one_request_and_nothing_is_asked(target, project, sent):
    loader = target.loader("work_packages")
    effect = target.issue(project)
    made = loader.create(effect)
    loader.update(changing(target, effect, subject="Once"), loader.read(made.id))  # from now on the statuses are known
    before = target.requests()
    sent.clear()
    loader.update(changing(target, effect, subject="Late"), loader.read(made.id))
    after = target.requests()
    new = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert len(sent) == 1
    assert sum(new.values()) == 2, new  # the reading and the change


def test_a_refused_change_leaves_the_status_as_it_was(target, project, closed):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    nowhere = changing(target, effect, subject="x" * 300)
    with pytest.raises(Refused):
        loader.update(nowhere, loader.read(identifier))
    assert status(target, identifier) == "Closed"


def test_a_person_who_is_refused_is_kept_in_words_there_too(target, closed):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    done = loader.update(changing(target, effect, assignee=target.user()), loader.read(identifier))
    assert [one.field for one in done.differences] == ["assignee"]
    assert (done.image["status"], "Assignee" in done.image["description"]) == ("Closed", True)


def test_the_other_status_is_one_that_is_as_closed(target, closed, sent):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    sent.clear()
    loader.update(changing(target, effect, subject="Late"), loader.read(identifier))
    over = sent[0][2]["_links"]["status"]["href"].rpartition("/")[2]
    closed_ones = [row["id"] for row in target.client.get("statuses")["_embedded"]["elements"] if row["isClosed"]]
    assert int(over) in closed_ones


@pytest.mark.parametrize("outcome", [NotSent("the network is gone"), InDoubt("the answer is lost")])
def test_what_broke_off_on_its_way_gets_its_status_back_before_it_is_tried_again(target, closed, monkeypatch, outcome):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    late, current = changing(target, effect, subject="Late"), loader.read(identifier)
    patch, sends = target.client.patch, []

    def breaks(path: str, body: Any, quiet: bool = False) -> Any:
        sends.append(body)
        if len(sends) == 2:
            raise outcome
        return patch(path, body, quiet)

    monkeypatch.setattr(target.client, "patch", breaks)
    with pytest.raises(InDoubt):
        loader.update(late, current)
    assert status(target, identifier) != "Closed"
    loader.after_doubt(late, identifier, lambda field, value: (field, value) == ("status", "Closed"))
    assert status(target, identifier) == "Closed"
    done = loader.update(late, loader.read(identifier))
    assert (done.image["status"], done.image["subject"]) == ("Closed", "Late")


@pytest.mark.parametrize("outcome", [NotSent("the network is gone"), Retriable("too many"), Conflict("changed")])
def test_the_way_back_from_a_refused_change_is_not_forgotten_either(target, closed, monkeypatch, outcome):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    nowhere, current = changing(target, effect, subject="x" * 300), loader.read(identifier)
    patch, sends = target.client.patch, []

    def breaks(path: str, body: Any, quiet: bool = False) -> Any:
        sends.append(body)
        if len(sends) in (3, 4):
            raise outcome
        return patch(path, body, quiet)

    monkeypatch.setattr(target.client, "patch", breaks)
    with pytest.raises(InDoubt, match="on the way back"):
        loader.update(nowhere, current)
    monkeypatch.undo()
    loader.after_doubt(nowhere, identifier, lambda field, value: (field, value) == ("status", "Closed"))
    assert status(target, identifier) == "Closed"


def test_who_moves_on_what_a_refused_change_had_moved_is_left_in_peace(target, closed, monkeypatch):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    nowhere, current = changing(target, effect, subject="x" * 300), loader.read(identifier)
    patch, sends = target.client.patch, []

    def passed(path: str, body: Any, quiet: bool = False) -> Any:
        sends.append(body)
        if len(sends) == 3:  # somebody is there before the way back
            now = loader.read(identifier)
            new = target.client.catalogue.statuses.id("New")
            moved = {"lockVersion": int(now.version), "_links": {"status": {"href": f"/api/v3/statuses/{new}"}}}
            patch(path, moved, True)
        return patch(path, body, quiet)

    monkeypatch.setattr(target.client, "patch", passed)
    with pytest.raises(Refused):
        loader.update(nowhere, current)
    assert (status(target, identifier), len(sends)) == ("New", 3)


def test_after_doubt_nothing_is_done_to_what_never_was_in_such_a_status(target, project, sent):
    loader = target.loader("work_packages")
    effect = target.issue(project)
    made = loader.create(effect)
    sent.clear()
    loader.after_doubt(changing(target, effect, subject="Late"), made.id, lambda field, value: value == "New")
    assert sent == []


def test_a_file_is_added_and_removed_and_the_status_stays(target, closed):
    loader, (_, identifier) = target.loader("attachments"), closed
    item = TargetItem("work_packages", identifier)
    effect = target.file(b"late", item)
    answer = loader.create(effect)
    assert answer.differences == ()
    assert [found.id for found in loader.find(effect)] == [answer.id]
    assert status(target, identifier) == "Closed"
    loader.delete(answer.id, identifier)
    assert (list(loader.find(effect)), status(target, identifier)) == ([], "Closed")


def test_a_file_that_is_refused_otherwise_leaves_the_status_as_it_was(target, closed):
    loader, (_, identifier) = target.loader("attachments"), closed
    with pytest.raises(ItemFailed, match="bytes"):
        loader.create(target.file(b"x" * 100_000, TargetItem("work_packages", identifier)))
    assert status(target, identifier) == "Closed"


def test_a_file_that_broke_off_gets_the_status_back(target, closed, monkeypatch):
    loader, (_, identifier) = target.loader("attachments"), closed
    effect = target.file(b"late", TargetItem("work_packages", identifier))
    patch, sends = target.client.patch, []

    def breaks(path: str, body: Any, quiet: bool = False) -> Any:
        sends.append(body)
        if len(sends) == 2:
            raise NotSent("the network is gone")
        return patch(path, body, quiet)

    monkeypatch.setattr(target.client, "patch", breaks)
    with pytest.raises(InDoubt):
        loader.create(effect)
    assert status(target, identifier) != "Closed"
    loader.after_doubt(effect, identifier, lambda field, value: (field, value) == ("status", "Closed"))
    assert (status(target, identifier), len(loader.find(effect))) == ("Closed", 1)


def test_without_a_way_out_nothing_is_sent_and_the_workflow_is_named(target, project):
    loader = target.loader("work_packages")
    effect = target.issue(project, type="Ticket", status="Closed")
    made = loader.create(effect)
    assert made.image["status"] == "Closed"
    with pytest.raises(ItemFailed, match="no way out of it") as told:
        loader.update(changing(target, effect, subject="Late"), loader.read(made.id))
    assert ("Workflow" in told.value.message, told.value.code) == (True, "read_only_status")


def test_without_a_way_back_one_item_tells_and_no_other_is_touched(target, project):
    loader = target.loader("work_packages")
    first, second = (target.issue(project, type="Wish", status="Closed") for _ in range(2))
    made = [loader.create(effect).id for effect in (first, second)]
    with pytest.raises(ItemFailed, match="left for 'In progress'"):
        loader.update(changing(target, first, subject="Late"), loader.read(made[0]))
    with pytest.raises(ItemFailed, match="no way out of it and back"):
        loader.update(changing(target, second, subject="Late"), loader.read(made[1]))
    assert [status(target, one) for one in made] == ["In progress", "Closed"]


def test_a_form_is_asked_about_the_change_and_writes_nothing(target, closed):
    loader, (effect, identifier) = target.loader("work_packages"), closed
    current = loader.read(identifier)
    assert loader.server_check(changing(target, effect, subject="Late"), current) == []
    (found,) = loader.server_check(changing(target, effect, subject="x" * 300), current)
    assert found.field == "subject"
    assert loader.read(identifier).version == current.version


def test_preflight_names_those_that_the_spec_uses(target, generous):
    def told(server, *names):
        needs = Needs([Need("statuses", name) for name in names], {"work_packages": ("status",)})
        lines = OpenProjectInspector(server.client).lines(needs)
        return [(line.message, line.advice) for line in lines if "read-only" in line.message]

    ((message, advice),) = told(target, "New", "closed")
    assert message.startswith("'Closed' is read-only") and "Workflow" in advice.title()
    assert told(target, "New") == told(generous, "New", "Closed") == []
