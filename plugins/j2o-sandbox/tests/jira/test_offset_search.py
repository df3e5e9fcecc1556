"""Search on Server and Data Center."""

from __future__ import annotations

from typing import Any, List


def test_pages_advance_by_offset_and_tell_the_total(server: Any) -> None:
    page = server.search("project = SHOP ORDER BY key ASC", startAt=5, maxResults=3)
    assert (page["startAt"], page["maxResults"], len(page["issues"])) == (5, 3, 3)
    assert page["total"] == len(server.keys("project = SHOP"))


def test_page_sizes_are_capped_in_silence(fresh: Any) -> None:
    jira = fresh(edition="server")
    jira.behave(page_cap=10)
    page = jira.search("project = SHOP", maxResults=500)
    assert page["maxResults"] == 10 and len(page["issues"]) == 10 < page["total"]


def test_search_gives_navigable_fields_by_default_and_issues_give_all(server: Any) -> None:
    found = server.search("key = SHOP-1")["issues"][0]["fields"]
    alone = server.read("issue/SHOP-1")["fields"]
    for name in ("comment", "attachment", "worklog", "timetracking"):
        assert name not in found and name in alone
    assert "summary" in found and "customfield_10104" in found


def test_fields_are_chosen_and_excluded_by_name(server: Any) -> None:
    assert set(server.search("key = SHOP-1", fields="summary,status,nonsense")["issues"][0]["fields"]) == {
        "summary",
        "status",
    }
    rest = server.search("key = SHOP-1", fields="*all,-comment,-description")["issues"][0]["fields"]
    assert "comment" not in rest and "description" not in rest and "attachment" in rest


def test_search_by_post_says_the_same_as_by_get(server: Any) -> None:
    body = {"jql": "project = OPS ORDER BY key", "startAt": 2, "maxResults": 2, "fields": ["summary"]}
    posted = server.post("search", body).json()
    assert posted == server.search(body["jql"], startAt=2, maxResults=2, fields="summary")


def test_post_needs_a_json_content_type(server: Any) -> None:
    answer = server.request("POST", "search", data="{}")
    assert answer.status_code == 415


def test_names_and_schema_come_with_the_page(server: Any) -> None:
    page = server.search("key = SHOP-1", fields="summary,customfield_10106", expand="names,schema")
    assert page["names"] == {"summary": "Summary", "customfield_10106": "Story Points"}
    assert page["schema"]["customfield_10106"]["custom"].endswith(":float")


def test_data_center_refuses_to_look_beyond_its_window(datacenter: Any, server: Any) -> None:
    answer = datacenter.get("search", jql="project = SHOP", startAt=9950, maxResults=100)
    assert answer.status_code == 500
    assert answer.json()["errorMessages"] == ["Search limit exceeded"]
    assert datacenter.get("search", jql="project = SHOP", startAt=9900, maxResults=100).status_code == 200
    assert server.get("search", jql="project = SHOP", startAt=99_500, maxResults=100).status_code == 200


def test_two_nodes_break_ties_of_a_sort_differently(datacenter: Any) -> None:
    jql = "project = SHOP ORDER BY priority ASC"
    total = datacenter.search(jql, maxResults=0)["total"]
    found: List[str] = []
    for start in range(0, total, 5):
        found += [issue["key"] for issue in datacenter.search(jql, startAt=start, maxResults=5)["issues"]]
    assert len(found) == total
    assert len(set(found)) < total, "offset paging over ties should repeat some issues and lose others"
    ordered: List[str] = []
    for start in range(0, total, 5):
        page = datacenter.search("project = SHOP ORDER BY key", startAt=start, maxResults=5)
        ordered += [issue["key"] for issue in page["issues"]]
    assert len(set(ordered)) == total


def test_an_empty_query_finds_everything_visible(server: Any) -> None:
    assert server.search("", maxResults=0)["total"] == len(server.keys("project in (SHOP, OPS)"))


def test_missing_and_forbidden_issues_look_the_same(server: Any, cloud: Any) -> None:
    answer = server.get("issue/SHOP-99999")
    assert (answer.status_code, answer.json()) == (404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}})
    restricted = next(
        issue["key"]
        for issue in server.search("project in (SHOP, OPS)", fields="security", maxResults=1000)["issues"]
        if issue["fields"]["security"]
    )
    assert server.get(f"issue/{restricted}").status_code == 200
    assert server.get(f"issue/{restricted}", auth="reader").json() == answer.json()
    assert cloud.get("issue/SHOP-99999").status_code == 404


def test_security_levels_shrink_results_in_silence(server: Any) -> None:
    mine = server.search("project in (SHOP, OPS)", maxResults=0)["total"]
    theirs = server.get("search", auth="reader", jql="project in (SHOP, OPS)", maxResults=0).json()["total"]
    assert theirs < mine < 60


def test_addresses_above_eight_kilobytes_are_refused_by_the_proxy(jira: Any) -> None:
    path = "search/jql" if jira.edition == "cloud" else "search"
    keys = ", ".join(f"SHOP-{number}" for number in range(1000, 2000))
    answer = jira.get(path, jql=f"key in ({keys})")
    assert answer.status_code == 414 and answer.headers["Content-Type"] == "text/html"
    assert jira.post(path, {"jql": f"key in ({keys})"}).status_code == 400, "the body has room"


def test_unknown_methods_and_paths_are_told_apart(server: Any) -> None:
    assert server.request("DELETE", "search").status_code == 405
    assert server.get("nonsense").json()["message"].startswith("null for uri: http://127.0.0.1")


def test_former_keys_lead_to_moved_issues(fresh: Any) -> None:
    jira = fresh(edition="server")
    before = jira.read("issue/SHOP-2", fields="project")
    edits = {"move": {"SHOP-2": "OPS-777"}}
    assert jira.session.post(jira.url + "/_sandbox/issues", json=edits).json() == {"touched": ["SHOP-2"]}
    after = jira.read("issue/SHOP-2", fields="project")
    assert (after["id"], after["key"]) == (before["id"], "OPS-777")
    assert after["fields"]["project"]["key"] == "OPS"
    assert "SHOP-2" not in jira.keys("project = SHOP")
    assert "OPS-777" in jira.keys("project = OPS")
    assert jira.read("issue/SHOPOLD-2", fields="project")["key"] == "OPS-777", "a key of its project's former name, too"


def test_former_keys_of_a_project_lead_to_its_issues(server: Any) -> None:
    assert server.read("issue/SHOPOLD-2", fields="project")["key"] == "SHOP-2"
    assert server.get("issue/WEBSHOP-2").status_code == server.get("issue/SHOPOLD-99999").status_code == 404


def test_deleted_issues_disappear_and_changed_ones_are_updated(fresh: Any) -> None:
    jira = fresh(edition="server")
    edits = {"delete": ["SHOP-3"], "change": {"SHOP-4": {"summary": "Anew"}}, "comment": {"SHOP-5": "One more"}}
    assert jira.session.post(jira.url + "/_sandbox/issues", json=edits).status_code == 200
    assert jira.get("issue/SHOP-3").status_code == 404
    assert jira.read("issue/SHOP-4")["fields"]["summary"] == "Anew"
    assert jira.read("issue/SHOP-5")["fields"]["comment"]["comments"][-1]["body"] == "One more"
    assert sorted(jira.keys('updated >= "-1h"')) == ["SHOP-4", "SHOP-5"]
    refused = jira.session.post(jira.url + "/_sandbox/issues", json={"delete": ["SHOP-3"]})
    assert (refused.status_code, refused.json()["errorMessages"]) == (422, ["delete: there is no issue SHOP-3"])
