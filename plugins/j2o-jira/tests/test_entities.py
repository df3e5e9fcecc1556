"""Users, groups, projects, members and versions, and the children of issues."""

from __future__ import annotations

import re

import cerberus
import pytest

from j2o_core.api import Extractor, Origin, Record, Selection
from j2o_core.testing.scripted_server import say_json
from j2o_jira.attachments import Attachments
from j2o_jira.groups import Groups
from j2o_jira.issues.extractor import Issues
from j2o_jira.members import Members, Participants
from j2o_jira.people import People
from j2o_jira.projects import Projects, Versions
from j2o_jira.record_schemas import RECORDS
from j2o_jira.users import Users
from j2o_jira.watchers import Watchers


def make(kind: type[Extractor], client, **options) -> Extractor:
    return kind(client, "acme", kind.name.partition(".")[2], options)


def test_the_directory_holds_active_and_inactive_users(jira, jira_server, read):
    found = read(make(Users, jira))
    rows = jira_server.state("users")
    listed = {row.get("accountId") or row["key"]: row for row in rows}
    assert {record.origin.id for record in found} <= set(listed)
    assert len(found) > 10
    assert any(record.data["active"] is False for record in found)
    active = read(make(Users, jira, inactive=False))
    assert {record.origin.id for record in active} == {r.origin.id for r in found if r.data["active"] is not False}


def test_a_user_is_known_by_every_name(jira, read):
    for record in read(make(Users, jira)):
        data = record.data
        assert record.origin.id == (data.get("accountId") or data["key"])
        for name in (data.get("accountId"), data.get("key"), data.get("name")):
            assert name is None or name in record.aliases
        mail = data.get("emailAddress")
        assert not mail or mail.lower() in record.aliases


def test_reading_the_directory_goes_on_where_it_stopped(jira):
    extractor = make(Users, jira)
    (page,) = extractor.pages(Selection(), "all", None)
    assert not list(extractor.pages(Selection(), "all", page.cursor))


def test_groups_have_their_members(jira, jira_server, read):
    rows = {
        row["name"]: {m.get("accountId") or m["key"] for m in row["members"]} for row in jira_server.state("groups")
    }
    found = {
        r.data["name"]: {m.get("accountId") or m["key"] for m in r.data["members"]} for r in read(make(Groups, jira))
    }
    assert found == rows
    extractor = make(Groups, jira)
    pages = list(extractor.pages(Selection(), "all", None))
    rest = list(extractor.pages(Selection(), "all", pages[1].cursor))
    assert [page.records[0].key for page in rest] == [page.records[0].key for page in pages[2:]]


def test_whoever_may_not_read_groups_is_told_so(sandbox, connect):
    server = sandbox("server")
    reader = connect(server.url, {"user": "reader", "password": "j2o-sandbox-reader-password"})
    problems = [problem for page in make(Groups, reader).pages(Selection(), "all", None) for problem in page.problems]
    assert problems
    assert all("cannot be read" in problem.message for problem in problems)


def test_a_directory_that_may_not_be_read_is_told_and_stops_nothing(scripted, connect):
    scripted.answer = lambda asked: (
        say_json({"deploymentType": "Server"}) if "serverInfo" in asked.path else say_json({"message": "no"}, 403)
    )
    (page,) = make(Users, connect(scripted.url)).pages(Selection(), "all", None)
    assert not page.records
    assert "people are found in issues alone" in page.problems[0].message


def test_archived_projects_are_read_when_named_or_asked_for(scripted, connect, read):
    listed = [{"id": "1", "key": "A", "name": "A"}, {"id": "2", "key": "B", "name": "B", "archived": True}]

    def answer(asked):
        if "serverInfo" in asked.path:
            return say_json({"deploymentType": "Server"})
        return say_json(listed if "/project" in asked.path else {"total": 0, "issues": []})

    scripted.answer = answer
    client = connect(scripted.url)
    assert [record.key for record in read(make(Projects, client))] == ["A"]
    assert [record.key for record in read(make(Projects, client), Selection(("B",)))] == ["B"]
    assert [record.key for record in read(make(Projects, client, archived=True))] == ["A", "B"]
    (division,) = make(Issues, client).divide(Selection(("B",)), "B", None)
    assert "archived" in division.problems[0].message


def test_projects_are_known_by_former_keys(jira, read):
    records = {record.key: record for record in read(make(Projects, jira))}
    assert set(records) == {"SHOP", "OPS"}
    assert "SHOPOLD" in records["SHOP"].aliases
    assert records["SHOP"].data["lead"]["displayName"]
    assert Projects.aliases({"id": "10000", "key": "SHOP"}) == ("10000", "SHOP")


def test_what_a_project_was_called_had_a_page(jira):
    projects = make(Projects, jira)
    assert projects.former_key("shopold") == "SHOPOLD"
    assert projects.former_key("10000") == ""


def test_projects_tell_their_former_keys_and_components(jira, read):
    records = {record.key: record.data for record in read(make(Projects, jira))}
    assert records["SHOP"]["formerKeys"] == ["SHOPOLD"]
    assert "formerKeys" not in records["OPS"]
    components = records["SHOP"]["components"]
    assert len(components) == 5
    assert any(re.fullmatch(r"Checkout \(All about checkout; .+\)", told) for told in components), components
    assert "Search" in components


def test_versions_name_their_project(jira, jira_server, read):
    found = read(make(Versions, jira))
    assert {record.origin.id for record in found} == {str(row["id"]) for row in jira_server.state("versions")}
    assert {record.data["project"]["key"] for record in found} == {"SHOP", "OPS"}


def test_members_and_participants_merge(jira, records, read):
    members = {record.origin.id: record for record in read(make(Members, jira))}
    assert any("group" in record.data for record in members.values())
    assert all(record.data["roles"] for record in members.values())
    taking_part = {part.id: part for record in records for part in Participants().split(record)}
    assert set(taking_part) & set(members)
    for part in taking_part.values():
        assert (
            part.id
            == f"{part.data['project']['id']}:user:{part.data['user'].get('accountId') or part.data['user']['key']}"
        )
        assert part.data["roles"] == []


def test_everybody_who_appears_anywhere_is_found(records):
    found = {part.id: part for record in records for part in People().split(record)}
    for record in records:
        fields = record.data["fields"]
        people = [fields["assignee"], fields["reporter"], fields["creator"], *fields["watches"].get("watchers", ())]
        people += [entry.get("author") for entry in fields["comment"]["comments"] + fields["worklog"]["worklogs"]]
        people += [attachment.get("author") for attachment in fields["attachment"]]
        people += [history.get("author") for history in record.data["changelog"]["histories"]]
        for person in people:
            if person:
                assert (person.get("accountId") or person.get("key") or person["name"]) in found
    assert People.shared
    assert People.label({"displayName": "Fred"}) == "Fred"


def test_splitting_twice_gives_the_same(records):
    for splitter in (People(), Participants(), Watchers(), Attachments()):
        for record in records[:20]:
            assert list(splitter.split(record)) == list(splitter.split(record))


def test_watchers_are_children_of_their_issue(records):
    for record in records:
        parts = list(Watchers().split(record))
        assert len(parts) == len(record.data["fields"]["watches"].get("watchers", ()))
        assert all(part.id.startswith(f"{record.origin.id}:") for part in parts)


@pytest.mark.parametrize("kind", [Users, Groups, Projects, Members, Versions])
def test_records_satisfy_their_schema(jira, read, kind):
    validator = cerberus.Validator(RECORDS[kind.name], allow_unknown=True)
    for record in read(make(kind, jira)):
        assert validator.validate(dict(record.data), normalize=False), (record.key, validator.errors)


def test_issues_and_their_children_satisfy_their_schemas(records):
    issue = cerberus.Validator(RECORDS["jira.issues"], allow_unknown=True)
    children = [
        (splitter, cerberus.Validator(RECORDS[splitter.name], allow_unknown=True))
        for splitter in (People(), Participants(), Watchers(), Attachments())
    ]
    for record in records:
        assert issue.validate(dict(record.data), normalize=False), (record.key, issue.errors)
        for splitter, validator in children:
            for part in splitter.split(record):
                assert validator.validate(dict(part.data), normalize=False), (part.key, validator.errors)


def test_a_schema_finds_what_no_later_stage_can_use():
    validator = cerberus.Validator(RECORDS["jira.issues"], allow_unknown=True)
    assert not validator.validate({"id": "1", "key": "A-1"}, normalize=False)
    assert not validator.validate({"id": "1", "key": "A-1", "fields": {"project": {}}}, normalize=False)


def test_an_issue_without_children_has_none():
    record = Record(Origin("acme", "issues", "1"), "A-1", {"id": "1", "key": "A-1", "fields": {"attachment": None}})
    for splitter in (People(), Participants(), Watchers(), Attachments()):
        assert list(splitter.split(record)) == []


def roles_of(actors, person):
    """A server with one project, one role with these actors, and an answer about each user."""

    def answer(asked):
        if "serverInfo" in asked.path:
            return say_json({"deploymentType": "Server"})
        if asked.path.endswith("/project/A"):
            return say_json({"id": "1", "key": "A", "name": "A"})
        if asked.path.endswith("/role"):
            return say_json({"Developers": "https://jira.example/rest/api/2/project/A/role/7"})
        if asked.path.endswith("/role/7"):
            return say_json({"actors": actors})
        return person(asked)

    return answer


USER_ACTOR = {"type": "atlassian-user-role-actor", "name": "ann", "displayName": "Ann Lee"}


def test_a_member_whom_jira_hides_is_taken_by_name_and_told(scripted, connect):
    scripted.answer = roles_of([USER_ACTOR], lambda asked: say_json({"errorMessages": ["no"]}, 403))
    client = connect(scripted.url)
    (page,) = make(Members, client).pages(Selection(), "A", None)
    (record,) = page.records
    assert record.data["user"] == {"name": "ann", "displayName": "Ann Lee"}
    ((code, message),) = [(problem.code, problem.message) for problem in page.problems]
    assert code == "J2O-X011" and "Ann Lee in project A cannot be looked up" in message and "403" in message
    assert client.person("ann") is None and client.hidden("ann") is not None


def test_a_member_who_does_not_exist_any_more_is_no_finding(scripted, connect):
    asked_for = []

    def person(asked):
        asked_for.append(asked.path)
        return say_json({"errorMessages": ["no such user"]}, 404)

    scripted.answer = roles_of([USER_ACTOR, USER_ACTOR], person)
    client = connect(scripted.url)
    (page,) = make(Members, client).pages(Selection(), "A", None)
    assert [record.key for record in page.records] == ["A: ann"]
    assert not page.problems
    assert client.hidden("ann") is None and len(asked_for) == 1


def test_an_actor_of_an_app_is_left_out_and_told(scripted, connect):
    actor = {"type": "com.example.app-role-actor", "name": "bot", "displayName": "Deploy Bot"}
    scripted.answer = roles_of([actor], lambda asked: say_json({}, 404))
    (page,) = make(Members, connect(scripted.url)).pages(Selection(), "A", None)
    assert not page.records
    ((code, message),) = [(problem.code, problem.message) for problem in page.problems]
    assert code == "J2O-X010"
    assert "Deploy Bot in the role Developers of project A is neither a user nor a group" in message


def test_members_and_versions_of_archived_projects_are_read_with_the_projects(scripted, connect):
    listed = [{"id": "1", "key": "A", "name": "A"}, {"id": "2", "key": "B", "name": "B", "archived": True}]
    scripted.answer = lambda asked: say_json({"deploymentType": "Server"} if "serverInfo" in asked.path else listed)
    client = connect(scripted.url)
    members, versions = make(Members, client), make(Versions, client)
    assert [list(one.slices(Selection())) for one in (members, versions)] == [["A"], ["A"]]
    make(Projects, client, archived=True)
    assert [list(one.slices(Selection())) for one in (members, versions)] == [["A", "B"], ["A", "B"]]
