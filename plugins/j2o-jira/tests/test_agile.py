"""Boards and sprints: from the agile API in both editions, from issues, and where the API is kept from us."""

from __future__ import annotations

import cerberus
import pytest

from j2o_core.api import Extractor, Origin, Record, Selection
from j2o_core.testing.scripted_server import say_json
from j2o_jira.agile.boards import BoardColumns, Boards
from j2o_jira.agile.sprints import IssueSprints, Sprints, issue_sprints
from j2o_jira.filters.extractor import Filters
from j2o_jira.record_schemas import RECORDS
from j2o_jira.survey.surveyor import JiraSurveyor

TEXT = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f[id={id},rapidViewId=1,state={state},name={name},"
    "startDate=2024-01-01T09:00:00.000Z,endDate={end},completeDate=<null>,sequence=1,goal=a, b=c]"
)


def make(kind: type[Extractor], client) -> Extractor:
    return kind(client, "acme", kind.name.partition(".")[2], {})


def issue(sprints, project=("10000", "A")) -> Record:
    fields = {"project": {"id": project[0], "key": project[1]}, "customfield_1": sprints, "labels": ["x"]}
    return Record(Origin("acme", "work_packages", "1"), "A-1", {"id": "1", "key": "A-1", "fields": fields})


def test_every_sprint_of_every_scrum_board_is_read(jira, read):
    found = read(make(Sprints, jira))
    assert len(found) == 16 and len({record.origin.id for record in found}) == 16
    assert {record.data["project"]["key"] for record in found} == {"SHOP", "OPS"}
    assert {record.data["state"] for record in found} == {"active", "closed", "future"}
    future = next(record.data for record in found if record.data["state"] == "future")
    assert "startDate" not in future and future["board"] == "1"
    assert found[0].key == "SHOP: SHOP sprint 1" and found[0].origin.id == "10000:1000"


def test_sprints_of_one_project_come_without_those_of_another(jira, read):
    found = read(make(Sprints, jira), Selection(("OPS",)))
    assert {record.data["project"]["key"] for record in found} == {"OPS"} and len(found) == 8


def test_issues_tell_of_the_same_sprints_as_boards_do(jira, records, read):
    """Whichever comes first, references lead to the same record."""
    boards = {record.origin.id: record.data for record in read(make(Sprints, jira))}
    parts = {part.id: part.data for record in records for part in IssueSprints().split(record)}
    assert parts and set(parts) <= set(boards)
    for identifier, data in parts.items():
        for name in ("name", "state", "sprint", "goal", "project"):
            assert data.get(name) == boards[identifier].get(name)
    assert IssueSprints.shared


def test_boards_have_their_projects_filter_and_columns(jira, read):
    boards = {record.data["name"]: record.data for record in read(make(Boards, jira))}
    fire = boards["Everything on fire"]
    scrum = next(data for data in boards.values() if data["type"] == "scrum")
    assert scrum["project"]["key"] == "SHOP" and [one["name"] for one in scrum["columns"]] == [
        "To Do",
        "In Progress",
        "Done",
    ]
    assert scrum["filter"]["jql"] == "project = SHOP ORDER BY Rank ASC" and scrum["estimation"] == "Story Points"
    assert scrum["columns"][0]["statuses"][0]["name"] != scrum["columns"][0]["statuses"][0]["id"]
    assert {project["key"] for project in fire["projects"]} == {"SHOP", "OPS"}
    assert fire["columns"][0] == {"id": "3:0", "name": "Backlog", "statuses": []}
    assert fire["columns"][2]["max"] == 5 and fire["limits"] == "issueCount"
    assert fire["subQuery"].startswith("fixVersion")


@pytest.mark.parametrize(
    ("jql", "condition"),
    [
        ("project = A ORDER BY Rank", None),
        ('PROJECT = "My project"', None),
        ("project in (A, B) order by key", None),
        ("", None),
        ("project = A OR assignee = ann", "project = A OR assignee = ann"),
        ("project not in (A)", "project not in (A)"),
        (
            "project = A AND issueFunction in linkedIssuesOf('x')",
            "project = A AND issueFunction in linkedIssuesOf('x')",
        ),
        ("project = A AND statusCategory != Done", "project = A AND statusCategory != Done"),
        ("((", "(("),
    ],
)
def test_what_a_board_shows_beyond_its_projects_is_known(scripted, connect, jql, condition):
    config = {"columnConfig": {"columns": []}, "filter": {"id": "5"}}
    told = agile()

    def answer(asked):
        if "/configuration" in asked.path:
            return say_json(config)
        return say_json({"id": "5", "name": "F", "jql": jql}) if "/filter/5" in asked.path else told(asked)

    scripted.answer = answer
    (page,) = make(Boards, connect(scripted.url)).pages(Selection(), "all", None)
    assert page.records[0].data["filter"] == {"id": "5", "name": "F", "jql": jql}
    assert page.records[0].data["condition"] == condition


def test_what_a_filter_asks_and_lists_of_values_say_is_asked_by_each_column():
    asks = {
        "where": {"type": {"is": ["Bug"]}, "status": {"not": ["Done"]}},
        "me": ["assignee"],
        "empty": [],
        "filled": [],
    }
    columns = [
        {"id": "1:0", "name": "All", "statuses": [{"id": "1", "name": "Open"}, {"id": "2", "name": "done"}]},
        {"id": "1:1", "name": "Done", "statuses": [{"id": "2", "name": "done"}]},
    ]
    data = {"id": "1", "name": "B", "columns": columns, "asks": asks, "projects": []}
    first, second = BoardColumns().split(Record(Origin("acme", "boards", "1"), "B (1)", data))
    assert first.data["where"] == {"type": {"is": ["Bug"]}} and first.data["me"] == ["assignee"]
    assert [one["name"] for one in first.data["statuses"]] == ["Open"] and second.data["statuses"] == []


def test_a_filter_for_types_and_components_is_said_by_lists_of_values(scripted, connect):
    jql = "project = A AND type in (Bug, Task) AND status != Done ORDER BY Rank"
    config = {"columnConfig": {"columns": []}, "filter": {"id": "5"}}
    told = agile()

    def answer(asked):
        if "/configuration" in asked.path:
            return say_json(config)
        return say_json({"id": "5", "name": "F", "jql": jql}) if "/filter/5" in asked.path else told(asked)

    scripted.answer = answer
    (page,) = make(Boards, connect(scripted.url)).pages(Selection(), "all", None)
    data = page.records[0].data
    assert data["condition"] is None
    assert data["asks"]["where"] == {"type": {"is": ["Bug", "Task"]}, "status": {"not": ["Done"]}}


def test_a_board_over_other_projects_alone_is_left_out(jira, read):
    found = read(make(Boards, jira), Selection(("OPS",)))
    assert [record.data["id"] for record in found] == ["2", "3"]
    assert all(record.data["project"]["key"] == "OPS" for record in found)


def test_columns_are_children_that_know_their_board(jira, read):
    for record in read(make(Boards, jira)):
        parts = list(BoardColumns().split(record))
        assert [part.id for part in parts] == [f"{record.origin.id}:{place}" for place in range(len(parts))]
        assert all(part.data["board"]["name"] == record.data["name"] for part in parts)
        assert [part.data["position"] for part in parts] == list(range(len(parts)))
    assert BoardColumns.shared


@pytest.mark.parametrize("kind", [Sprints, Boards])
def test_records_satisfy_their_schema(jira, read, kind):
    validator = cerberus.Validator(RECORDS[kind.name], allow_unknown=True)
    columns = cerberus.Validator(RECORDS["jira.board_columns"], allow_unknown=True)
    for record in read(make(kind, jira)):
        assert validator.validate(dict(record.data), normalize=False), (record.key, validator.errors)
        for part in BoardColumns().split(record) if kind is Boards else ():
            assert columns.validate(dict(part.data), normalize=False), (part.key, columns.errors)


def test_reading_goes_on_after_the_last_board(jira):
    extractor = make(Sprints, jira)
    pages = list(extractor.pages(Selection(), "all", None))
    rest = list(extractor.pages(Selection(), "all", pages[0].cursor))
    assert [page.cursor for page in rest] == [page.cursor for page in pages[1:]]


def test_a_survey_tells_that_there_are_boards(jira):
    remarks = JiraSurveyor(jira).survey(Selection(), 5).remarks
    assert [remark for remark in remarks if remark.startswith("there are 3 boards")]


# ------------------------------------------------------------------ servers of another kind

SERVER = {"deploymentType": "Server"}
PROJECTS = [{"id": "1", "key": "A", "name": "A"}]


def agile(board=None, sprints=None, projects=PROJECTS):
    def answer(asked):
        path = asked.path.partition("?")[0]
        if "serverInfo" in path:
            return say_json(SERVER)
        if path.endswith("/rest/api/2/project"):
            return say_json(PROJECTS)
        if path.endswith("/sprint"):
            return sprints(asked) if callable(sprints) else say_json({"isLast": True, "values": sprints or []})
        if path.endswith("/board"):
            return board or say_json({"isLast": True, "values": [{"id": 7, "name": "Team", "type": "scrum"}]})
        if path.endswith("/board/7/project"):
            return say_json({"isLast": True, "values": projects})
        if path.endswith("/field"):
            return say_json([{"id": "issuetype", "name": "Issue Type"}])
        if path.endswith("/status"):
            return say_json([{"id": "3", "name": "Open"}])
        return say_json({"errorMessages": ["no"]}, 403)

    return answer


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("kind", [Sprints, Boards])
def test_where_the_agile_api_is_not_there_that_is_told(scripted, connect, kind, status):
    scripted.answer = agile(board=say_json({"message": "no"}, status))
    (page,) = make(kind, connect(scripted.url)).pages(Selection(), "all", None)
    assert not page.records and [problem.code for problem in page.problems] == ["J2O-X020"]


@pytest.mark.parametrize("status", [400, 403])
def test_a_board_without_sprints_is_no_finding_and_a_hidden_one_is(scripted, connect, status):
    scripted.answer = agile(
        sprints=lambda asked: say_json({"errorMessages": ["The board doesn't support sprints"]}, status)
    )
    (page,) = make(Sprints, connect(scripted.url)).pages(Selection(), "all", None)
    assert not page.records
    assert [problem.code for problem in page.problems] == ([] if status == 400 else ["J2O-X023"])


def test_pages_of_sprints_end_where_they_say_although_there_is_no_total(scripted, connect):
    def sprints(asked):
        start = int(asked.path.partition("startAt=")[2].partition("&")[0])
        values = [
            {"id": number, "name": f"S{number}", "state": "closed"} for number in range(start, min(start + 20, 45))
        ]
        return say_json({"maxResults": 20, "startAt": start, "isLast": start + 20 >= 45, "values": values})

    scripted.answer = agile(sprints=sprints)
    (page,) = make(Sprints, connect(scripted.url)).pages(Selection(), "all", None)
    assert [record.data["sprint"] for record in page.records] == [str(number) for number in range(45)]


def test_a_sprint_that_two_boards_show_comes_once(scripted, connect):
    shown = [{"id": 1, "name": "S", "state": "future", "originBoardId": 7}]
    boards = [{"id": 6, "name": "Other", "type": "scrum"}, {"id": 7, "name": "Team", "type": "scrum"}]
    scripted.answer = agile(board=say_json({"isLast": True, "values": boards}), sprints=shown)
    pages = list(make(Sprints, connect(scripted.url)).pages(Selection(), "all", None))
    assert [len(page.records) for page in pages] == [0, 1]


def test_what_cannot_be_read_of_a_board_is_told(scripted, connect):
    scripted.answer = agile()
    (page,) = make(Boards, connect(scripted.url)).pages(Selection(), "all", None)
    (record,) = page.records
    assert record.data["columns"] == [] and record.data["project"]["key"] == "A"
    assert [problem.code for problem in page.problems] == ["J2O-X021"]


# ------------------------------------------------------------------ what issues tell


def test_sprints_in_the_text_form_of_old_servers_are_read():
    text = TEXT.format(id=5, state="CLOSED", name="Sprint [5], a=b", end="2024-01-15T09:00:00.000Z")
    (part,) = IssueSprints().split(issue([text, text]))
    assert part.id == "10000:5" and part.key == "A: Sprint [5], a=b"
    assert part.data["state"] == "closed" and part.data["goal"] == "a, b=c" and "completeDate" not in part.data


def test_fields_that_look_alike_are_no_sprints():
    """A status category has a state, a team a name, a deployment both."""
    for value in (
        [{"id": 1, "name": "x"}],
        [{"id": 1, "state": "closed"}],
        [{"name": "x", "state": "open", "id": 2}],
        ["x"],
    ):
        assert list(IssueSprints().split(issue(value))) == []


def test_the_active_sprint_counts_first_then_the_next_then_the_last_that_ended():
    def sprint(id, state, end):
        return TEXT.format(id=id, state=state, name=f"S{id}", end=end)

    value = [
        sprint(1, "CLOSED", "2024-01-15T09:00:00.000Z"),
        sprint(2, "CLOSED", "2024-02-15T09:00:00.000Z"),
        sprint(4, "FUTURE", "<null>"),
        sprint(3, "ACTIVE", "2024-03-15T09:00:00.000Z"),
    ]
    found = issue_sprints(value, {"id": "9", "key": "A"})
    assert [one["id"] for one in found] == ["9:3", "9:4", "9:2", "9:1"]
    assert Sprints.label(found[0]) == "S3 (active)" and Sprints.aliases(found[0]) == ("9:3",)
    assert issue_sprints(None, {"id": "9"}) == [] and issue_sprints("free text", {"id": "9"}) == []


def test_what_boards_are_set_up_with_is_asked_for_once_for_boards_and_their_filters(sandbox, connect, read):
    server = sandbox("server", seed=7, issues=5)
    client = connect(server.url, server.auth)
    before = server.requests()
    boards = read(make(Boards, client))
    read(Filters(client, "acme", "queries", {}))
    asked = {
        name: number - before.get(name, 0)
        for name, number in server.requests().items()
        if name.endswith(("/board/{id}/configuration", "/filter/{id}"))
    }
    assert sum(number for name, number in asked.items() if "configuration" in name) == len(boards) > 1
    assert sum(number for name, number in asked.items() if "filter" in name) == len(
        {record.data["filter"]["id"] for record in boards}
    )
