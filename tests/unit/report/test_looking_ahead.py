"""Reports of what is told before anything is written: as pages, rows and documents."""

from __future__ import annotations

import io
import json
from typing import Any, Callable, Mapping

import pytest

from j2o_core.report import plan, preflight

HOSTILE = "<script>alert(1)</script> | a\nb"
COUNTS = {"source": 1234, "create": 1200, "update": 3, "unchanged": 30, "skip": 0, "fail": 1, "done": 0}
CAUSE = {
    "code": "J2O-O010",
    "entity": "items",
    "message": HOSTILE,
    "count": 7,
    "keys": ["A-1"],
    "place": "s.yaml:3:1",
    "next": "Mend it.",
}
EFFECTS = [
    {"entity": "items", "key": "A-1", "action": "create", "undo": "exact"},
    {
        "entity": "items",
        "key": "A-2",
        "action": "update",
        "undo": "exact",
        "fields": ["x"],
        "diff": [{"field": "x", "before": None, "after": [HOSTILE]}],
    },
]
SERVER = {
    "extent": "all",
    "entities": {"items": {"offered": False, "planned": 2, "asked": 0, "refused": 0, "waiting": 0}},
}
PLAN = plan.PlanReport("acme", "run", {"items": COUNTS}, (), [CAUSE], [CAUSE], EFFECTS, {**SERVER, "findings": [CAUSE]})
LINE = {"connection": "op", "topic": "mail", "status": "warn", "message": HOSTILE, "advice": "Switch it off"}
WANTED = {
    "kind": "types",
    "name": HOSTILE,
    "count": 1234,
    "examples": ["A-1", "<b>"],
    "done": False,
    "required": True,
    "note": "it is not there",
    "without": "it fails",
    "loss": "failure",
    "how": "Administration",
    "entity": "items",
    "field": "kind",
    "place": "s.yaml:3:1",
}
SEEN = preflight.PreflightReport("acme", [LINE], [WANTED, {**WANTED, "done": True, "name": "Task"}])


def written(write: Callable[[Any, io.StringIO], None], report: Any) -> str:
    out = io.StringIO()
    write(report, out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("formats", "report"), [(plan.FORMATS, PLAN), (preflight.FORMATS, SEEN), (preflight.CHECKLISTS, SEEN)]
)
def test_pages_need_nothing_else_and_show_text_as_text(formats: Mapping[str, Any], report: Any):
    page = written(formats["html"], report)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "http://" not in page and "https://" not in page
    assert 'type="search"' in page and 'table class="filtered"' in page


def test_a_plan_says_its_counts_and_whether_all_of_it_can_be_written():
    assert "1,200" in written(plan.write_html, PLAN) and not PLAN.is_clean
    assert written(plan.write_csv, PLAN).splitlines() == [
        "entity,source,create,update,unchanged,skip,fail,done",
        "items,1234,1200,3,30,0,1,0",
    ]
    form = json.loads(written(plan.write_json, PLAN))
    assert form["entities"]["items"] == COUNTS and form["effects"] == EFFECTS
    assert plan.PlanReport("acme", "run", {"items": {**COUNTS, "fail": 0}}).is_clean
    without = plan.as_json(plan.PlanReport("acme", "run", {}))
    assert "effects" not in without and "server_check" not in without


def test_a_checklist_in_markdown_is_one_row_for_each_thing():
    rows = written(preflight.write_checklist_markdown, SEEN).splitlines()
    (asked,) = [row for row in rows if row.startswith("| [ ] ")]
    assert "&lt;script>alert(1)&lt;/script> \\| a b" in asked and "*(required)*" in asked and "s.yaml:3:1" in asked
    assert asked.startswith("| [ ] | 1,234: A-1, &lt;b>, ... | types |")
    assert any("| types | Task | there |" in row for row in rows)
    unread = written(
        preflight.write_checklist_markdown, preflight.PreflightReport("acme", [], [{**WANTED, "count": None}])
    )
    assert "| [ ] | ? | types |" in unread
    assert "nothing" in written(preflight.write_checklist_markdown, preflight.PreflightReport("acme", [LINE]))


def test_a_preflight_is_ready_as_long_as_no_line_is_an_error():
    assert preflight.as_json(SEEN)["ready"]
    assert not preflight.as_json(preflight.PreflightReport("acme", [{**LINE, "status": "error"}]))["ready"]
    assert len(written(preflight.write_csv, SEEN).splitlines()) == 3, "a line break inside of a cell, and the header"
