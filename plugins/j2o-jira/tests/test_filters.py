"""Saved filters and dashboards, as each edition shows them."""

from __future__ import annotations

from j2o_core.api import Selection
from j2o_jira.dashboards import Dashboards
from j2o_jira.filters.extractor import Filters


def filters(client, **options):
    return Filters(client, "acme", "queries", options)


def pages(extractor):
    return list(extractor.pages(Selection(), "all", None))


def by_name(extractor):
    (page,) = pages(extractor)
    assert all(record.key == f"{record.data['name']} ({record.data['jql']})" for record in page.records)
    return {record.data["name"]: record.data for record in page.records}


def test_cloud_gives_an_administrator_the_filters_of_everybody(sandbox, connect):
    server = sandbox("cloud")
    found = by_name(filters(connect(server.url, server.auth)))
    assert {"Everything open", "Bugs of the team", "My drafts"} < set(found)
    assert (found["My drafts"]["shared"], found["My drafts"]["own"]) == (False, False)
    assert (found["Bugs of the team"]["shared"], found["Bugs of the team"]["where"]) == (
        True,
        {"type": {"is": ["Bug"]}},
    )
    assert found["Everything open"]["where"] == {"status": {"state": "open"}}
    assert found["My drafts"]["me"] == ["assignee"]
    boards = [data for name, data in found.items() if name.startswith("Filter for")]
    for data in boards:
        assert (data["own"], data["order"]["by"]) == (True, ["rank"])
        assert bool(data["project"]) != bool(data["where"]), "one project beside the conditions, several among them"
    assert all(data["owner"]["accountId"] and data["views"][0]["id"] == data["id"] for data in found.values())


def test_server_lists_favourites_and_what_is_named(sandbox, connect):
    server = sandbox("server")
    client = connect(server.url, server.auth)
    (page,) = pages(filters(client, ids=[10901, "10902"]))
    favourites, of_boards = ["10400", "10900"], ["10401", "10402"]
    assert [record.origin.id for record in page.records] == sorted([*favourites, *of_boards])
    assert {(problem.code, problem.key) for problem in page.problems} == {("J2O-X030", "10901"), ("J2O-X030", "10902")}
    assert all("let its owner share it" in problem.message for problem in page.problems)


def test_on_server_the_filters_of_boards_over_other_projects_are_not_read(sandbox, connect):
    server = sandbox("server")
    client = connect(server.url, server.auth)
    (page,) = filters(client).pages(Selection(("SHOP",)), "all", None)
    assert [record.origin.id for record in page.records] == ["10400", "10402", "10900"]


def test_a_project_is_meant_by_its_key_before_another_by_its_name(sandbox, connect, monkeypatch):
    server = sandbox("server")
    client = connect(server.url, server.auth)
    rows = [{"id": "1", "key": "OPS", "name": "Operations"}, {"id": "2", "key": "NEW", "name": "Ops"}]
    monkeypatch.setattr(client, "projects", lambda selection: rows)
    assert filters(client).known().projects == {"operations": "1", "ops": "1", "new": "2", "1": "1", "2": "2"}


def test_two_readings_are_equal_and_hold_no_addresses(jira, jira_server):
    first, second = ([record.digest for record in pages(filters(jira))[0].records] for _ in range(2))
    assert first == second
    assert jira_server.url not in str(by_name(filters(jira)))


def test_dashboards_are_listed_with_what_each_edition_tells(jira, jira_server):
    (page,) = pages(Dashboards(jira, "acme", "dashboards", {}))
    found = {record.data["name"]: record.data for record in page.records}
    assert list(found) == ["System dashboard", "Team"]
    told = page.records[1].key.partition(" (")[2]
    assert told == ("" if jira_server.edition == "server" else "Admin User: Filter results, Pie chart, Activity)")
    if jira_server.edition == "cloud":
        assert found["Team"]["owner"]["accountId"]
        assert found["Team"]["gadgets"] == ["Filter results", "Pie chart", "Activity"]
    else:
        assert found["Team"] == {"id": "10801", "name": "Team", "owner": None, "gadgets": None}
