"""Whatever is taken from sprints, boards, saved filters, dashboards, people and keys, the comparison finds it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Callable, Iterator

import pytest

from .runs import Migrated, Run

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("datacenter, prepared 17.8")]

Json = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """Copies of what is looked at: the target's state, the report and the table of redirects."""

    state: Json
    report: Json
    redirects: list[Json]

    def first(self, kind: str, **values: Any) -> Json:
        """The first row of a kind with these values."""
        return next(self.rows(kind, **values))

    def rows(self, kind: str, **values: Any) -> Iterator[Json]:
        """The rows of a kind with these values."""
        return (row for row in self.state[kind] if all(row.get(name) == value for name, value in values.items()))

    def remove(self, kind: str, row: Json) -> None:
        """Take a row away."""
        self.state[kind].remove(row)

    def is_not_reported(self, entity: str, kind: str) -> None:
        """Take the first line of a kind out of the report."""
        rows = self.report["accounts"]
        rows.remove(next(row for row in rows if (row["entity"], row["kind"]) == (entity, kind)))

    def redirect(self, key: str) -> Json:
        """The row of a key."""
        return next(row for row in self.redirects if row["old_key"] == key)


def a_sprint(subject: Subject) -> None:
    subject.remove("versions", subject.first("versions", name="SHOP sprint 1"))


def the_name_of_a_sprint(subject: Subject) -> None:
    subject.first("versions", name="SHOP sprint 3")["name"] = "Sprint 3"


def the_first_day_of_a_sprint(subject: Subject) -> None:
    subject.first("versions", name="SHOP sprint 4")["startDate"] = "1999-01-01"


def the_last_day_of_a_sprint(subject: Subject) -> None:
    subject.first("versions", name="SHOP sprint 4")["endDate"] = None


def when_a_sprint_was_closed(subject: Subject) -> None:
    row = subject.first("versions", name="SHOP sprint 5")
    row["description"]["raw"] = row["description"]["raw"].replace("completeDate: 2023", "completeDate: 2022")


def the_goal_of_a_sprint(subject: Subject) -> None:
    row = subject.first("versions", name="SHOP sprint 7")
    row["description"]["raw"] = row["description"]["raw"].replace("blockers", "")


def that_a_sprint_is_over(subject: Subject) -> None:
    subject.first("versions", name="OPS sprint 1")["status"] = "open"


def that_a_sprint_goes_on(subject: Subject) -> None:
    subject.first("versions", name="OPS sprint 7")["status"] = "closed"


def a_board(subject: Subject) -> None:
    subject.remove("grids", subject.first("grids", name="Web shop board"))


def the_name_of_a_board(subject: Subject) -> None:
    subject.first("grids", name="Everything on fire")["name"] = "Everything"


def the_project_of_a_board(subject: Subject) -> None:
    row = subject.first("grids", name="Platform operations board")
    row["_links"]["scope"]["href"] = row["_links"]["scope"]["href"].replace("/OPS/", "/SHOP/")


def a_column_of_a_board(subject: Subject) -> None:
    del subject.first("grids", name="Platform operations board")["widgets"][0]


def the_order_of_columns(subject: Subject) -> None:
    one, other = subject.first("grids", name="Platform operations board")["widgets"][:2]
    one["startColumn"], other["startColumn"] = other["startColumn"], one["startColumn"]


def a_status_of_a_column(subject: Subject) -> None:
    for query in subject.rows("queries", name="Done"):
        for one in query["filters"]:
            one["_links"]["values"] = [row for row in one["_links"].get("values", ()) if row["title"] != "Closed"]


def a_status_too_many_of_a_column(subject: Subject) -> None:
    values = [
        next(one["_links"]["values"] for one in query["filters"] if one["_links"]["filter"]["href"].endswith("/status"))
        for query in subject.rows("queries", name="In Progress")
    ]
    for query in subject.rows("queries", name="Done"):
        for one in query["filters"]:
            if one["_links"]["filter"]["href"].endswith("/status"):
                one["_links"]["values"] += [row for shown in values for row in shown]


def what_a_board_looks_over(subject: Subject) -> None:
    for query in subject.rows("queries", name="In Progress"):
        query["_links"]["project"]["title"] = "Elsewhere"


def a_saved_filter(subject: Subject) -> None:
    subject.remove("queries", subject.first("queries", name="Filter for Web shop board"))


def the_name_of_a_saved_filter(subject: Subject) -> None:
    subject.first("queries", name="Everything open")["name"] = "Everything closed"


def what_a_saved_filter_asks(subject: Subject) -> None:
    row = subject.first("queries", name="Everything open")
    row["filters"] = [one for one in row["filters"] if one["name"] != "status"]


def the_project_of_a_saved_filter(subject: Subject) -> None:
    subject.first("queries", name="Filter for Web shop board")["_links"]["project"] = {"href": None}


def the_order_of_a_saved_filter(subject: Subject) -> None:
    subject.first("queries", name="Everything open")["_links"]["sortBy"] = []


def who_sees_a_saved_filter(subject: Subject) -> None:
    subject.first("queries", name="Everything open")["public"] = False


def a_line_of_the_menu(subject: Subject) -> None:
    subject.remove("views", subject.first("views", name="Everything open"))


def a_dashboard(subject: Subject) -> None:
    subject.is_not_reported("dashboards", "dashboards")


def a_workflow(subject: Subject) -> None:
    subject.is_not_reported("configuration", "workflows")


def a_permission_scheme(subject: Subject) -> None:
    subject.is_not_reported("configuration", "permission schemes")


def a_screen(subject: Subject) -> None:
    subject.is_not_reported("configuration", "screens")


def that_a_version_is_released(subject: Subject) -> None:
    subject.first("versions", name="1.1")["status"] = "open"


def that_a_version_is_not_released(subject: Subject) -> None:
    subject.first("versions", name="Next")["status"] = "closed"


def the_first_day_of_a_version(subject: Subject) -> None:
    subject.first("versions", name="2.0")["startDate"] = None


def that_somebody_is_locked(subject: Subject) -> None:
    subject.first("users", status="locked")["status"] = "active"


def a_placeholder_user(subject: Subject) -> None:
    subject.remove("placeholder_users", subject.first("placeholder_users"))


def what_an_issue_is_called(subject: Subject) -> None:
    subject.first("work_packages", displayId="SHOP-2")["displayId"] = "SHOP-99"


def the_address_of_an_issue(subject: Subject) -> None:
    subject.redirects.remove(subject.redirect("SHOP-2"))


def where_an_issue_leads_to(subject: Subject) -> None:
    one, other = subject.redirect("SHOP-2"), subject.redirect("SHOP-3")
    one["new_id"], one["new_address"] = other["new_id"], other["new_address"]


def the_former_key_of_a_moved_issue(subject: Subject) -> None:
    subject.redirects.remove(subject.redirect("SHOP-31"))


def the_key_of_an_issue_under_what_its_project_was_called(subject: Subject) -> None:
    subject.redirects.remove(subject.redirect("SHOPOLD-2"))


def the_address_of_a_project(subject: Subject) -> None:
    subject.redirect("OPS")["new_address"] = "http://example.org/projects/99"


def the_former_key_of_a_project(subject: Subject) -> None:
    subject.redirects.remove(subject.redirect("SHOPOLD"))


MUTATIONS: tuple[tuple[Callable[[Subject], None], str], ...] = (
    (a_sprint, "Sprint"),
    (the_name_of_a_sprint, "Sprint: name"),
    (the_first_day_of_a_sprint, "Sprint: startDate"),
    (the_last_day_of_a_sprint, "Sprint: endDate"),
    (when_a_sprint_was_closed, "Sprint: completeDate"),
    (the_goal_of_a_sprint, "Sprint: goal"),
    (that_a_sprint_is_over, "Sprint: state"),
    (that_a_sprint_goes_on, "Sprint: state"),
    (a_board, "Board"),
    (the_name_of_a_board, "Board: name"),
    (the_project_of_a_board, "Board: project"),
    (a_column_of_a_board, "Board: column"),
    (the_order_of_columns, "Board: column"),
    (a_status_of_a_column, "Board: status of a column"),
    (a_status_too_many_of_a_column, "Board: status of a column"),
    (what_a_board_looks_over, "Board: projects it looks over"),
    (a_saved_filter, "Saved filter"),
    (the_name_of_a_saved_filter, "Saved filter: name"),
    (what_a_saved_filter_asks, "Saved filter: condition"),
    (the_project_of_a_saved_filter, "Saved filter: condition"),
    (the_order_of_a_saved_filter, "Saved filter: order"),
    (who_sees_a_saved_filter, "Saved filter: who sees it"),
    (a_line_of_the_menu, "Saved filter: menu"),
    (a_dashboard, "Dashboard"),
    (a_workflow, "Set-up: workflows"),
    (a_permission_scheme, "Set-up: permission schemes"),
    (a_screen, "Set-up: screens"),
    (that_a_version_is_released, "Version: released or archived"),
    (that_a_version_is_not_released, "Version: released or archived"),
    (the_first_day_of_a_version, "Version: startDate"),
    (that_somebody_is_locked, "User: may sign in"),
    (a_placeholder_user, "Person without an account"),
    (what_an_issue_is_called, "Key of an issue: what it is called"),
    (the_address_of_an_issue, "Key of an issue: address"),
    (where_an_issue_leads_to, "Key of an issue: address"),
    (the_former_key_of_a_moved_issue, "Former key of an issue: address"),
    (the_key_of_an_issue_under_what_its_project_was_called, "Former key of an issue: address"),
    (the_address_of_a_project, "Key of a project: address"),
    (the_former_key_of_a_project, "Former key of a project: address"),
)


@pytest.fixture(scope="module")
def around_issues(made_once: Callable[[Run], Migrated]) -> Migrated:
    """A whole migration, of which everything but the issues is compared."""
    return replace(made_once(Run("datacenter")), only=())


@pytest.mark.parametrize(("mutate", "kind"), [pytest.param(*one, id=one[0].__name__) for one in MUTATIONS])
def test_one_mutation_is_found_and_nothing_else(
    around_issues: Migrated, mutate: Callable[[Subject], None], kind: str
) -> None:
    whole = around_issues
    subject = Subject(*json.loads(json.dumps([whole.target.state, whole.report, whole.redirects])))
    mutate(subject)
    found = whole.compare(subject.state, subject.report, subject.redirects).missing
    assert {one.kind for one in found} == {kind}
