"""What the comparison understands of JQL, and that it says so where it does not."""

from __future__ import annotations

import pytest

from .jql import Asked, Clause, Order, read_jql


def test_conditions_and_order_are_read() -> None:
    assert read_jql('project in (SHOP, "OPS") AND issuetype = Bug ORDER BY created DESC, key') == Asked(
        (Clause("project", ("SHOP", "OPS")), Clause("issuetype", ("Bug",))),
        (Order("created", True), Order("key", False)),
    )
    assert read_jql("assignee = currentUser()") == Asked((Clause("assignee", ("currentUser()",)),), ())
    assert read_jql("resolution is empty") == Asked((Clause("resolution", ("EMPTY",)),), ())
    assert read_jql("order by Rank ASC") == Asked((), (Order("rank", False),))


@pytest.mark.parametrize("jql", ["project = A OR project = B", "status != Done", "not labels = x", "(key = A-1)"])
def test_more_is_not_understood(jql: str) -> None:
    assert read_jql(jql) is None
