"""What is let through without cerberus is what cerberus would let through."""

from __future__ import annotations

from typing import Any

import pytest
from cerberus import Validator  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.checks.plainly import fits_plainly

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["string", "integer", "number", "float", "boolean", "list", "dict"])


def rules(inner: Any) -> Any:
    optional = {"required": st.booleans(), "nullable": st.booleans(), "empty": st.booleans()}
    several = st.lists(TYPES, min_size=1, max_size=2)
    plain = st.fixed_dictionaries({"type": TYPES | several}, optional={**optional, "meta": st.just({"example": 1})})
    numbers = st.fixed_dictionaries({"type": st.sampled_from(["integer", "number"]), "min": st.integers(-1, 1)})
    objects = st.fixed_dictionaries({"type": st.just("dict"), "schema": inner}, optional=optional)
    lists = st.fixed_dictionaries({"type": st.just("list"), "schema": plain}, optional=optional)
    return plain | numbers | objects | lists


SCHEMAS = st.recursive(
    st.dictionaries(NAMES, rules(st.just({})), max_size=3),
    lambda inner: st.dictionaries(NAMES, rules(inner), max_size=3),
    max_leaves=4,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-1, 1) | st.sampled_from(["", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@given(SCHEMAS, st.dictionaries(NAMES, VALUES, max_size=3))
def test_what_plainly_fits_is_valid(schema: dict[str, Any], data: dict[str, Any]) -> None:
    fits = fits_plainly(schema)
    assert fits is not None
    if fits(data):
        assert Validator(schema, allow_unknown=True).validate(data, normalize=False)


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "string", "regex": "a+"},
        {"type": ["string", "date"]},
        {"type": "string", "min": "a"},
        {"required": True},
        {"type": "dict", "schema": {"a": {"type": "string"}}, "allow_unknown": False},
        {"type": "dict", "schema": {"a": {"allowed": [1]}}},
        {"type": "date"},
    ],
)
def test_what_is_not_known_here_is_left_to_cerberus(rule: dict[str, Any]) -> None:
    assert fits_plainly({"a": rule}) is None


def test_unknown_keys_are_fine_and_what_is_required_is_missed() -> None:
    fits = fits_plainly({"a": {"type": "dict", "schema": {"b": {"type": "string", "required": True}}}})
    assert fits is not None
    assert fits({"z": 1}) and fits({"a": {"b": "x", "c": 1}})
    assert not fits({"a": {"c": 1}}) and not fits({"a": None}) and not fits({"a": {"b": 1}})
