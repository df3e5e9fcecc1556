"""What of a query can be said by lists of values, and why the rest cannot."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from j2o_jira.filters.conditions import Known, conditions_of
from j2o_jira.filters.dates import Inexpressible, both
from j2o_jira.filters.parser import parse
from j2o_jira.filters.tokens import JqlError

KNOWN = Known(
    fields={"customfield_10010": "Story Points", "customfield_10011": "Team"},
    projects={"acme": "10000", "acme shop": "10000", "ops": "10001"},
    categories={"to do": ["Open", "Backlog"], "new": ["Open", "Backlog"]},
    versions=lambda project: {"1.0": [f"{project}-1"]},
)


def read(jql):
    return conditions_of(parse(jql), KNOWN)


@pytest.mark.parametrize(
    ("jql", "where"),
    [
        ("project = acme", {"project": {"is": ["10000"]}}),
        ('project in ("Acme Shop", OPS)', {"project": {"is": ["10000", "10001"]}}),
        ("issuetype = Bug OR type = Task", {"type": {"is": ["Bug", "Task"]}}),
        ("NOT (status = A OR status in (B, C))", {"status": {"not": ["A", "B", "C"]}}),
        ("status in (A, B) AND status in (B, C)", {"status": {"is": ["B"]}}),
        ("resolution = Unresolved", {"status": {"state": "open"}}),
        ("resolution is not EMPTY", {"status": {"state": "closed"}}),
        ("resolution = Fixed", {"resolution": {"is": ["Fixed"]}}),
        ("statusCategory != Done", {"status": {"state": "open"}}),
        ('statusCategory = "To Do"', {"status": {"is": ["Open", "Backlog"]}}),
        ("assignee = jdoe", {"assignee": {"is": ["jdoe"]}}),
        ("(assignee != x OR assignee is EMPTY)", {"assignee": {"not": ["x"]}}),
        ("project = ACME AND fixVersion = 1.0", {"project": {"is": ["10000"]}, "fixVersion": {"is": ["10000-1"]}}),
        ('"Epic Link" = ACME-1', {"parent": {"is": ["ACME-1"]}}),
        ("cf[10011] = Red", {"Team": {"is": ["Red"]}}),
        ("summary ~ 'login fail*'", {"summary": {"contains": "login fail"}}),
        ("text !~ x", {"text": {"lacks": "x"}}),
        ("created >= -7d", {"created": {"range": "-7.."}}),
        ("created >= startOfDay(-1w) AND created < startOfDay()", {"created": {"range": "-7..-1"}}),
        ("updated <= 2024-02-01", {"updated": {"range": "..2024-01-31"}}),
        ("updated >= '2024/02/01' AND updated >= 2024-03-01", {"updated": {"range": "2024-03-01.."}}),
        ("NOT created < 2024-01-01", {"created": {"range": "2024-01-01.."}}),
        ("due < now()", {"due": {"range": "..0"}}),
        ("due <= endOfDay(3) AND due >= startOfDay()", {"due": {"range": "0..3"}}),
        ("due = 2024-02-29", {"due": {"range": "2024-02-29..2024-02-29"}}),
        ("due > 2024-02-29", {"due": {"range": "2024-03-01.."}}),
    ],
)
def test_what_can_be_said(jql, where):
    found = read(jql)
    assert (found.where, found.reasons, found.remarks) == (where, [], [])


def test_oneself_and_nothing_are_told_apart_from_values():
    found = read(
        "assignee in (currentUser(), jdoe) AND due is EMPTY AND fixVersion is not EMPTY AND reporter = currentUser()"
    )
    assert found.where == {"assignee": {"is": ["jdoe"]}}
    assert (found.me, found.empty, found.filled) == (["assignee", "reporter"], ["due"], ["fixVersion"])
    assert found.reasons == []


def test_what_is_implied_is_said_once():
    for jql in ("assignee is not EMPTY AND assignee = x", "assignee = x AND assignee is not EMPTY"):
        found = read(jql)
        assert (found.where, found.filled, found.reasons) == ({"assignee": {"is": ["x"]}}, [], [])
    found = read("assignee = currentUser() AND assignee in (currentUser(), x)")
    assert (found.where, found.me, found.reasons) == ({}, ["assignee"], [])


def test_what_excludes_a_value_says_that_it_shows_what_has_none():
    assert read("assignee != jdoe").remarks == ["it shows also what has no assignee"]
    assert read("status != Done AND type not in (Bug)").remarks == []


def test_fields_are_sorted_by_once_with_the_direction_that_jira_takes():
    assert read("order by Rank, created, createdDate asc, key desc, cf[10010]").order == {
        "by": ["rank", "created", "key", "Story Points"],
        "descending": ["created", "key"],
    }


@pytest.mark.parametrize(
    ("jql", "reason"),
    [
        ("status was Open", "'was' asks for the history"),
        ("NOT status changed", "negates what can only be asked for"),
        ("status = A OR assignee = b", "OR stands between conditions on different things"),
        ("status = A OR (status = B AND type = C)", "OR stands between conditions on different things"),
        ("assignee in membersOf(x)", r"membersOf\(\) has no counterpart"),
        ("assignee != currentUser()", r"currentUser\(\) has no counterpart"),
        ("assignee in (x, EMPTY)", "assignee with some values or none"),
        ("priority > Low", "by their order"),
        ("status = A AND resolution = Unresolved", "two conditions on status"),
        ("status = A AND status = B", "never met together"),
        ("summary ~ 'a AND b'", "a pattern, not words"),
        ('summary ~ "\\"a b\\""', "a pattern, not words"),
        ("Team ~ x", "'~' searches Team"),
        ("created > -2h", "finer than a day"),
        ("created >= startOfWeek()", r"startOfWeek\(\) has no counterpart"),
        ("created >= '2024-02-30'", "is no day"),
        ("created >= -1d AND created >= 2024-01-01", "mixes days of the calendar"),
        ("assignee = currentUser() AND assignee = jdoe", "never met together"),
        ("assignee is EMPTY AND assignee = jdoe", "two conditions on assignee"),
        ("assignee is not EMPTY AND assignee != jdoe", "two conditions on assignee"),
        ("fixVersion = 1.0", "versions of no named project"),
        ("project = ACME AND fixVersion = 9", "versions that are not there: 9"),
        ("statusCategory = Nonsense", "no category of statuses"),
    ],
)
def test_what_cannot_be_said_has_a_reason(jql, reason):
    found = read(jql).reasons
    assert len(found) == 1
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found[0])


def test_ranges_meet_or_cannot_be_compared():
    assert (
        both("-7..", "..-1") == "-7..-1" and both("2024-01-01..", "2023-01-01..2024-02-01") == "2024-01-01..2024-02-01"
    )
    with pytest.raises(Inexpressible):
        both("-7..", "2024-01-01..")


_PARTS = [
    "status = A",
    "type != b",
    "not",
    "(",
    ")",
    "and",
    "or",
    "created > -1d",
    "due <= 99999999999d",
    "assignee in (a, EMPTY)",
    "resolution is EMPTY",
    "text ~ 'x'",
    "order by a",
    "labels not in (x)",
    "status was b",
    "due > 0001-01-01",
    "x ~ y",
]


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(_PARTS), max_size=12).map(" ".join))
def test_whatever_is_a_query_is_said_or_has_reasons(jql):
    try:
        query = parse(jql)
    except JqlError:
        return
    found = conditions_of(query, KNOWN)
    assert query.condition is None or found.where or found.me or found.empty or found.filled or found.reasons
