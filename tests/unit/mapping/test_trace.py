"""Every part of a mapping tells what it got and what it made, where somebody asks."""

from __future__ import annotations

from typing import Any

from j2o_core.mapping.trace import NOTHING
from j2o_core.model.payload import Ref

from .conftest import record

FIELDS = {
    "subject": {"from": ["fields.title", "fields.summary"], "steps": ["trim", {"truncate": 4}]},
    "type": {"from": "fields.type", "table": "types", "default": "Task"},
    "empty": {"from": "fields.none", "steps": ["trim"], "default": "said"},
    "assignee": {"from": "fields.who", "ref": "users"},
    "left": {"value": "x", "when": "{{ false }}"},
}
RULES = {"short": {"on": "target", "assert": '{{ target.subject == "H" }}', "message": "long", "on_fail": "warn"}}
ISSUE = {"id": "1", "key": "ACME-1", "fields": {"summary": "  Hello you ", "type": "Bug", "who": {"name": "ann"}}}


def traced(compiled: Any) -> list[tuple[Any, ...]]:
    trace: list[Any] = []
    mapping = compiled(FIELDS, tables={"types": {"Bug": "Defect"}}, rules=RULES)
    mapping.apply(record(ISSUE), None, trace)
    return [(part.field, part.kind, part.name, part.path.rpartition(".")[2], part.before, part.after) for part in trace]


def test_each_part_is_told_in_order_with_what_went_in_and_what_came_out(compiled):
    ann = Ref("users", ("ann",), "")
    assert traced(compiled) == [
        ("subject", "from", "fields.title", "from", NOTHING, None),
        ("subject", "from", "fields.summary", "from", NOTHING, "  Hello you "),
        ("subject", "step", "trim", "steps[0]", "  Hello you ", "Hello you"),
        ("subject", "step", "truncate", "steps[1]", "Hello you", "Hel…"),
        ("type", "from", "fields.type", "from", NOTHING, "Bug"),
        ("type", "step", "table", "table", "Bug", "Defect"),
        ("empty", "from", "fields.none", "from", NOTHING, None),
        ("empty", "step", "trim", "steps[0]", None, None),
        ("empty", "default", "default", "default", NOTHING, "said"),
        ("assignee", "from", "fields.who", "from", NOTHING, {"name": "ann"}),
        ("assignee", "ref", "users", "ref", {"name": "ann"}, ann),
        ("left", "when", "when", "when", NOTHING, False),
        ("", "rule", "short", "", NOTHING, "short: long"),
    ]


def test_a_traced_record_becomes_the_same_payload(compiled):
    mapping = compiled(FIELDS, tables={"types": {"Bug": "Defect"}}, rules=RULES)
    assert mapping.apply(record(ISSUE), None, []) == mapping.apply(record(ISSUE))
