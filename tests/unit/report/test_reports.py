"""Reports of a run in their three formats."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence

import pytest

from j2o_core.report import html_report, summary
from j2o_core.report.causes import rank
from j2o_core.report.csv_report import cell
from j2o_core.report.writing import FORMATS, write_file

HOSTILE = "<script>alert('x')</script>=1+1"


class Queries:
    """What a ledger would answer about one run."""

    def run(self, identifier: str) -> Mapping[str, Any]:
        return {"run": identifier, "spec": "acme", "state": "finished", "started": 0.0, "exit_code": 1}

    def entities(self, run: str) -> Mapping[str, Mapping[str, int]]:
        return {
            "users": {"source": 3, "created": 2, "skipped": 1},
            "work_packages": {"source": 1200, "created": 1198, "failed": 2},
        }

    def listed(self, run: str, outcome: Optional[str] = None) -> Iterable[Mapping[str, Any]]:
        rows = [
            ("users", "fred", "skipped", "J2O-M001", "no mail address"),
            ("work_packages", "ACME-1", "failed", "J2O-A001", HOSTILE),
            ("work_packages", "=cmd()", "failed", "J2O-A001", "refused"),
        ]
        for entity, key, result, code, message in rows:
            yield {
                "entity": entity,
                "origin": key,
                "key": key,
                "outcome": result,
                "code": code,
                "message": message,
                "place": "acme.yaml:41:7",
            }

    def alike(self, run: str) -> Iterable[Mapping[str, Any]]:
        for number, row in enumerate(self.listed(run)):
            told = {name: row[name] for name in ("outcome", "code", "entity")}
            yield {**told, "cause": number, "class": "", "count": 1, "first": number}

    def examples(
        self, run: str, of: Sequence[Sequence[Mapping[str, Any]]], most: int, requested: bool = False
    ) -> Sequence[Sequence[Mapping[str, Any]]]:
        rows = list(self.listed(run))
        return [[] if requested else [rows[group["first"]] for group in groups[:most]] for groups in of]

    def accounts(self, run: str) -> Iterable[Mapping[str, Any]]:
        why, place = "OpenProject has its own", "acme.yaml:99:5"
        rows = [("configuration", "workflows", name, "listed", 1) for name in ("Simple", HOSTILE, "=cmd()")]
        rows += [("comments", "author", "", "text", 1200), ("work_packages", "author", "", "written", 1198)]
        for entity, kind, name, becomes, count in rows:
            named = {"entity": entity, "kind": kind, "name": name, "becomes": becomes}
            yield {**named, "why": why, "count": count, "place": place}

    def problems(self, run: str) -> Iterable[Mapping[str, Any]]:
        yield {
            "stage": "plan",
            "severity": "warning",
            "code": "J2O-P001",
            "entity": "users",
            "origin": "fred",
            "key": "fred",
            "field": "language",
            "message": HOSTILE,
            "place": "",
        }


def written(format: str) -> str:
    out = io.StringIO()
    FORMATS[format](Queries(), "r1", out)
    return out.getvalue()


def test_every_format_states_the_success_rate() -> None:
    assert "Success rate: <strong>99.83 %</strong>" in written("html")
    assert json.loads(written("json"))["success_rate"] == 0.9983
    rows = [row for row in csv.reader(io.StringIO(written("csv"))) if row[0] == "rate"]
    assert rows == [["rate", "", "", "", "success", "99.83 %", "", "", ""]]


def test_the_success_rate_is_one_only_where_nothing_failed_or_is_left() -> None:
    assert summary.success_rate({"source": 3, "created": 1, "unchanged": 1, "skipped": 1}) == 1.0
    assert summary.success_rate({"source": 100_000, "created": 99_999, "failed": 1}) == 0.9999
    assert summary.success_rate({"source": 2, "created": 1, "left": 1}) == 0.5
    assert summary.success_rate({"source": 0}) is None
    assert [summary.percent(rate) for rate in (1.0, 0.9983, 0.5, None)] == ["100 %", "99.83 %", "50 %", "–"]


def test_html_lists_every_item_with_reason_key_and_spec_line() -> None:
    page = written("html")
    for text in ("ACME-1", "fred", "no mail address", "acme.yaml:41:7", "1,198", "Every sum adds up", "1970-01-01"):
        assert text in page


def test_hostile_text_stays_text_in_html() -> None:
    page = written("html")
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert") == 5  # causes, items, what is accounted for, codes, problems
    assert page.count("<script>") == 1  # its own


def test_html_asks_nobody_for_anything() -> None:
    page = written("html")
    assert "default-src 'none'" in page
    assert not any(word in page for word in ("src=", 'href="h', "@import", "url("))


def test_html_says_which_sums_do_not_add_up() -> None:
    class Wrong(Queries):
        def entities(self, run: str) -> Mapping[str, Mapping[str, int]]:
            return {"users": {"source": 3, "created": 1}}

    out = io.StringIO()
    html_report.write(Wrong(), "r1", out)
    assert "The sums of users do not add up" in out.getvalue()


def test_json_is_one_document_with_counts_items_and_problems() -> None:
    document = json.loads(written("json"))
    assert document["run"]["run"] == "r1"
    assert document["totals"]["source"] == 1203
    assert document["adds_up"] is True
    assert [item["key"] for item in document["items"]] == ["fred", "ACME-1", "=cmd()"]
    assert document["problems"][0]["message"] == HOSTILE


def test_csv_holds_counts_items_and_problems_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    counted = {(row["entity"], row["outcome"]): row["count"] for row in rows if row["kind"] == "count"}
    assert counted[("work_packages", "created")] == "1198"
    assert [row["key"] for row in rows if row["kind"] == "item"] == ["fred", "ACME-1", "'=cmd()"]
    assert [row["message"] for row in rows if row["kind"] == "problem"] == [HOSTILE]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_no_spreadsheet_takes_a_title_for_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell(f"a{text}") == f"a{text}"


def test_causes_come_failures_first_then_by_number() -> None:
    causes = rank(Queries(), "r1")
    assert [(cause.outcome, cause.count, cause.key) for cause in causes] == [
        ("failed", 1, "ACME-1"),
        ("failed", 1, "=cmd()"),
        ("skipped", 1, "fred"),
    ]


def test_a_report_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    class Broken(Queries):
        def problems(self, run: str) -> Iterable[Mapping[str, Any]]:
            raise OSError("gone")

    path = write_file(Queries(), "r1", tmp_path / "reports" / "r1.html")
    before = path.read_text(encoding="utf-8")
    with pytest.raises(OSError, match="gone"):
        write_file(Broken(), "r1", path)
    assert path.read_text(encoding="utf-8") == before
    assert list(path.parent.iterdir()) == [path]


def test_the_summary_adds_up_and_says_where_it_does_not() -> None:
    good = summary.render(Queries().entities("r1"))
    assert good.splitlines()[-1].split() == ["total", "1,203", "1,200", "0", "0", "1", "2", "0"]
    bad = summary.render({"users": {"source": 3, "created": 1}})
    assert bad.splitlines()[-1] == "users: 3 source items, but 1 outcomes"


@pytest.mark.parametrize("code", range(6))
def test_every_exit_code_has_words(code: int) -> None:
    assert str(code) not in html_report.verdict(code)


def test_what_is_no_item_is_accounted_for_by_kind_and_by_name_in_each_format() -> None:
    found = json.loads(written("json"))["accounts"]
    assert [row["name"] for row in found if row["kind"] == "workflows"] == ["Simple", HOSTILE, "=cmd()"]
    rows = [row for row in csv.reader(io.StringIO(written("csv"))) if row[0] == "account"]
    assert [
        "account",
        "comments",
        "author",
        "",
        "text",
        "1200",
        "",
        "OpenProject has its own",
        "acme.yaml:99:5",
    ] in rows
    assert len(rows) == 5 and not any(cell.startswith("=") for row in rows for cell in row)
    page = written("html")
    assert re.search(r"<td>workflows</td><td class=\"n\">3</td><td>listed</td>", page), "one row for the kind"
    assert re.search(r"<td>comments</td><td>author</td><td class=\"n\">1,200</td><td>text</td>", page)
    assert page.count("<td>Simple</td>") == 0 and ">Simple<" in page


def test_each_cause_and_code_says_what_to_do() -> None:
    fixes = {"J2O-A001": "Give it another name.", "J2O-P001": "Ask <b>somebody</b>."}
    out, again = io.StringIO(), io.StringIO()
    FORMATS["html"](Queries(), "r1", out, lambda: fixes)
    FORMATS["json"](Queries(), "r1", again, lambda: fixes)
    page, causes = out.getvalue(), json.loads(again.getvalue())["causes"]
    assert page.count("Give it another name.") == 2, "two causes of that code"
    assert "Ask &lt;b&gt;somebody&lt;/b&gt;." in page and "Ask <b>" not in page
    assert {cause["next"] for cause in causes if cause["code"] == "J2O-A001"} == {"Give it another name."}
    (other,) = (cause for cause in causes if cause["code"] == "J2O-M001")
    assert other["next"] and other["keys"] == ["fred"], "where a code is not known, its class says what to do"


def test_an_error_whose_code_is_not_known_says_what_its_class_does() -> None:
    class Refused(Queries):
        def problems(self, run: str) -> Iterable[Mapping[str, Any]]:
            row = {"stage": "apply", "entity": "work_packages", "key": "ACME-1", "field": None, "place": None}
            yield {**row, "code": "http_403", "message": "not allowed", "severity": "error"}
            yield {**row, "code": "odd", "message": "changed", "severity": "warning"}

    out = io.StringIO()
    FORMATS["html"](Refused(), "r1", out, dict)
    page = out.getvalue()
    codes = page[page.index('<table id="codes">') : page.index('<table id="found">')]
    assert "the permission that the message names" in codes and codes.count("--retry-failed") == 1


def test_every_list_of_the_page_can_be_filtered() -> None:
    page = written("html")
    named = re.findall(r'data-rows="#(\w+)"', page)
    assert sorted(named) == ["found", "items", "named"]
    assert all(f'<table id="{name}">' in page for name in named)
