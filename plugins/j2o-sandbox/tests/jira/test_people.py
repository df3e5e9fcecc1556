"""Users, groups and roles in the shape of each edition."""

from __future__ import annotations

from typing import Any


def everybody(jira: Any) -> Any:
    if jira.edition == "cloud":
        return jira.read("users/search", maxResults=1000)
    return jira.read("user/search", username=".", includeInactive="true", maxResults=1000)


def test_server_users_have_names_and_keys_that_differ(server: Any) -> None:
    people = everybody(server)
    assert all({"name", "key", "displayName", "active", "avatarUrls", "self"} <= set(person) for person in people)
    assert all("accountId" not in person for person in people)
    assert any(person["name"] != person["key"] for person in people)
    assert any(person["key"].startswith("JIRAUSER") for person in people)
    assert set(people[0]["avatarUrls"]) == {"16x16", "24x24", "32x32", "48x48"}


def test_cloud_users_have_account_ids_and_mail_only_where_their_profile_allows(cloud: Any) -> None:
    people = everybody(cloud)
    assert all("accountId" in person and "name" not in person and "key" not in person for person in people)
    assert {person["accountType"] for person in people} == {"atlassian", "app"}
    assert 0 < sum("emailAddress" in person for person in people) < len(people)
    assert any(person["displayName"] == "Former user" and not person["active"] for person in people)


def test_the_directory_holds_difficult_people(server: Any) -> None:
    people = everybody(server)
    names = [person["displayName"] for person in people]
    assert len(set(names)) < len(names), "two people of one name"
    assert any("emailAddress" not in person for person in people)
    assert any(person.get("emailAddress", "").lower() != person.get("emailAddress", "") for person in people)
    assert any(not person["active"] for person in people)


def test_server_leaves_out_inactive_users_unless_asked(server: Any) -> None:
    active = server.read("user/search", username=".")
    assert all(person["active"] for person in active)
    assert len(active) < len(everybody(server))
    assert server.get("user/search").status_code == 400


def test_user_pages_follow_offset_and_size(server: Any) -> None:
    people = server.read("user/search", username=".", includeInactive="true", maxResults=1000)
    part = server.read("user/search", username=".", includeInactive="true", startAt=3, maxResults=2)
    assert part == people[3:5]


def test_mails_can_be_masked(fresh: Any) -> None:
    jira = fresh(edition="server")
    jira.behave(masked_mails=True)
    assert jira.read("myself")["emailAddress"] == "admin at example dot com"
    cloud = fresh(edition="cloud")
    cloud.behave(masked_mails=True)
    assert all("emailAddress" not in person for person in everybody(cloud))


def test_one_user_is_found_by_name_key_or_account_id(server: Any, cloud: Any) -> None:
    person = next(person for person in everybody(server) if person["name"] != person["key"])
    assert server.read("user", username=person["name"]) == person
    assert server.read("user", key=person["key"]) == person
    account = everybody(cloud)[3]
    assert cloud.read("user", accountId=account["accountId"]) == account
    both = everybody(cloud)[:2]
    found = cloud.read("user/bulk", accountId=[entry["accountId"] for entry in both])
    assert found["values"] == both


def test_deleted_people_live_on_in_issues_alone(kept: Any) -> None:
    jira = kept(edition="server", issues=300, projects=1)
    issues = jira.search("project = SHOP", fields="comment", maxResults=1000)["issues"]
    authors = [entry.get("author") for issue in issues for entry in issue["fields"]["comment"]["comments"]]
    gone = next(author for author in authors if author and author["name"] == "user-21d5b")
    assert (gone["key"], gone["active"], gone["emailAddress"]) == ("jirauser80901", False, "?")
    assert "user-21d5b" not in {person["name"] for person in everybody(jira)}
    assert jira.get("user", username="user-21d5b").status_code == 404
    assert None in authors, "some comments have no author"


def test_cloud_calls_the_unknown_unknown(kept: Any) -> None:
    cloud = kept(edition="cloud", issues=300, projects=1)
    keys = [str(key) for key in cloud.keys("project = SHOP")]
    found = []
    for start in range(0, len(keys), 100):
        body = {"issueIdsOrKeys": keys[start : start + 100], "fields": ["comment"]}
        found += cloud.post("issue/bulkfetch", body).json()["issues"]
    authors = [entry.get("author") or {} for issue in found for entry in issue["fields"]["comment"]["comments"]]
    unknown = next(author for author in authors if author.get("accountId") == "unknown")
    assert (unknown["displayName"], unknown["active"]) == ("Former user", False)
    assert all(person["accountId"] != "unknown" for person in everybody(cloud))


def test_group_members_come_by_page_and_only_for_administrators(kept: Any) -> None:
    jira = kept(edition="server", issues=15_000, projects=1)
    page = jira.read("group/member", groupname="jira-software-users", maxResults=200)
    assert page["maxResults"] == 50 and len(page["values"]) == 50 and not page["isLast"]
    assert "startAt=50" in page["nextPage"]
    assert all(person["active"] for person in page["values"])
    whole = jira.read("group/member", groupname="jira-software-users", includeInactiveUsers="true")
    assert whole["total"] > page["total"]
    assert jira.get("group/member", auth="reader", groupname="developers").status_code == 403
    assert jira.get("group/member", groupname="nonsense").status_code == 404
    assert jira.get("group/member").status_code == 400


def test_groups_are_picked_by_name_and_have_ids_on_cloud(server: Any, cloud: Any) -> None:
    assert {group["name"] for group in server.read("groups/picker", query="jira")["groups"]} == {
        "jira-administrators",
        "jira-software-users",
    }
    groups = cloud.read("group/bulk")["values"]
    assert all(set(group) == {"name", "groupId"} for group in groups)
    member = cloud.read("group/member", groupId=groups[0]["groupId"])["values"]
    assert member[0]["accountId"]


def test_roles_lead_to_actors_of_two_kinds(jira: Any) -> None:
    addresses = jira.read("project/SHOP/role")
    actors = jira.request("GET", addresses["Developers"]).json()["actors"]
    kinds = {actor["type"] for actor in actors}
    assert kinds == {"atlassian-user-role-actor", "atlassian-group-role-actor"}
    user = next(actor for actor in actors if actor["type"] == "atlassian-user-role-actor")
    assert ("actorUser" in user) == (jira.edition == "cloud")
    assert ("name" in user) == (jira.edition != "cloud")
    assert jira.get("project/SHOP/role/99").status_code == 404


def test_cloud_gives_everybody_by_page_of_fifty_unless_asked_for_more(kept: Any) -> None:
    cloud = kept(edition="cloud", issues=15_000, projects=1)
    people = cloud.read("users/search", maxResults=1000)
    assert len(people) > 50 == len(cloud.read("users/search"))
    assert cloud.read("users/search", startAt=50, maxResults=3) == people[50:53]
    assert cloud.read("users/search", startAt=len(people)) == []
    first = cloud.read("group/bulk", maxResults=1)
    assert len(first["values"]) == 1 and not first["isLast"]
    assert cloud.request("GET", first["nextPage"]).json()["values"] != first["values"]


def test_no_page_of_people_holds_more_than_a_thousand(kept: Any) -> None:
    cloud = kept(edition="cloud", users=1100, issues=0)
    first = cloud.read("users/search", maxResults=5000)
    rest = cloud.read("users/search", startAt=1000, maxResults=5000)
    assert len(first) == 1000 and 100 <= len(rest) < 1000
    assert len({person["accountId"] for person in first + rest}) == len(first + rest)
    server = kept(edition="server", users=1100, issues=0)
    assert len(server.read("user/search", username=".", includeInactive="true", maxResults=5000)) == 1000
    seen, start = [], 0
    while True:
        page = server.read("user/search", username=".", includeInactive="true", maxResults=5000, startAt=start)
        if not page:
            break
        seen += [person["name"] for person in page]
        start += len(page)
    assert len(seen) == len(set(seen)) == 1103
