"""Roles: what somebody gave or took is told by verification, what groups and others may give is not."""

from __future__ import annotations

from j2o_core.engine.written import image_digests
from j2o_core.ledger.items import CREATED, MATCHED, Item
from j2o_core.pipeline.verify import changed_fields


def test_roles_that_were_given_or_taken_by_hand_are_told(target):
    world = People(target)
    assert world.told() == []
    world.give("Reader")  # one more
    assert world.told() == ["roles"]
    world.give("Member", only=True)  # one less
    assert world.told() == ["roles"]


def test_roles_that_a_group_gives_are_no_drift_and_those_beside_them_are(target):
    world = People(target, "Member")
    world.group("Reader", "Member")
    assert world.told() == []
    world.give("Project admin")
    assert world.told() == ["roles"]


def test_roles_of_a_group_are_its_own(target):
    world = People(target)
    answer = world.group("Reader")
    world.answer, world.effect = answer
    assert world.told() == []
    world.give("Member")
    assert world.told() == ["roles"]


def test_others_may_add_roles_to_a_membership_that_is_theirs_and_what_they_take_is_told(target):
    world = People(target)
    world.give("Reader")
    assert world.told(MATCHED) == []
    assert world.told(alone=False) == []  # two people of the source who are one here
    world.give("Reader", only=True)
    assert world.told(MATCHED) == ["roles"]
    assert world.told(alone=False) == ["roles"]


class People:
    """One membership, and who changes it."""

    def __init__(self, target, *roles):
        self.target, self.project, self.user = target, target.project(), target.user()
        payload = {"project": self.project, "user": self.user, "roles": list(roles or ("Member", "Project admin"))}
        self.effect = target.effect("memberships", payload)
        self.answer = target.loader("memberships").create(self.effect)

    def give(self, role, only=False):
        """As somebody in the project's settings would."""
        client = self.target.client
        held = client.get(f"memberships/{self.answer.id}")["_links"]["roles"]
        (given,) = [{"href": row["_links"]["self"]["href"]} for row in client.pages("roles") if row["name"] == role]
        client.patch(f"memberships/{self.answer.id}", {"_links": {"roles": [given] if only else [*held, given]}})

    def group(self, *roles):
        """A group of the person becomes a member."""
        name = f"G{next(self.target.numbers)}"
        group = self.target.make("groups", {"name": name, "members": [self.user]})
        payload = {"project": self.project, "group": group, "roles": list(roles)}
        effect = self.target.effect("memberships", payload)
        return self.target.loader("memberships").create(effect), effect

    def told(self, owned=CREATED, alone=True):
        """The fields that verification tells of."""
        loader, effect = self.target.loader("memberships"), self.effect
        (found,) = [one for one in loader.scan([self.project.id]) if one.id == self.answer.id]
        image = image_digests(self.answer.image)
        item = Item("memberships", effect.origin.id, effect.key, self.answer.id, owned, image=image)
        return changed_fields(item, found, loader, set(), alone)
