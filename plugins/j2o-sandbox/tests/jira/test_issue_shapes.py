"""What stands in an issue on each edition: sprints, epics, parents, rich text, attachments."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List

SPRINT, EPIC_LINK = "customfield_10104", "customfield_10101"


def issues(jira: Any, *fields: str, expand: str = "") -> List[Dict[str, Any]]:
    more = {"expand": expand} if expand else {}
    found = jira.search("project in (SHOP, OPS)", fields=",".join(fields), maxResults=100, **more)["issues"]
    return list(found)


def test_sprints_are_java_strings_on_server(server: Any) -> None:
    values = [value for issue in issues(server, SPRINT) for value in issue["fields"][SPRINT] or ()]
    assert values and all(value.startswith("com.atlassian.greenhopper.service.sprint.Sprint@") for value in values)
    assert any(re.search(r"\[id=\d+,", value) for value in values), "id first"
    assert any(re.search(r",id=\d+\]$", value) for value in values), "id last"
    assert any("[fix, polish] a=b" in value for value in values), "names with commas, brackets and equals signs"
    assert any("completeDate=<null>" in value for value in values)
    assert all(re.search(r"state=(ACTIVE|CLOSED|FUTURE)", value) for value in values)


def test_sprints_are_objects_on_cloud(cloud: Any) -> None:
    values = [value for issue in issues(cloud, SPRINT) for value in issue["fields"][SPRINT] or ()]
    assert values and all({"id", "name", "state", "boardId", "goal"} <= set(value) for value in values)
    assert {value["state"] for value in values} <= {"active", "closed", "future"}


def test_epics_are_a_custom_field_on_server_and_a_parent_on_cloud(server: Any, cloud: Any) -> None:
    linked = [issue for issue in issues(server, EPIC_LINK, "parent", "issuetype") if issue["fields"][EPIC_LINK]]
    assert linked and all("parent" not in issue["fields"] for issue in linked)
    for issue in issues(server, "parent", "issuetype"):
        assert ("parent" in issue["fields"]) == issue["fields"]["issuetype"]["subtask"]
    found = issues(cloud, EPIC_LINK, "parent", "issuetype")
    kinds = {i["fields"]["parent"]["fields"]["issuetype"]["name"] for i in found if "parent" in i["fields"]}
    assert "Epic" in kinds and len(kinds) > 1
    team = [issue for issue in found if issue["key"].startswith("OPS")]
    assert all(issue["fields"][EPIC_LINK] is None for issue in team), "team-managed projects have the parent alone"


def test_sub_tasks_stand_under_their_parents(jira: Any) -> None:
    found = {issue["key"]: issue["fields"] for issue in issues(jira, "parent", "subtasks", "issuetype")}
    subtasks = {key: fields for key, fields in found.items() if fields["issuetype"]["subtask"]}
    assert subtasks
    for key, fields in subtasks.items():
        assert key in {entry["key"] for entry in found[fields["parent"]["key"]]["subtasks"]}


def test_bodies_are_documents_in_version_three_and_wiki_in_version_two(server: Any, cloud: Any) -> None:
    wiki = [issue["fields"]["description"] for issue in issues(server, "description")]
    assert all(isinstance(body, str) for body in wiki if body is not None)
    text = "\n".join(body for body in wiki if body)
    for piece in ("{code:", "||Percentile||", "[~", "* ", "h2. ", "\r\n", "|thumbnail!"):
        assert piece in text
    documents = [issue["fields"]["description"] for issue in issues(cloud, "description")]
    assert all(body["type"] == "doc" and body["version"] == 1 for body in documents if body)
    kinds = set(re.findall(r'"type": "(\w+)"', json.dumps(documents)))
    assert kinds >= {"paragraph", "heading", "codeBlock", "bulletList", "table", "mention", "mediaSingle", "hardBreak"}


def test_mentions_name_logins_on_server_and_accounts_on_cloud(server: Any, cloud: Any) -> None:
    logins = {person["name"] for person in server.read("user/search", username=".", includeInactive="true")}
    text = json.dumps(issues(server, "description", "comment"))
    assert set(re.findall(r"\[~([^\]]+)\]", text)) <= logins
    accounts = {person["accountId"] for person in cloud.read("users/search")}
    found = cloud.get(
        "/rest/api/2/search/jql", jql="project in (SHOP, OPS)", fields="description,comment", maxResults=100
    )
    mentioned = set(re.findall(r"\[~accountid:([^\]]+)\]", found.text))
    assert mentioned and mentioned <= accounts
    ids = set(re.findall(r'"mention", "attrs": \{"id": "([^"]+)"', json.dumps(issues(cloud, "description", "comment"))))
    assert ids and ids <= accounts


def test_media_ids_are_not_attachment_ids_and_rendered_fields_help(cloud: Any) -> None:
    for issue in issues(cloud, "description", "attachment", expand="renderedFields"):
        media = re.findall(r'"type": "file", "id": "([^"]+)"[^}]*"alt": "([^"]+)"', json.dumps(issue["fields"]))
        if media:
            ids = {entry["id"]: entry["filename"] for entry in issue["fields"]["attachment"]}
            assert media[0][0] not in ids and media[0][1] in ids.values()
            found = re.search(r"/attachment/content/(\d+)", issue["renderedFields"]["description"])
            assert found is not None and ids[found[1]] == media[0][1]
            return
    raise AssertionError("no issue shows an image")


def test_hostile_text_comes_as_it_was_typed(server: Any) -> None:
    text = "\n".join(str(issue["fields"]) for issue in issues(server, "summary", "description", "comment"))
    for piece in (
        "{{ 7*7 }}",
        "<script>alert('not executed')</script>",
        "\\x1b[31m",
        "\U0001f680",
        "שלום",
        "snake_case_name",
    ):
        assert piece in text


def test_comments_may_lack_a_body_and_share_a_second(kept: Any) -> None:
    jira = kept(edition="server", issues=300, projects=1)
    found = jira.search("project = SHOP", fields="comment", maxResults=1000)["issues"]
    pages = [issue["fields"]["comment"]["comments"] for issue in found]
    assert any("body" not in entry for page in pages for entry in page)
    assert any(one["created"] == two["created"] for page in pages for one, two in zip(page, page[1:]))
    assert any(entry["updated"] != entry["created"] for page in pages for entry in page)


def test_custom_values_have_the_shape_of_their_type(kept: Any) -> None:
    jira = kept(edition="server", issues=300, projects=1)
    found = jira.search("project = SHOP", fields="*all", maxResults=1000)["issues"]
    values: Dict[str, Any] = {}
    for issue in found:
        for name, value in issue["fields"].items():
            if value is not None:
                values.setdefault(name, value)
    by_name = {entry["name"]: values[entry["id"]] for entry in jira.read("field") if entry["id"] in values}
    assert {"self", "id", "value"} <= set(values["customfield_10200"])
    assert isinstance(by_name["Platforms"], list) and by_name["Platforms"][0]["value"]
    assert by_name["Area"]["value"] and any("child" in (issue["fields"]["customfield_10202"] or {}) for issue in found)
    assert isinstance(by_name["Story Points"], float)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", by_name["Start date"])
    assert by_name["Deployed at"].endswith("+0100")
    assert by_name["Reviewer"]["name"] and by_name["Testers"][0]["name"]
    assert by_name["Found in"]["self"].endswith(by_name["Found in"]["id"])
    assert by_name["Account"] == {"id": 7, "key": "ACC-7", "name": "Key accounts"}, "unknown types stay raw"


def test_the_agile_api_gives_boards_sprints_and_refuses_kanban(jira: Any) -> None:
    boards = jira.read("/rest/agile/1.0/board")["values"]
    assert {board["type"] for board in boards} == {"scrum", "kanban"}
    kanban = next(board for board in boards if board["type"] == "kanban")
    answer = jira.get(f"/rest/agile/1.0/board/{kanban['id']}/sprint")
    assert (answer.status_code, answer.json()["errorMessages"]) == (400, ["The board doesn't support sprints"])
    sprints = jira.read("/rest/agile/1.0/board/1/sprint")["values"]
    assert {sprint["state"] for sprint in sprints} == {"future", "active", "closed"}
    future = next(sprint for sprint in sprints if sprint["state"] == "future")
    assert "startDate" not in future and "completeDate" not in future
    configuration = jira.read("/rest/agile/1.0/board/1/configuration")
    assert configuration["estimation"]["field"]["displayName"] == "Story Points"
    assert configuration["ranking"]["rankCustomFieldId"] == 10105
    assert configuration["columnConfig"]["columns"][0]["statuses"]
    total = sum(jira.read(f"/rest/agile/1.0/sprint/{sprint['id']}/issue")["total"] for sprint in sprints)
    assert total > 0
    assert jira.read("/rest/agile/1.0/board/1/epic")["values"]


def test_agile_issues_tell_sprints_epic_and_flag(jira: Any) -> None:
    found = jira.search("project = SHOP AND 'Epic Link' is not EMPTY AND sprint is not EMPTY", fields="key")["issues"]
    fields = jira.read(f"/rest/agile/1.0/issue/{found[0]['id']}")["fields"]
    assert {"sprint", "closedSprints", "epic", "flagged"} <= set(fields)
    assert fields["epic"]["key"] == fields[EPIC_LINK]
