"""What verification found, in three formats."""

from __future__ import annotations

import csv
import io
import json

from j2o_core.model.problem import Place, Problem
from j2o_core.report.findings import FORMATS, Findings, book_rows

HOSTILE = "=cmd() <b>bold</b>"
FOUND = Findings("acme", {"users": 3}, (Problem("J2O-V001", HOSTILE, entity="users", key="fred", field="login"),))


def written(format: str, found: Findings = FOUND) -> str:
    out = io.StringIO()
    FORMATS[format](found, out)
    return out.getvalue()


def test_json_holds_the_counts_and_each_finding() -> None:
    assert json.loads(written("json")) == {
        "spec": "acme",
        "checked": {"users": 3},
        "findings": [
            {
                "severity": "error",
                "code": "J2O-V001",
                "entity": "users",
                "key": "fred",
                "field": "login",
                "message": HOSTILE,
            }
        ],
    }


def test_csv_and_html_keep_hostile_text_harmless() -> None:
    (row,) = csv.DictReader(io.StringIO(written("csv")))
    assert row["message"] == "'" + HOSTILE
    page = written("html")
    assert "<b>" not in page
    assert "1 findings" not in page
    assert "&lt;b&gt;bold" in page


def test_html_says_so_where_all_is_as_it_was_written() -> None:
    assert "The target holds what was written." in written("html", Findings("acme", {"users": 3}, ()))


SHARED = Findings(
    "acme",
    {"users": 30},
    (Problem("J2O-M102", "12 users: no row", place=Place("acme.yaml", 3, 5), entity="users"),),
    "check",
    [(12, ("fred", "=jim"))],
)


def test_findings_that_items_share_tell_how_many_which_for_example_and_the_line() -> None:
    (finding,) = json.loads(written("json", SHARED))["findings"]
    assert (finding["count"], finding["keys"], finding["place"]) == (12, ["fred", "=jim"], "acme.yaml:3:5")
    (row,) = csv.DictReader(io.StringIO(written("csv", SHARED)))
    assert (row["count"], row["keys"], row["place"]) == ("12", "fred, =jim", "acme.yaml:3:5")
    page = written("html", SHARED)
    assert "Check of acme" in page and "fred, =jim" in page and "Read back" not in page


def test_a_check_without_findings_says_so() -> None:
    assert "Nothing was found." in written("html", Findings("acme", {"users": 3}, (), "check", []))


def test_where_fixes_are_known_each_finding_says_what_to_do_next() -> None:
    known = Findings("acme", {"users": 3}, (*FOUND.findings, Problem("J2O-X9", "odd")), fixes={"J2O-V001": "Undo it."})
    first, second = json.loads(written("json", known))["findings"]
    assert first["next"] == "Undo it." and second["next"], "of a code that is not known its class tells"
    assert "Undo it." in written("html", known) and "Undo it." in written("csv", known)


BOOKS = {
    "users": {"source": 5, "written": 3, "skipped": 1, "failed": 0, "unaccounted": 1, "retired": 2},
    "notes": {"source": 1234, "written": 0, "skipped": 1234, "failed": 0, "unaccounted": 0, "retired": 0},
}


def test_books_stand_beside_what_was_read_back() -> None:
    found = Findings("acme", {"users": 5, "views": 4}, (), books=BOOKS)
    assert json.loads(written("json", found))["books"] == BOOKS
    assert book_rows(found) == [
        ("entity", "source", "written", "skipped", "failed", "unaccounted", "retired", "read back"),
        ("users", 5, 3, 1, 0, 1, 2, 5),
        ("notes", 1234, 0, 1234, 0, 0, 0, 0),
        ("views", 0, 0, 0, 0, 0, 0, 4),
    ]
    assert book_rows(FOUND) == [("entity", "read back"), ("users", 3)]
    page = written("html", found)
    assert page.count("<th ") == 7 and "1,234" in page
    assert "books" not in json.loads(written("json"))
