"""JQL: the windowing trap, refusals in Jira's words, dates, sorting."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, List

import pytest


def refusal(jira: Any, jql: str) -> List[str]:
    answer = jira.get("search/jql" if jira.edition == "cloud" else "search", jql=jql)
    assert answer.status_code == 400, answer.text[:300]
    assert answer.json()["errors"] == {}
    return list(answer.json()["errorMessages"])


def number(key: str) -> int:
    return int(key.rsplit("-", 1)[1])


def test_a_key_boundary_compares_numbers_inside_its_project(jira: Any) -> None:
    everything = jira.keys("project = SHOP ORDER BY key ASC")
    assert [number(key) for key in everything] == sorted(number(key) for key in everything)
    border = everything[len(everything) // 2]
    beyond = [key for key in everything if number(key) > number(border)]
    assert jira.keys(f'project = SHOP AND key > "{border}" ORDER BY key ASC') == beyond
    assert jira.keys(f"key > {border} ORDER BY key ASC") == beyond, "no other project answers"
    assert jira.keys(f"project = OPS AND key > {border}") == []
    assert jira.keys(f"project = SHOP AND key <= {border} ORDER BY key DESC")[0] == border


def test_id_is_the_same_clause_as_key_and_does_not_compare_ids(jira: Any) -> None:
    keys = jira.keys("project = SHOP ORDER BY key ASC")
    ids = {key: int(jira.read(f"issue/{key}", fields="summary")["id"]) for key in keys}
    ordered = [ids[key] for key in keys]
    assert ordered != sorted(ordered), "ids stand far from the order of keys"
    border = keys[3]
    assert jira.keys(f"id > {ids[border]} ORDER BY key ASC") == keys[4:]


def test_a_boundary_that_does_not_exist_is_an_error_on_server(server: Any) -> None:
    assert refusal(server, "project = SHOP AND key > SHOP-99999") == [
        "An issue with key 'SHOP-99999' does not exist for field 'key'."
    ]
    assert refusal(server, "id > 1") == ["A value with ID '1' does not exist for the field 'id'."]


def test_a_boundary_that_does_not_exist_is_silently_false_on_cloud(cloud: Any) -> None:
    assert cloud.keys("project = SHOP AND key > SHOP-99999") == []
    assert cloud.keys("project = SHOP AND key < SHOP-99999") == []
    assert cloud.keys("id > 1") == []
    everything = cloud.keys("project = SHOP")
    assert sorted(cloud.keys("project = SHOP AND NOT key > SHOP-99999")) == sorted(everything)


@pytest.mark.parametrize("operator", [">", "<", ">=", "<="])
def test_old_servers_are_silent_about_a_boundary_that_does_not_exist_though_they_validate(
    fresh: Any, operator: str
) -> None:
    jira = fresh(edition="server")
    jira.behave(unknown_boundary="false")
    assert jira.search(f"key {operator} SHOP-99999")["total"] == 0
    assert jira.search(f"NOT key {operator} SHOP-99999")["total"] > 0, "false, and the contrary is true"
    assert jira.get("search", jql="key = SHOP-99999").status_code == 400, "another clause"
    jira.behave(unknown_boundary="error")
    assert jira.get("search", jql=f"key {operator} SHOP-99999").status_code == 400


def test_a_boundary_that_disappears_empties_the_window_on_cloud(fresh: Any) -> None:
    jira = fresh(edition="cloud")
    border = jira.keys("project = SHOP ORDER BY key ASC")[5]
    assert jira.keys(f"project = SHOP AND key > {border}")
    jira.session.post(jira.url + "/_sandbox/issues", json={"delete": [border]})
    assert jira.keys(f"project = SHOP AND key > {border}") == []


def test_one_unknown_key_refuses_the_whole_list(jira: Any) -> None:
    assert sorted(jira.keys("key in (SHOP-2, OPS-1, SHOP-1)")) == ["OPS-1", "SHOP-1", "SHOP-2"]
    assert refusal(jira, "key in (SHOP-1, SHOP-99999, SHOP-2)") == [
        "An issue with key 'SHOP-99999' does not exist for field 'key'."
    ]


def test_without_validation_unknown_values_only_find_nothing(server: Any) -> None:
    page = server.search("key in (SHOP-1, SHOP-99999)", validateQuery="false")
    assert page["total"] == 1
    assert page["warningMessages"] == ["An issue with key 'SHOP-99999' does not exist for field 'key'."]


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("nonsense = 1", "Field 'nonsense' does not exist or you do not have permission to view it."),
        ("status = Nonsense", "The value 'Nonsense' does not exist for the field 'status'."),
        ("assignee = nonsense()", "Unable to find JQL function 'nonsense()'."),
        ("created > nonsense()", "Unable to find JQL function 'nonsense()'."),
        ("project = SHOP AND", "Error in the JQL Query: Expecting a field name before the end of the query."),
        ("project SHOP", "Error in the JQL Query: Expecting operator but got 'SHOP'. (line 1, character 9)"),
        ("(project = SHOP", "Error in the JQL Query: Expecting ')' before the end of the query."),
        ("project = SHOP ORDER key", "Error in the JQL Query: Expecting 'by' but got 'key'. (line 1, character 22)"),
        ("summary was Done", "The operator 'was' is not supported by the 'summary' field."),
        ("labels changed", "The operator 'changed' is not supported by the 'labels' field."),
        ("comment = x", "The operator '=' is not supported by the 'comment' field."),
    ],
)
def test_wrong_queries_are_refused_in_jiras_words(jira: Any, jql: str, message: str) -> None:
    assert refusal(jira, jql) == [message]


def test_unknown_fields_cannot_sort(jira: Any) -> None:
    assert "nonsense" in refusal(jira, "project = SHOP ORDER BY nonsense")[0]


def test_dates_have_minute_resolution_in_the_viewers_zone(jira: Any) -> None:
    assert jira.read("myself")["timeZone"] == "Africa/Lagos"
    key = jira.keys("project = SHOP ORDER BY key ASC")[4]
    text = jira.read(f"issue/{key}", fields="updated")["fields"]["updated"]
    assert text.endswith("+0100")
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    minute = moment.strftime("%Y/%m/%d %H:%M")
    later = (moment + timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M")
    assert key in jira.keys(f'project = SHOP AND updated >= "{minute}"')
    assert key not in jira.keys(f'project = SHOP AND updated >= "{later}"')
    assert key in jira.keys(f'project = SHOP AND updated >= "{minute}" AND updated < "{later}"')
    in_utc = moment.astimezone(timezone.utc).strftime("%Y/%m/%d %H:%M")
    assert key not in jira.keys(f'project = SHOP AND updated >= "{in_utc}" AND updated <= "{minute}"')


@pytest.mark.parametrize("text", ["2024-01-01T10:00", "2024-01-01 10:00:30", "2024-13-01", "yesterday"])
def test_other_forms_of_dates_are_refused(jira: Any, text: str) -> None:
    assert refusal(jira, f'updated >= "{text}"')[0].startswith(f"Date value '{text}' for field 'updated' is invalid.")


def test_created_ranges_split_a_project_without_loss(jira: Any) -> None:
    everything = jira.keys("project = SHOP")
    parts = [f'created < "{year}/01/01" AND created >= "{year - 1}/01/01"' for year in range(2021, 2028)]
    found = [key for part in parts for key in jira.keys(f"project = SHOP AND {part}")]
    assert sorted(found) == sorted(everything)


def test_clauses_combine_with_and_or_not_and_parentheses(jira: Any) -> None:
    done = set(jira.keys("project in (SHOP, OPS) AND statusCategory = Done"))
    bugs = set(jira.keys("project in (SHOP, OPS) AND issuetype = Bug"))
    everything = set(jira.keys("project in (SHOP, OPS)"))
    assert done and bugs and done != everything
    query = "project in (SHOP, OPS) and (statusCategory = Done or issuetype = 'Bug')"
    assert set(jira.keys(query)) == done | bugs
    assert set(jira.keys(f"project in (SHOP, OPS) AND NOT ({query})")) == everything - done - bugs
    assert set(jira.keys("project != SHOP AND type != Bug")) == {k for k in everything - bugs if k.startswith("OPS")}


def test_negative_clauses_leave_out_empty_values(jira: Any) -> None:
    assigned = set(jira.keys("project = SHOP AND assignee is not EMPTY"))
    nobody = set(jira.keys("project = SHOP AND assignee is EMPTY"))
    assert assigned and nobody and not assigned & nobody
    mine = set(jira.keys("project = SHOP AND assignee = currentUser()"))
    assert set(jira.keys("project = SHOP AND assignee != currentUser()")) == assigned - mine


def test_several_fields_sort_in_turn(jira: Any) -> None:
    keys = jira.keys("project in (SHOP, OPS) ORDER BY project DESC, key ASC")
    assert keys[0].startswith("SHOP") and keys[-1].startswith("OPS")
    shop = [number(key) for key in keys if key.startswith("SHOP")]
    assert shop == sorted(shop)


def test_custom_fields_are_found_by_name_and_by_number(jira: Any) -> None:
    named = jira.keys('project in (SHOP, OPS) AND "Story Points" is not EMPTY')
    assert named and sorted(named) == sorted(jira.keys("project in (SHOP, OPS) AND cf[10106] is not EMPTY"))
    high = jira.keys('project in (SHOP, OPS) AND "Story Points" >= 5')
    assert set(high) < set(named)
