"""Search on Cloud: tokens, no totals, and bulk fetch beside it."""

from __future__ import annotations

from typing import Any, List


def test_the_old_search_is_gone(cloud: Any) -> None:
    for version in ("2", "3"):
        for answer in (
            cloud.get(f"/rest/api/{version}/search", jql="project = SHOP"),
            cloud.post(f"/rest/api/{version}/search", {"jql": "project = SHOP"}),
        ):
            assert answer.status_code == 410
            assert "/rest/api/3/search/jql" in answer.json()["errorMessages"][0]


def test_pages_have_a_token_and_neither_total_nor_offset(cloud: Any) -> None:
    page = cloud.search("project = SHOP ORDER BY key", maxResults=4)
    assert set(page) == {"issues", "nextPageToken", "isLast"}
    assert page["isLast"] is False and len(page["issues"]) == 4
    seen: List[str] = [issue["id"] for issue in page["issues"]]
    while "nextPageToken" in page:
        page = cloud.search("project = SHOP ORDER BY key", maxResults=4, nextPageToken=page["nextPageToken"])
        seen += [issue["id"] for issue in page["issues"]]
    assert page["isLast"] is True
    assert len(seen) == len(set(seen)) == len(cloud.keys("project = SHOP"))


def test_only_ids_come_unless_fields_are_asked_for(cloud: Any) -> None:
    assert set(cloud.search("key = SHOP-1")["issues"][0]) == {"id"}
    bare = cloud.search("key = SHOP-1", fields="key")["issues"][0]
    assert bare["key"] == "SHOP-1" and "fields" not in bare
    assert set(cloud.search("key = SHOP-1", fields="summary")["issues"][0]["fields"]) == {"summary"}


def test_pages_hold_a_hundred_issues_with_fields_and_thousands_of_bare_ids(kept: Any) -> None:
    cloud = kept(edition="cloud", issues=300, projects=1)
    assert len(cloud.search("project = SHOP", fields="summary", maxResults=5000)["issues"]) == 100
    assert len(cloud.search("project = SHOP", fields="id", maxResults=5000)["issues"]) > 280
    assert len(cloud.search("project = SHOP")["issues"]) == 50
    assert cloud.get("search/jql", jql="project = SHOP", maxResults=5001).status_code == 400


def test_queries_must_be_bounded(cloud: Any) -> None:
    for jql in ("", "order by key desc"):
        answer = cloud.get("search/jql", jql=jql)
        assert answer.status_code == 400
        assert answer.json()["errorMessages"][0].startswith("Unbounded JQL queries are not allowed here.")


def test_at_most_seven_fields_sort(cloud: Any) -> None:
    order = ", ".join(["key", "created", "updated", "priority", "summary", "status", "project"])
    assert cloud.get("search/jql", jql=f"project = SHOP ORDER BY {order}").status_code == 200
    assert cloud.get("search/jql", jql=f"project = SHOP ORDER BY {order}, assignee").status_code == 400


def test_tokens_belong_to_their_query(cloud: Any) -> None:
    token = cloud.search("project = SHOP", maxResults=2)["nextPageToken"]
    for jql, wrong in (("project = OPS", token), ("project = SHOP", "bm9uc2Vuc2U="), ("project = SHOP", "%%%")):
        assert cloud.get("search/jql", jql=jql, nextPageToken=wrong).status_code == 400


def test_reconcile_and_properties_have_limits(cloud: Any) -> None:
    body = {"jql": "project = SHOP", "reconcileIssues": list(range(51))}
    assert cloud.post("search/jql", body).status_code == 400
    body = {"jql": "project = SHOP", "properties": list("abcdef")}
    assert cloud.post("search/jql", body).status_code == 400


def test_the_count_is_an_estimate(cloud: Any) -> None:
    counted = cloud.post("search/approximate-count", {"jql": "project in (SHOP, OPS)"}).json()["count"]
    visible = len(cloud.keys("project in (SHOP, OPS)"))
    assert counted > visible, "issues that nobody may see are counted"
    assert cloud.post("search/approximate-count", {"jql": ""}).status_code == 400


def test_bulk_fetch_sorts_by_id_and_leaves_out_what_is_missing(cloud: Any) -> None:
    keys = ["OPS-2", "SHOP-1", "NOPE-1", "SHOP-99999", "SHOP-2"]
    answer = cloud.post("issue/bulkfetch", {"issueIdsOrKeys": keys, "fields": ["summary"]})
    found = answer.json()
    assert sorted(issue["key"] for issue in found["issues"]) == ["OPS-2", "SHOP-1", "SHOP-2"]
    ids = [int(issue["id"]) for issue in found["issues"]]
    assert ids == sorted(ids)
    assert found["issueErrors"] == []


def test_bulk_fetch_gives_navigable_fields_by_default(cloud: Any) -> None:
    fields = cloud.post("issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"]}).json()["issues"][0]["fields"]
    assert "summary" in fields and "comment" not in fields


def test_bulk_fetch_takes_a_hundred_issues_and_known_properties(cloud: Any) -> None:
    assert cloud.post("issue/bulkfetch", {"issueIdsOrKeys": [str(n) for n in range(101)]}).status_code == 400
    assert cloud.post("issue/bulkfetch", {"issueIdsOrKeys": []}).status_code == 400
    assert cloud.post("issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"], "expand": "names"}).status_code == 400
    assert cloud.post("issue/bulkfetch", {"issueIdsOrKeys": ["SHOP-1"], "nonsense": 1}).status_code == 400


def test_version_two_of_token_search_has_wiki_bodies(cloud: Any) -> None:
    found = cloud.get("/rest/api/2/search/jql", jql="project = SHOP", fields="description", maxResults=100).json()
    bodies = [issue["fields"]["description"] for issue in found["issues"] if issue["fields"]["description"]]
    assert bodies and all(isinstance(body, str) for body in bodies)


def test_deployments_repeat_tokens_send_empty_pages_or_neither_token_nor_end(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    first = jira.search("project = SHOP", maxResults=2)
    jira.behave(token_fault="repeat")
    again = jira.search("project = SHOP", maxResults=2, nextPageToken=first["nextPageToken"])
    assert again["nextPageToken"] == first["nextPageToken"]
    jira.behave(token_fault="empty")
    empty = jira.search("project = SHOP", maxResults=2, nextPageToken=first["nextPageToken"])
    assert empty["issues"] == [] and empty["nextPageToken"] and not empty["isLast"]
    jira.behave(token_fault="neither")
    assert set(jira.search("project = SHOP", maxResults=2)) == {"issues"}


def test_fail_fast_ends_a_request_that_otherwise_lacks_a_field(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    jira.behave(failing_field="customfield_10202")
    jql = "project = SHOP"
    found = jira.search(jql, fields="summary,customfield_10202")["issues"]
    assert all(set(issue["fields"]) == {"summary"} for issue in found), "valid, without values for the field"
    assert jira.get("search/jql", jql=jql, fields="summary,customfield_10202", failFast="true").status_code == 500
    posted = {"jql": jql, "fields": ["*all"], "failFast": True}
    assert jira.post("search/jql", posted).status_code == 500
    assert jira.get("search/jql", jql=jql, fields="summary", failFast="true").status_code == 200, "nobody asked for it"
    assert "customfield_10202" not in jira.read("issue/SHOP-1")["fields"]
    assert jira.get("issue/SHOP-1", failFast="true").status_code == 500
