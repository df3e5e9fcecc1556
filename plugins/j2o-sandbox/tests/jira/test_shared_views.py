"""Filters and dashboards: what their owners share, and what each edition lists."""

from __future__ import annotations

from typing import Any, List

EXPAND = "owner,jql,sharePermissions,favourite,viewUrl"


def names(page: Any) -> List[str]:
    return [entry["name"] for entry in page["values"]]


def test_filters_can_be_listed_on_cloud_alone(server: Any, cloud: Any) -> None:
    assert cloud.read("filter/search")["total"] == 4, "three of boards, and one that everybody sees"
    assert server.get("filter/search").status_code == 404
    assert [entry["id"] for entry in server.read("filter/favourite")] == ["10400", "10900"]
    assert server.read("filter/10401")["jql"].startswith("project = OPS")


def test_lists_of_filters_name_nothing_but_what_is_expanded(cloud: Any) -> None:
    assert set(cloud.read("filter/search")["values"][0]) == {"self", "id", "name"}
    entry = cloud.read("filter/search", expand=EXPAND)["values"][0]
    assert entry["owner"]["accountId"] and entry["jql"] and entry["favourite"] is True
    assert entry["sharePermissions"][0]["project"]["key"] == "SHOP"
    assert cloud.get("filter/search", expand="nonsense").status_code == 400


def test_filters_of_others_are_seen_where_they_are_shared_with_oneself(cloud: Any) -> None:
    assert "Everything open" in names(cloud.read("filter/search"))
    assert not {"Bugs of the team", "My drafts"} & set(names(cloud.read("filter/search")))
    assert cloud.get("filter/search", auth=None).json()["values"] == []


def test_an_administrator_may_override_what_is_not_shared(cloud: Any) -> None:
    everything = cloud.read("filter/search", overrideSharePermissions="true", expand=EXPAND)
    assert {"Bugs of the team", "My drafts"} <= set(names(everything))
    shares = {entry["name"]: [share["type"] for share in entry["sharePermissions"]] for entry in everything["values"]}
    assert shares["Everything open"] == ["loggedin"] and shares["My drafts"] == []
    assert shares["Bugs of the team"] == ["group"]
    assert cloud.get("filter/10902").status_code == 400
    assert cloud.read("filter/10902", overrideSharePermissions="true")["name"] == "My drafts"
    refused = cloud.get("filter/search", auth="reader", overrideSharePermissions="true")
    assert refused.status_code == 400


def test_on_server_not_even_an_administrator_reaches_what_is_not_shared(server: Any) -> None:
    answer = server.get("filter/10902", overrideSharePermissions="true")
    assert answer.status_code == 400
    assert answer.json()["errorMessages"][0].startswith("The selected filter is not available to you")
    assert server.get("filter/999").status_code == 400, "the same for one that does not exist"


def test_filters_are_found_by_owner_name_and_id(cloud: Any) -> None:
    owner = cloud.read("filter/10900")["owner"]["accountId"]
    assert names(cloud.read("filter/search", accountId=owner)) == ["Everything open"]
    assert names(cloud.read("filter/search", filterName="everything OP")) == ["Everything open"]
    assert cloud.read("filter/search", id=["10400", "10401"])["total"] == 2
    assert cloud.get("filter/search", id=[str(number) for number in range(201)]).status_code == 400


def test_dashboards_come_by_page(jira: Any) -> None:
    page = jira.read("dashboard", maxResults=1)
    assert (page["total"], page["startAt"], page["maxResults"]) == (2, 0, 1)
    second = jira.request("GET", page["next"]).json()
    assert [entry["name"] for entry in (*page["dashboards"], *second["dashboards"])] == ["System dashboard", "Team"]
    assert "next" not in second and second["prev"]
    assert jira.get("dashboard", startAt=-1).status_code == 400


def test_dashboards_are_chosen_by_owner_and_favour_and_not_seen_unless_shared(jira: Any) -> None:
    assert [entry["id"] for entry in jira.read("dashboard", filter="my")["dashboards"]] == ["10801"]
    assert [entry["id"] for entry in jira.read("dashboard", filter="favourite")["dashboards"]] == ["10801"]
    assert jira.get("dashboard", filter="nonsense").status_code == 400
    assert jira.read("dashboard/10801")["name"] == "Team"
    assert jira.get("dashboard/10802").status_code == 404


def test_gadgets_have_an_address_on_cloud_alone(server: Any, cloud: Any) -> None:
    gadgets = cloud.read("dashboard/10801/gadget")["gadgets"]
    assert [gadget["title"] for gadget in gadgets] == ["Filter results", "Pie chart", "Activity"]
    assert all("moduleKey" in gadget or "uri" in gadget for gadget in gadgets)
    assert gadgets[1]["position"] == {"row": 0, "column": 1}
    assert [one["id"] for one in cloud.read("dashboard/10801/gadget", gadgetId="10702")["gadgets"]] == [10702]
    assert cloud.get("dashboard/10802/gadget").status_code == 404
    assert server.get("dashboard/10801/gadget").status_code == 404
    assert set(server.read("dashboard/10801")) == {"id", "name", "self", "view"}
