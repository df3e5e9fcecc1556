"""What somebody changes on the target shows in what a scan reads back: every field of every kind that can change."""

from __future__ import annotations

import itertools

import pytest

from j2o_core.api import TargetItem

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def world(generous):
    """One item of each kind, with something else to change each of its links to."""
    return World(generous)


class World:
    """Everything by kind: the effect that made it, and where a scan finds it."""

    def __init__(self, target):
        self.target = target
        self.project, self.other_project = target.project(), target.project()
        self.person, self.other = target.member(self.project), target.member(self.project)
        self.late = target.user()
        self.version = self._made("versions", {"project": self.project, "name": "One"})
        self.other_version = self._made("versions", {"project": self.project, "name": "Two"})
        self.parent = target.work_package(self.project)
        self.issue = target.issue(
            self.project,
            description=target.rich("Words"),
            assignee=self.person,
            responsible=self.person,
            startDate="2024-01-02",
            dueDate="2024-01-05",
            estimatedTime="PT5H",
            remainingTime="PT3H",
            version=self.version,
            **{
                "cf:Story points": 3,
                "cf:Severity": "Low",
                "cf:Labels": ["a", "b"],
                "cf:Notes": target.rich("noted"),
                "cf:Short": "short",
                "cf:Count": 4,
                "cf:Blocked": True,
                "cf:Day": "2024-02-03",
                "cf:Reviewer": self.person,
            },
        )
        self.item = TargetItem("work_packages", target.loader("work_packages").create(self.issue).id, self.issue.key)
        self.end = target.work_package(self.project)
        number = next(NUMBERS)
        person = {"login": f"rb{number}", "email": f"rb{number}@x.example", "firstName": "A", "lastName": "B"}
        self.effects = {
            "users": target.effect("users", {**person, "language": "en"}),
            "groups": target.effect("groups", {"name": f"Group {number}", "members": [self.person]}),
            "projects": target.effect(
                "projects",
                {"identifier": f"rb{number}", "name": "Read", "description": target.rich("d"), "public": False},
            ),
            "memberships": target.effect(
                "memberships", {"project": self.project, "user": self.late, "roles": ["Member"]}
            ),
            "versions": target.effect(
                "versions",
                {"project": self.project, "name": f"V{number}", "description": "d", "startDate": "2024-01-01",
                 "endDate": "2024-01-31", "status": "open"},
            ),
            "comments": target.comment(self.item),
            "relations": target.relation(self.item, self.end, "blocks", description="why"),
            "time_entries": target.worklog(self.item, self.person),
            "work_packages": self.issue,
        }  # fmt: skip
        self.ids = {"work_packages": self.item.id}
        for kind, effect in self.effects.items():
            if kind not in self.ids:
                self.ids[kind] = target.loader(kind).create(effect).id

    def _made(self, kind, payload):
        return self.target.make(kind, payload)

    def seen(self, kind):
        """What a scan reads of the item, as verification does."""
        scopes = {None: [], "projects": [self.project.id], "work_packages": [self.item.id]}
        loader = self.target.loader(kind)
        found = [one for one in loader.scan(scopes[loader.scan_by]) if one.id == self.ids[kind]]
        assert len(found) == 1, kind
        return dict(found[0].image)

    def patch(self, path, body):
        """As somebody with a browser would."""
        client = self.target.client
        held = client.get(path)
        locked = {"lockVersion": held["lockVersion"]} if "lockVersion" in held else {}
        client.patch(path, {**locked, **body})


def link(path):
    return {"href": f"/api/v3/{path}"}


PLAIN = {
    "users": [
        ({"login": "changed-login"}, "login"),
        ({"email": "changed@x.example"}, "email"),
        ({"firstName": "Changed"}, "firstName"),
        ({"lastName": "Changed"}, "lastName"),
        ({"language": "de"}, "language"),
        ({"admin": True}, "admin"),
    ],
    "groups": [({"name": "Changed group"}, "name")],
    "projects": [
        ({"name": "Changed"}, "name"),
        ({"description": {"raw": "changed"}}, "description"),
        ({"public": True}, "public"),
        ({"identifier": "changed-identifier"}, "identifier"),
        ({"active": False}, "active"),
    ],
    "versions": [
        ({"name": "Changed"}, "name"),
        ({"description": {"raw": "changed"}}, "description"),
        ({"startDate": "2023-12-31"}, "startDate"),
        ({"endDate": "2024-02-01"}, "endDate"),
        ({"status": "locked"}, "status"),
    ],
    "time_entries": [
        ({"hours": "PT2H"}, "hours"),
        ({"spentOn": "2019-01-03"}, "spentOn"),
        ({"comment": {"raw": "changed j2o-acme-{origin};"}}, "comment"),
    ],
    "relations": [({"type": "precedes"}, "type"), ({"description": "changed"}, "description")],
    "work_packages": [
        ({"subject": "Changed"}, "subject"),
        ({"estimatedTime": "PT9H"}, "estimatedTime"),
        ({"remainingTime": "PT1H"}, "remainingTime"),
        ({"startDate": "2024-01-03"}, "startDate"),
        ({"dueDate": "2024-01-08"}, "dueDate"),
    ],
}
CASES = [(kind, body, field) for kind, changes in PLAIN.items() for body, field in changes]


@pytest.mark.parametrize(("kind", "body", "field"), CASES, ids=[f"{kind}-{field}" for kind, _, field in CASES])
def test_a_changed_value_is_seen(world, kind, body, field):
    before = world.seen(kind)
    assert field in before, "a field that no scan reads back is never verified"
    if isinstance(body.get("comment"), dict):
        body = {"comment": {"raw": body["comment"]["raw"].format(origin=world.effects[kind].origin.id)}}
    world.patch(f"{kind}/{world.ids[kind]}", body)
    assert world.seen(kind)[field] != before[field]


def test_every_link_and_custom_field_of_a_work_package_that_is_changed_is_seen(world):
    client, loader = world.target.client, world.target.loader("work_packages")
    loader.prepare()
    status, priority = client.catalogue.statuses.id("On hold"), client.catalogue.priorities.id("Low")
    schema = client.catalogue.schema(world.project.id, client.catalogue.types.id("Task"))
    links = {
        "status": f"statuses/{status}",
        "priority": f"priorities/{priority}",
        "assignee": f"users/{world.other.id}",
        "responsible": f"users/{world.other.id}",
        "version": f"versions/{world.other_version.id}",
        "parent": f"work_packages/{world.parent.id}",
    }
    if schema.has_many_versions:
        links["targetVersions"] = links.pop("version")
    custom = {name: schema.custom_field(name) for name in ("Story points", "Short", "Count", "Blocked", "Day", "Notes")}
    values = {"Story points": 8.5, "Short": "other", "Count": 5, "Blocked": False, "Day": "2024-03-04"}
    plain = {custom[name].property: value for name, value in values.items()}
    plain[custom["Notes"].property] = {"raw": "other"}
    chosen = schema.custom_field("Severity"), schema.custom_field("Reviewer"), schema.custom_field("Labels")
    before = world.seen("work_packages")
    world.patch(
        f"work_packages/{world.item.id}",
        {
            **plain,
            "_links": {
                **{name: link(path) for name, path in links.items()},
                chosen[0].property: {"href": next(href for name, href in chosen[0].options.items() if name != "low")},
                chosen[1].property: link(f"users/{world.other.id}"),
                chosen[2].property: [{"href": chosen[2].options["c"]}],
            },
        },
    )
    after = world.seen("work_packages")
    told = {name for name in before if after[name] != before[name]}
    fields = {"status", "priority", "assignee", "responsible", "parent"}
    fields |= {f"cf:{name}" for name in (*custom, "Severity", "Reviewer", "Labels")}
    assert fields <= told and {"version", "versions"} & told, fields - told


def test_members_roles_texts_and_people_that_are_changed_are_seen(world):
    client = world.target.client
    before = {kind: world.seen(kind) for kind in ("groups", "memberships", "comments", "time_entries", "users")}
    world.patch(f"groups/{world.ids['groups']}", {"_links": {"members": [link(f"users/{world.other.id}")]}})
    (reader,) = (row["id"] for row in client.pages("roles") if row["name"] == "Reader")
    world.patch(f"memberships/{world.ids['memberships']}", {"_links": {"roles": [link(f"roles/{reader}")]}})
    held = client.get(f"activities/{world.ids['comments']}")["comment"]["raw"]
    client.patch(f"activities/{world.ids['comments']}", {"comment": held + "\n\nand more"})
    world.patch(f"time_entries/{world.ids['time_entries']}", {"_links": {"user": link(f"users/{world.other.id}")}})
    client.post(f"users/{world.ids['users']}/lock", {})
    after = {kind: world.seen(kind) for kind in before}
    for kind, field in (
        ("groups", "members"),
        ("memberships", "roles"),
        ("comments", "text"),
        ("time_entries", "user"),
        ("users", "status"),
    ):
        assert before[kind][field] != after[kind][field], (kind, field)


def test_a_scan_reads_back_every_field_of_which_the_ledger_keeps_a_digest(world):
    for kind, effect in world.effects.items():
        loader = world.target.loader(kind)
        wanted = set(loader.image(effect))
        assert wanted <= set(world.seen(kind)), (kind, wanted - set(world.seen(kind)))
