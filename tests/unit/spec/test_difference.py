"""What differs between two merged specs."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from j2o_core.spec.difference import Change, difference

BEFORE = {"name": "acme", "select": {"projects": ["A"]}, "tables": {"types": {"Bug": "Bug", "*": "Task"}}}


def test_each_value_that_differs_is_told_by_its_path():
    after = {"name": "acme", "select": {"projects": ["A", "B"]}, "tables": {"types": {"*": "Task", "Epic": "Phase"}}}
    assert difference(BEFORE, after) == [
        Change("select.projects", "changed", ["A"], ["A", "B"]),
        Change("tables.types.Bug", "removed", before="Bug"),
        Change("tables.types.Epic", "added", after="Phase"),
    ]


def test_a_number_and_its_text_or_a_truth_differ():
    assert difference({"a": 1, "b": 1}, {"a": "1", "b": True}) == [
        Change("a", "changed", 1, "1"),
        Change("b", "changed", 1, True),
    ]


def test_a_key_with_dots_is_one_key():
    assert [change.path for change in difference({"drop": {"fields.x": "a"}}, {"drop": {"fields.x": "b"}})] == [
        'drop["fields.x"]'
    ]


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=3), documents, max_size=4))
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]):
    assert difference(document, document) == []
