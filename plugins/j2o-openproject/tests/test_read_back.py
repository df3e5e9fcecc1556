"""What somebody changes on the target is told by verification: every field of every kind."""

from __future__ import annotations

import itertools

import pytest

from j2o_core.api import TargetItem
from j2o_core.engine.written import image_digests
from j2o_core.ledger.items import CREATED, Item
from j2o_core.pipeline.verify import ORIGIN_MARK, changed_fields
from j2o_openproject.plugin import LOADERS

#: one worker for all: every one that took part would make a world for itself
pytestmark = pytest.mark.xdist_group("read-back")
NUMBERS = itertools.count(1)
KINDS = {kind.name.partition(".")[2]: kind for kind in LOADERS}


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
        self.answers = {"work_packages": target.loader("work_packages").create(self.issue)}
        self.item = TargetItem("work_packages", self.answers["work_packages"].id, self.issue.key)
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
            "sprints": target.effect(
                "sprints",
                {"project": self.project, "name": f"S{number}", "description": "goal", "startDate": "2024-01-01",
                 "endDate": "2024-01-14"},
                id=f"1:{number}",
            ),
            "placeholder_users": target.effect("placeholder_users", {"name": f"Placeholder {number}"}),
            "watchers": target.effect("watchers", {"user": self.person}, parent=self.item),
            "attachments": target.file(b"content", self.item, description="what it is"),
            "queries": target.effect(
                "queries", {"name": "List", "project": self.project, "state": "open", "sortBy": ["subject"]}
            ),
        }  # fmt: skip
        for kind, effect in self.effects.items():
            self._make(kind, effect)
        query = TargetItem("queries", self.answers["queries"].id, "List")
        self._make("query_views", target.effect("query_views", {"type": "work_packages_table"}, parent=query))
        columns = []
        for name, status in (("To do", "New"), ("Doing", "In progress")):
            asked = {"project": self.project, "projects": [self.project], "name": name, "status": [status]}
            self._make("board_columns", target.effect("board_columns", asked, id=f"7:{next(target.numbers)}"))
            columns.append(TargetItem("board_columns", self.answers["board_columns"].id, name))
        board = {"project": self.project, "name": "Team", "columns": columns}
        self._make("boards", target.effect("boards", board))

    def _made(self, kind, payload):
        return self.target.make(kind, payload)

    def _make(self, kind, effect):
        self.effects[kind] = effect
        if kind != "work_packages":
            self.answers[kind] = self.target.loader(kind).create(effect)

    def id(self, kind):
        return self.answers[kind].id

    def found(self, kind):
        """What a scan reads of the item, as verification does; ``None``: it is not there."""
        scopes = {None: [], "projects": [self.project.id], "work_packages": [self.item.id]}
        loader = self.target.loader(kind)
        found = [one for one in loader.scan(scopes[loader.scan_by]) if one.id == self.id(kind)]
        assert len(found) < 2, kind
        return found[0] if found else None

    def told(self, kind, owned=CREATED, alone=True):
        """The fields that verification tells of."""
        effect, answer = self.effects[kind], self.answers[kind]
        item = Item(kind, effect.origin.id, effect.key, answer.id, owned, image=image_digests(answer.image))
        found = self.found(kind)
        return ["gone"] if found is None else changed_fields(item, found, self.target.loader(kind), set(), alone)

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
        ({"sharing": "system"}, "sharing"),
    ],
    "sprints": [
        ({"name": "Changed sprint"}, "name"),
        ({"description": {"raw": "changed\n{mark}"}}, "description"),
        ({"startDate": "2023-12-31"}, "startDate"),
        ({"endDate": "2024-02-01"}, "endDate"),
        ({"status": "closed"}, "status"),
        ({"sharing": "system"}, "sharing"),
    ],
    "placeholder_users": [({"name": "Changed placeholder"}, "name")],
    "queries": [
        ({"name": "Changed"}, "name"),
        ({"public": True}, "public"),
        ({"starred": True}, "starred"),
        ({"includeSubprojects": True}, "includeSubprojects"),
        ({"_links": {"sortBy": []}}, "sortBy"),
        ({"_links": {"project": {"href": None}}}, "project"),
    ],
    "board_columns": [({"name": "Changed"}, "name"), ({"public": False}, "public")],
    "boards": [({"name": "Changed"}, "name"), ({"widgets": []}, "columns")],
    "time_entries": [
        ({"hours": "PT2H"}, "hours"),
        ({"spentOn": "2019-01-03"}, "spentOn"),
        ({"comment": {"raw": "changed {mark}"}}, "comment"),
    ],
    "relations": [
        ({"description": "changed"}, "description"),
        ({"type": "blocked"}, "from"),
        ({"type": "precedes"}, "type"),
        ({"lag": 3}, "lag"),
    ],
    "work_packages": [
        ({"subject": "Changed"}, "subject"),
        ({"remainingTime": "PT1H"}, "remainingTime"),
        ({"estimatedTime": "PT9H"}, "estimatedTime"),
        ({"startDate": "2024-01-03"}, "startDate"),
        ({"dueDate": "2024-01-08"}, "dueDate"),
    ],
}
#: by what name a kind is asked for
PATHS = {"sprints": "versions", "board_columns": "queries", "boards": "grids"}
CASES = [(kind, body, field) for kind, changes in PLAIN.items() for body, field in changes]


@pytest.mark.parametrize(("kind", "body", "field"), CASES, ids=[f"{kind}-{field}" for kind, _, field in CASES])
def test_a_changed_value_is_told(world, kind, body, field):
    before = world.told(kind)
    assert field not in before and ORIGIN_MARK not in before
    text = next((one for one in body.values() if isinstance(one, dict) and "{mark}" in one.get("raw", "")), None)
    if text is not None:
        loader = world.target.loader(kind)
        mark = loader.marks.ending({"sprints": "s", "time_entries": "w"}[kind], world.effects[kind].origin.id)
        body = {name: {"raw": one["raw"].format(mark=mark)} if one is text else one for name, one in body.items()}
    world.patch(f"{PATHS.get(kind, kind)}/{world.id(kind)}", body)
    assert field in world.told(kind)
    assert ORIGIN_MARK not in world.told(kind)


def test_every_link_and_custom_field_of_a_work_package_that_is_changed_is_told(world):
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
    assert not set(links) & set(world.told("work_packages"))
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
    told = set(world.told("work_packages"))
    fields = {"status", "priority", "assignee", "responsible", "parent"}
    fields |= {f"cf:{name}" for name in (*custom, "Severity", "Reviewer", "Labels")}
    assert fields <= told and {"version", "versions"} & told, fields - told


def test_members_texts_and_people_that_are_changed_are_told(world):
    client = world.target.client
    world.patch(f"groups/{world.id('groups')}", {"_links": {"members": [link(f"users/{world.other.id}")]}})
    held = client.get(f"activities/{world.id('comments')}")["comment"]["raw"]
    client.patch(f"activities/{world.id('comments')}", {"comment": held.replace("2019-01-02", "2020-01-02") + " more"})
    world.patch(f"time_entries/{world.id('time_entries')}", {"_links": {"user": link(f"users/{world.other.id}")}})
    client.post(f"users/{world.id('users')}/lock", {})
    for kind, fields in (
        ("groups", {"members"}),
        ("comments", {"text", "createdAt"}),
        ("time_entries", {"user"}),
        ("users", {"status", "locked"}),
    ):
        assert fields <= set(world.told(kind)), kind


def test_a_time_entry_that_was_moved_to_another_work_package_is_told(world):
    path = f"time_entries/{world.id('time_entries')}"
    world.patch(path, {"_links": {"entity": link(f"work_packages/{world.end.id}")}})
    assert world.told("time_entries") == ["gone"]
    found = next(iter(world.target.loader("time_entries").scan([world.end.id])))
    assert found.image["workPackage"] != world.answers["time_entries"].image["workPackage"]


#: what REST does not change, as an answer of the server shows it: kind, the answer's type, field, what somebody did
ALTERED = (
    ("work_packages", "WorkPackage", "author", lambda row: row["_links"]["author"].update(href="/api/v3/users/99")),
    ("work_packages", "WorkPackage", "createdAt", lambda row: row.update(createdAt="2001-01-01T00:00:00Z")),
    ("projects", "Project", "createdAt", lambda row: row.update(createdAt="2001-01-01T00:00:00Z")),
    ("comments", "Activity::Comment", "internal", lambda row: row.update(internal=True)),
    ("attachments", "Attachment", "fileName", lambda row: row.update(fileName="other.txt")),
    ("attachments", "Attachment", "size", lambda row: row.update(fileSize=3)),
    ("attachments", "Attachment", "md5", lambda row: row["digest"].update(hash="0" * 32)),
    ("attachments", "Attachment", "description", lambda row: row["description"].update(raw="other")),
    ("attachments", "Attachment", ORIGIN_MARK, lambda row: row["description"].update(raw="what it is")),
    ("query_views", "Views::WorkPackagesTable", "type", lambda row: row.update(_type="Views::TeamPlanner")),
    ("boards", "Grid", "kind", lambda row: row["options"].update(type="free", attribute=None)),
    ("boards", "Grid", ORIGIN_MARK, lambda row: row["options"].pop("j2o")),
)


@pytest.mark.parametrize(("kind", "type", "field", "alter"), ALTERED, ids=[f"{one[0]}-{one[2]}" for one in ALTERED])
def test_what_was_changed_past_the_interface_is_told(world, monkeypatch, kind, type, field, alter):
    assert field not in world.told(kind)
    http, number = world.target.client.http, int(world.id(kind))
    read = http.get_json

    def walk(value):
        if isinstance(value, dict):
            if (value.get("_type"), value.get("id")) == (type, number):
                alter(value)
            value = list(value.values())
        for one in value if isinstance(value, list) else ():
            walk(one)
        return value

    def altered(*asked, **options):
        answer = read(*asked, **options)
        walk(answer)
        return answer

    monkeypatch.setattr(http, "get_json", altered)
    assert field in world.told(kind)


def test_a_lost_mark_and_a_lost_link_are_told(world):
    path = f"work_packages/{world.item.id}"
    text = world.target.client.get(path)["description"]["raw"]
    world.patch(path, {"description": {"raw": text.rpartition("\n")[0]}})
    assert {"sourceLink", ORIGIN_MARK} <= set(world.told("work_packages"))
    world.patch(path, {"description": {"raw": text}})
    world.patch(f"time_entries/{world.id('time_entries')}", {"comment": {"raw": "mine"}})
    (found,) = world.target.loader("time_entries").scan([world.item.id, world.end.id])
    assert found.mark is None


def test_what_is_not_there_any_more_is_not_found(world):
    client = world.target.client
    item = world.item.id
    client.delete(f"work_packages/{item}/watchers/{world.id('watchers')}")
    client.patch(f"activities/{world.id('comments')}", {"comment": ""})
    for kind in ("attachments", "relations", "board_columns", "boards", "queries", "sprints", "memberships"):
        client.delete(f"{PATHS.get(kind, kind)}/{world.id(kind)}")
    gone = ("watchers", "comments", "attachments", "relations", "boards", "board_columns", "queries", "query_views",
            "sprints", "memberships")  # fmt: skip
    assert [kind for kind in gone if world.told(kind) != ["gone"]] == []
    client.delete(f"work_packages/{item}")
    assert world.told("work_packages") == ["gone"]


#: fields that no test above changes, and why
UNCHANGING = {
    "relations": {"to": "as from: they are turned together"},
    "versions": {"project": "for ever; a version that is gone from it is told as gone"},
    "sprints": {"project": "likewise"},
    "memberships": {"project": "for ever", "user": "for ever", "roles": "test_roles_read_back"},
    "board_columns": {"project": "tested on queries, which columns are", "filters": "likewise", "starred": "likewise",
                      "sortBy": "likewise", "includeSubprojects": "likewise"},
    "boards": {"project": "for ever"},
    "watchers": {"user": "it is what a watcher is: another one is another watcher"},
    "query_views": {"query": "for ever"},
    "comments": {"author": "stands in the line that createdAt is read from", "updatedAt": "likewise"},
    "queries": {"filters": "tests of queries read each of them back"},
    "projects": {"parent": "a link like the others"},
    "work_packages": {
        "project": "another project's scan finds it: gone from this one",
        "type": "changed with its custom fields",
        "description": "the test of lost links changes it",
        "percentageDone": "reckoned from the hours by the server of these tests",
        "version": "one of the two, by server", "versions": "likewise",
        "sprints": "needs a server's own sprint", "category": "needs a category",
    },
    "time_entries": {"activity": "a link like the others"},
}  # fmt: skip


def test_every_field_that_a_scan_reads_is_changed_above_or_said_to_stay(world):
    by_links = {
        "work_packages": {"status", "priority", "assignee", "responsible", "parent", "sourceLink"},
        "groups": {"members"},
        "comments": {"text", "createdAt"},
        "time_entries": {"user", "workPackage"},
        "users": {"status", "locked"},
    }
    for kind, answer in world.answers.items():
        changed = {field for name, _, field in CASES if name == kind} | by_links.get(kind, set())
        changed |= {field for name, _, field, _ in ALTERED if name == kind}
        held = {name for name in answer.image if not name.startswith("cf:")}
        assert held - changed - set(UNCHANGING.get(kind, ())) == set(), kind
        assert not set(UNCHANGING.get(kind, ())) - held, kind
        wanted = set(world.target.loader(kind).image(world.effects[kind]))
        assert wanted <= set(answer.image), kind
    assert set(world.answers) == set(KINDS)
