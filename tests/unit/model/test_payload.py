"""Payloads as JSON and back, whatever objects the source holds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from j2o_core.model.payload import Ref, RichText, from_json, to_json

REFS = st.builds(
    Ref,
    st.text(max_size=3),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
    st.text(max_size=3),
    st.sampled_from(["fail", "note"]),
    st.none() | st.text(max_size=3),
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | REFS | st.builds(RichText, st.just([["p"]]))
KEYS = st.sampled_from(["$ref", "$rich", "$plain", "aliases", "a"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


@given(VALUES)
@example({"$ref": "users"})
@example({"$rich": "text"})
@example({"$plain": {"$ref": 1}})
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


def test_ordinary_objects_are_stored_as_they_are() -> None:
    value = {"id": 1, "names": ["a", {"b": None}]}
    assert to_json(value) == value
