"""Sub-lists inside issues: what each edition cuts, and where the rest is."""

from __future__ import annotations

from typing import Any, Callable, Dict, List


def test_server_embeds_all_comments_and_twenty_worklogs(server: Any, heavy: Callable[[Any], str]) -> None:
    key = heavy(server)
    fields = server.search(f"key = {key}", fields="comment,worklog")["issues"][0]["fields"]
    assert len(fields["comment"]["comments"]) > 20
    assert (fields["worklog"]["maxResults"], len(fields["worklog"]["worklogs"])) == (20, 20)
    assert fields["worklog"]["total"] >= 26
    assert len(server.read(f"issue/{key}/worklog")["worklogs"]) >= 26
    assert len(server.read(f"issue/{key}/worklog", startAt=20, maxResults=2)["worklogs"]) >= 26, "no paging here"


def test_server_expands_the_whole_changelog_and_has_no_other_address_for_it(
    server: Any, heavy: Callable[[Any], str]
) -> None:
    key = heavy(server)
    log = server.read(f"issue/{key}", expand="changelog")["changelog"]
    assert log["total"] == len(log["histories"]) > 40
    created = [entry["created"] for entry in log["histories"]]
    assert created == sorted(created)
    assert server.get(f"issue/{key}/changelog").status_code == 404


def test_cloud_search_cuts_comments_worklogs_and_history(cloud: Any, heavy: Callable[[Any], str]) -> None:
    key = heavy(cloud)
    searched = cloud.search(f"key = {key}", fields="comment,worklog", expand="changelog")["issues"][0]
    fetched = cloud.post(
        "issue/bulkfetch", {"issueIdsOrKeys": [key], "fields": ["comment", "worklog"], "expand": ["changelog"]}
    ).json()["issues"][0]
    for issue in (searched, fetched):
        comment, worklog, log = issue["fields"]["comment"], issue["fields"]["worklog"], issue["changelog"]
        assert len(comment["comments"]) == 20 < comment["total"]
        assert len(worklog["worklogs"]) == 20 < worklog["total"]
        assert len(log["histories"]) == 40 < log["total"]
        created = [entry["created"] for entry in log["histories"]]
        assert created == sorted(created, reverse=True), "newest first"
    alone = cloud.read(f"issue/{key}")["fields"]
    assert len(alone["worklog"]["worklogs"]) == 20
    assert len(alone["comment"]["comments"]) > 20


def test_cloud_pages_sub_lists_to_their_end(cloud: Any, heavy: Callable[[Any], str]) -> None:
    key = heavy(cloud)
    first = cloud.read(f"issue/{key}/changelog")
    assert first["maxResults"] == 100 and first["total"] == len(first["values"]) and first["isLast"]
    created = [entry["created"] for entry in first["values"]]
    assert created == sorted(created), "oldest first"
    part = cloud.read(f"issue/{key}/changelog", startAt=0, maxResults=30)
    assert not part["isLast"] and "startAt=30" in part["nextPage"]
    logs = cloud.read(f"issue/{key}/worklog", startAt=20, maxResults=3)
    assert (logs["startAt"], len(logs["worklogs"])) == (20, 3)


def test_comments_come_fifty_or_a_hundred_a_page_and_in_either_order(jira: Any, heavy: Callable[[Any], str]) -> None:
    key = heavy(jira)
    page = jira.read(f"issue/{key}/comment")
    assert page["maxResults"] == (100 if jira.edition == "cloud" else 50)
    ids = [entry["id"] for entry in page["comments"]]
    part = jira.read(f"issue/{key}/comment", startAt=2, maxResults=3)
    assert [entry["id"] for entry in part["comments"]] == ids[2:5]
    newest = jira.read(f"issue/{key}/comment", orderBy="-created")
    assert [entry["id"] for entry in newest["comments"]] == ids[::-1]


def test_totals_count_comments_that_nobody_may_see(jira: Any) -> None:
    jql = "project in (SHOP, OPS)"
    issues = jira.search(jql, fields="comment", maxResults=100)["issues"]
    short = [
        issue
        for issue in issues
        if issue["fields"]["comment"]["total"] > len(issue["fields"]["comment"]["comments"]) < 20
    ]
    assert short
    page = jira.read(f"issue/{short[0]['key']}/comment", maxResults=1000)
    assert page["total"] > len(page["comments"])
    beyond = jira.read(f"issue/{short[0]['key']}/comment", startAt=page["total"])
    assert beyond["comments"] == []


def test_restricted_comments_are_for_administrators_and_counted_for_all(jira: Any) -> None:
    issues = jira.search("project in (SHOP, OPS) AND level is EMPTY", fields="comment", maxResults=100)["issues"]
    key = next(
        issue["key"]
        for issue in issues
        if any("visibility" in entry for entry in issue["fields"]["comment"]["comments"])
    )
    mine, theirs = jira.read(f"issue/{key}/comment"), jira.get(f"issue/{key}/comment", auth="reader").json()
    hidden = [entry for entry in mine["comments"] if "visibility" in entry]
    assert hidden[0]["visibility"]["type"] in ("role", "group")
    assert mine["total"] == theirs["total"]
    assert len(theirs["comments"]) == len(mine["comments"]) - len(hidden)


def test_watchers_and_votes_are_counts_until_asked_for_and_names_need_permission(jira: Any) -> None:
    issues = jira.search("project in (SHOP, OPS) AND level is EMPTY", fields="watches,votes", maxResults=100)["issues"]
    watched = next(issue for issue in issues if issue["fields"]["watches"]["watchCount"])
    assert "watchers" not in watched["fields"]["watches"]
    full = jira.read(f"issue/{watched['key']}/watchers")
    assert len(full["watchers"]) == full["watchCount"] == watched["fields"]["watches"]["watchCount"]
    assert "watchers" not in jira.get(f"issue/{watched['key']}/watchers", auth="reader").json()
    voted = next(issue for issue in issues if issue["fields"]["votes"]["votes"])
    assert len(jira.read(f"issue/{voted['key']}/votes")["voters"]) == voted["fields"]["votes"]["votes"]


def test_remote_links_are_never_embedded(jira: Any) -> None:
    keys = jira.keys("project in (SHOP, OPS)")
    assert not any("remote" in name for name in jira.read(f"issue/{keys[0]}")["fields"])
    found = [link for key in keys for link in jira.read(f"issue/{key}/remotelink")]
    assert found
    assert {"globalId", "application", "relationship", "object"} <= set(found[0])


def test_links_stand_on_both_ends_with_one_id_and_some_ends_are_absent(jira: Any) -> None:
    issues = jira.search("project in (SHOP, OPS)", fields="issuelinks", maxResults=100)["issues"]
    ends: Dict[str, List[str]] = {}
    absent = 0
    for issue in issues:
        for link in issue["fields"]["issuelinks"]:
            other = link.get("outwardIssue") or link["inwardIssue"]
            assert {"summary", "status", "priority", "issuetype"} == set(other["fields"])
            if other["key"].startswith("LEGACY-"):
                absent += 1
                assert jira.get(f"issue/{other['key']}").status_code == 404
            else:
                ends.setdefault(link["id"], []).append(issue["key"])
    assert absent and ends
    assert all(len(keys) == 2 for keys in ends.values())


def test_history_items_lack_field_ids_on_links_and_some_have_no_author(kept: Any) -> None:
    jira = kept(edition="server", issues=300, projects=1)
    issues = jira.search("project = SHOP", expand="changelog", fields="summary", maxResults=1000)["issues"]
    entries = [entry for issue in issues for entry in issue["changelog"]["histories"]]
    items = [item for entry in entries for item in entry["items"]]
    assert all("fieldId" not in item for item in items if item["field"] in ("Link", "Key"))
    assert all(item["fieldId"] == "status" for item in items if item["field"] == "status")
    assert {"Link", "status", "assignee", "Attachment", "Rank", "resolution"} <= {item["field"] for item in items}
    assert any("author" not in entry for entry in entries)


def test_cloud_lists_comments_worklogs_and_histories_in_bulk(cloud: Any, heavy: Callable[[Any], str]) -> None:
    key = heavy(cloud)
    comments = cloud.read(f"issue/{key}/comment")["comments"]
    ids = [int(entry["id"]) for entry in comments]
    listed = cloud.post("comment/list", {"ids": [*ids, 1]}).json()
    assert [entry["id"] for entry in listed["values"]] == [str(id) for id in ids]
    assert cloud.post("comment/list", {"ids": list(range(1001))}).status_code == 400
    logs = [int(entry["id"]) for entry in cloud.read(f"issue/{key}/worklog")["worklogs"]]
    assert [int(entry["id"]) for entry in cloud.post("worklog/list", {"ids": logs}).json()] == logs
    found: List[str] = []
    token = None
    while True:
        body = {"issueIdsOrKeys": [key], "maxResults": 20, **({"nextPageToken": token} if token else {})}
        page = cloud.post("changelog/bulkfetch", body).json()
        found += [entry["id"] for log in page["issueChangeLogs"] for entry in log["changeHistories"]]
        token = page.get("nextPageToken")
        if not token:
            break
    assert found == [entry["id"] for entry in cloud.read(f"issue/{key}/changelog")["values"]]
    filtered = cloud.post("changelog/bulkfetch", {"issueIdsOrKeys": [key], "fieldIds": ["status"]}).json()
    items = [i for log in filtered["issueChangeLogs"] for entry in log["changeHistories"] for i in entry["items"]]
    assert all(item["fieldId"] == "status" for item in items)
    assert (
        cloud.post("changelog/bulkfetch", {"issueIdsOrKeys": [key], "fieldIds": list("abcdefghijk")}).status_code == 400
    )


def test_the_worklog_feed_gives_every_id_once(jira: Any) -> None:
    feed = jira.read("worklog/updated", since=0)
    state = jira.session.get(jira.url + "/_sandbox/state", params={"only": "worklogs"}).json()
    assert sorted(entry["worklogId"] for entry in feed["values"]) == sorted(int(row["id"]) for row in state["worklogs"])
    assert feed["lastPage"] is True
    half = feed["values"][len(feed["values"]) // 2]["updatedTime"]
    assert 0 < len(jira.read("worklog/updated", since=half)["values"]) < len(feed["values"])


def test_bulk_histories_are_for_a_thousand_issues_ten_fields_and_ten_thousand_entries(cloud: Any) -> None:
    for body, status in (
        ({"issueIdsOrKeys": [str(number) for number in range(1000)]}, 200),
        ({"issueIdsOrKeys": [str(number) for number in range(1001)]}, 400),
        ({"issueIdsOrKeys": ["SHOP-2"], "fieldIds": list("abcdefghij")}, 200),
        ({"issueIdsOrKeys": ["SHOP-2"], "maxResults": 10_000}, 200),
        ({"issueIdsOrKeys": ["SHOP-2"], "maxResults": 10_001}, 400),
    ):
        assert cloud.post("changelog/bulkfetch", body).status_code == status
