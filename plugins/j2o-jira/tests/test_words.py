"""Small pure parts: queries, plain data, people."""

from __future__ import annotations

import pytest

from j2o_jira.jql import condition_of, project_query, quoted
from j2o_jira.people import embedded_people, is_person, person_aliases, person_id
from j2o_jira.plain import iso_time, plain, server_path


@pytest.mark.parametrize(
    ("jql", "condition"),
    [
        ("", ""),
        ("updated >= 2019-01-01", "updated >= 2019-01-01"),
        ("labels = x ORDER BY created DESC", "labels = x"),
        ("labels = x order\n by rank", "labels = x"),
        ('summary ~ "order by me" AND a = b', 'summary ~ "order by me" AND a = b'),
        ("summary ~ 'it\\'s order by' ORDER BY key", "summary ~ 'it\\'s order by'"),
        ("reorder by = 1", "reorder by = 1"),
        ("ORDER BY key", ""),
    ],
)
def test_a_person_s_order_is_left_out_and_nothing_else(jql, condition):
    assert condition_of(jql) == condition


def test_a_query_joins_project_condition_and_window():
    query = project_query("AND", "a = 1 OR b = 2 ORDER BY created", "AND-7")
    assert query == 'project = "AND" AND (a = 1 OR b = 2) AND key > "AND-7" ORDER BY key ASC'
    assert quoted('a"b\\') == '"a\\"b\\\\"'


def test_plain_data_hold_nothing_of_the_host():
    value = {
        "self": "http://host:1/x",
        "id": "1",
        "avatarUrls": {},
        "status": {"iconUrl": "http://host:1/y", "name": "Open"},
        "watches": {"isWatching": True, "watchCount": 1},
        "sprint": ["com.atlassian.greenhopper.service.sprint.Sprint@a88a698[id=1,name=x@2[y]"],
        "text": "see Sprint@a88a698[id=1]",
        "body": {"type": "doc", "version": 1, "content": [{"self": "kept"}]},
    }
    assert plain(value) == {
        "id": "1",
        "status": {"name": "Open"},
        "watches": {"watchCount": 1},
        "sprint": ["com.atlassian.greenhopper.service.sprint.Sprint@0[id=1,name=x@0[y]"],
        "text": "see Sprint@a88a698[id=1]",
        "body": {"type": "doc", "version": 1, "content": [{"self": "kept"}]},
    }


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://h:1/secure/attachment/1/a%20b%23.png", "/secure/attachment/1/a%20b%23.png"),
        ("https://h/jira/secure/attachment/1/a+b.png", "/secure/attachment/1/a+b.png"),
        ("https://site.atlassian.net/rest/api/3/attachment/content/1?x=1", "/rest/api/3/attachment/content/1?x=1"),
        ("/secure/attachment/1/secure/x", "/secure/attachment/1/secure/x"),
    ],
)
def test_addresses_of_files_are_paths_on_whatever_host_serves_them(address, path):
    assert server_path(address) == path


def test_times_become_extended_iso_8601():
    assert iso_time("2012-07-19T11:52:07.000+0000") == "2012-07-19T11:52:07.000+00:00"
    assert iso_time("2012-07-19T11:52:07Z") == "2012-07-19T11:52:07Z"
    assert iso_time(None) is None


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"accountId": "5a", "displayName": "A"}, True),
        ({"name": "a", "key": "JIRAUSER1", "displayName": "A", "active": True}, True),
        ({"name": "mark", "active": False}, True),
        ({"name": "a", "displayName": "A"}, True),
        ({"name": "Anonymous", "displayName": "Anonymous"}, False),
        ({"id": 1, "displayName": "users", "type": "atlassian-group-role-actor", "name": "users"}, False),
        ({"id": "3", "name": "Done"}, False),
        ({"name": "1.0", "released": True}, False),
        ("a", False),
    ],
)
def test_a_person_is_told_from_other_things(value, answer):
    assert is_person(value) is answer


def test_a_person_has_every_alias_and_the_immutable_one_first():
    server = {"name": "Fred", "key": "JIRAUSER7", "emailAddress": "Fred@Example.com", "displayName": "Fred F"}
    assert person_aliases(server) == ("JIRAUSER7", "Fred", "fred@example.com")
    assert person_id(server) == "JIRAUSER7"
    assert person_aliases({"accountId": "5a", "emailAddress": "?"}) == ("5a",)
    assert person_aliases("[~accountid:5a]") == ("5a",)
    assert person_aliases("fred") == ("fred",)
    assert person_aliases(None) == ()


def test_people_are_found_at_any_depth():
    fred, anna = {"name": "fred", "displayName": "F"}, {"accountId": "5a"}
    deep = {"a": [{"b": {"c": [fred]}}], "d": {"type": "doc", "content": [{"accountId": "no"}]}, "e": anna}
    assert list(embedded_people(deep)) == [fred, anna]
