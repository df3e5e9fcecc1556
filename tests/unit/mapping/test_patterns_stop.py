"""A pattern that finds no end on some text is stopped, and the item says why."""

from __future__ import annotations

import time

import pytest

SLOW = [
    (r"(a|a)*b", "a" * 40),
    (r"(a{1,10}){1,10}b", "a" * 60),
    (r"(.*)(.*)(.*)(.*)x", "a" * 20_000),
    (r"(?:.*,){11}P", "," * 3_000),
    (r"(\w|\d)+:(\w|\d)+:(\w|\d)+!", "1" * 5_000),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 50),
]


@pytest.mark.parametrize(("pattern", "text"), SLOW)
def test_neither_a_step_nor_a_table_is_held_up_by_a_pattern(mapped, pattern, text):
    for fields, tables in (
        ({"x": {"from": "fields.a", "steps": [{"regex": pattern}]}}, {}),
        ({"x": {"from": "fields.a", "steps": [{"regex": {"pattern": pattern, "replace": "-"}}]}}, {}),
        ({"x": {"from": "fields.a", "table": "t"}}, {"t": {f"/{pattern}/": "one", "*": "other"}}),
    ):
        began = time.process_time()
        result = mapped({"a": text}, fields, tables=tables)
        assert time.process_time() - began < 3
        if result.fail is not None:
            assert "takes more than 1 s" in result.fail.message or "too long" in result.fail.message


def test_what_a_pattern_finds_is_what_re_finds(mapped):
    steps = [{"regex": {"pattern": r"(?i)\b(acme)-(\d+)\b", "replace": r"\2 of \g<1>"}}]
    result = mapped({"a": "see ACME-12, acme-7"}, {"x": {"from": "fields.a", "steps": steps}})
    assert result.payload["x"] == "see 12 of ACME, 7 of acme"
