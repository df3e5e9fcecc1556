"""People without an account: what the server offers for them, and where they may stand."""

from __future__ import annotations

import itertools

import pytest

from j2o_core.api import ItemFailed, Need, Needs, Taken, TargetItem
from j2o_openproject.editions import NO_EDITION, placeholder_offer
from j2o_openproject.inspection import OpenProjectInspector

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def licensed(serve):
    users = {"hand": {"first_name": "Ha", "last_name": "Nd", "token": "hand-token"}}
    return serve("13", edition="enterprise", users=users)


@pytest.fixture
def gone(licensed):
    return licensed.make("placeholder_users", {"name": f"Bob Gone (bgone{next(_numbers)})"})


def test_the_edition_decides_and_not_the_version(licensed, target):
    assert licensed.loader("placeholder_users").refusal() == ""
    assert target.loader("placeholder_users").refusal() == NO_EDITION


def test_a_server_that_tells_nothing_of_its_edition_is_asked_for_one_without_a_name(licensed, target):
    assert placeholder_offer(licensed.client, {}).refusal == ""
    assert placeholder_offer(target.client, {}).refusal == NO_EDITION
    assert target.state("placeholder_users")["placeholder_users"] == []


def test_an_account_that_may_make_none_is_told(licensed):
    hand = licensed.as_user("hand-token")
    assert hand.loader("placeholder_users").refusal() == "the account may not make placeholder users"


def test_asking_makes_none(licensed):
    before = licensed.state("placeholder_users")
    placeholder_offer(licensed.client, {})
    assert licensed.state("placeholder_users") == before


def test_one_is_made_found_renamed_and_removed(licensed):
    loader, effect = licensed.loader("placeholder_users"), licensed.effect("placeholder_users", {"name": "Eve  Gone"})
    answer = loader.create(effect)
    assert answer.differences == ()
    assert [found.id for found in loader.find(effect)] == [answer.id]
    assert licensed.unlike(loader, effect, loader.read(answer.id).image) == []
    other = licensed.effect("placeholder_users", {"name": "Eve Left"}, fields=frozenset({"name"}))
    assert loader.update(other, loader.read(answer.id)).image == {"name": "Eve Left"}
    loader.delete(answer.id)
    assert loader.find(other) == []


def test_a_second_one_of_a_name_is_never_made(licensed, gone):
    loader = licensed.loader("placeholder_users")
    with pytest.raises(Taken):
        loader.create(licensed.effect("placeholder_users", {"name": gone_name(licensed, gone)}))


def test_a_long_name_is_told_beforehand(licensed):
    loader = licensed.loader("placeholder_users")
    assert [found.code for found in loader.problems({"name": "n" * 257})] == ["J2O-O004"]
    assert list(loader.problems({"name": "n" * 256})) == []


def test_an_edition_without_them_refuses_in_words_that_help(target):
    with pytest.raises(ItemFailed, match="noted in words"):
        target.loader("placeholder_users").create(target.effect("placeholder_users", {"name": "Gone"}))


def test_one_becomes_a_member_who_can_be_assigned(licensed, gone):
    project = licensed.project()
    membership = licensed.effect("memberships", {"project": project, "user": gone, "roles": ["Member"]})
    loader = licensed.loader("memberships")
    answer = loader.create(membership)
    assert answer.differences == ()
    assert [found.id for found in loader.find(membership)] == [answer.id]
    with pytest.raises(Taken):
        loader.create(membership)
    issue = licensed.issue(project, assignee=gone, responsible=gone, **{"cf:Reviewer": gone})
    made = licensed.loader("work_packages").create(issue)
    assert made.differences == ()
    links = licensed.client.get(f"work_packages/{made.id}")["_links"]
    href = f"/api/v3/placeholder_users/{gone.id}"
    assert [links[name]["href"] for name in ("assignee", "responsible")] == [href, href]
    assert made.image["cf:Reviewer"] == gone.id


def test_who_may_not_delete_is_told_why(licensed, gone):
    hand = licensed.as_user("hand-token")
    with pytest.raises(ItemFailed, match="manage members in all its projects"):
        hand.loader("placeholder_users").delete(gone.id)


def test_preflight_says_beforehand_what_becomes_of_people_without_an_account(licensed, target):
    for server, status in ((licensed, "ok"), (target, "warn")):
        inspector = OpenProjectInspector(server.client)
        (line,) = [
            line
            for line in inspector.lines(Needs((), {"placeholder_users": ("name",)}))
            if "no account" in line.message
        ]
        assert line.status == status
        (needed,) = inspector.prerequisites(Needs((Need("settings", "placeholder_users"),)))
        assert needed.done == (status == "ok")


def gone_name(target, item: TargetItem) -> str:
    return str(target.client.get(f"placeholder_users/{item.id}")["name"])
