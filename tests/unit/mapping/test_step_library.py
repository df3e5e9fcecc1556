"""What holds for every step of the library: it says what it does, its examples are true, and it is pure."""

from __future__ import annotations

import copy
import json
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from j2o_core.hooks.protocols import StepError
from j2o_core.mapping.scope import Scope
from j2o_core.model.payload import RichText
from j2o_core.model.secret import Secret

from .conftest import make_registry

REGISTRY = make_registry()
STEPS = {name: REGISTRY.get("step", name) for name in REGISTRY.names("step")}
#: what they give depends on the spec or on other plugins
BOUND = {"table": "t", "ref": "users", "rich_text": None, "plain_text": None}
SECRET = Secret("0123456789abcdef")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
keys = st.sampled_from(["value", "name", "child", "id", "key", "displayName", "emailAddress", "object", "url"])
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
likely = st.sampled_from(
    [
        "2024-02-29",
        "0001-01-01",
        "9999-12-31T23:59:59.999+0000",
        "2024-02-29T13:45:00.000-1200",
        "1w 2d",
        "PT1H",
        "P1W",
        "1e400",
        "-0",
        "http://[::1",
        "https://x.example:99999/",
        "\ud800",
        "com.atlassian.greenhopper.service.sprint.Sprint@1[id=",
        10**400,
        {"type": "doc", "content": []},
    ]
)


def apply(name: str, value: Any, argument: Any = None, scope: Any = None) -> Any:
    return STEPS[name].apply(value, argument, {} if scope is None else scope)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_step_describes_itself_and_its_argument(name: str) -> None:
    step = STEPS[name]
    Draft202012Validator.check_schema(step.schema)
    assert step.summary.endswith(".") and step.version
    assert step.examples or name in BOUND
    for part in _parts(step.schema):
        assert part["description"], part
        assert part.get("type") == "null" or part["examples"], part
        for example in part.get("examples", ()):
            Draft202012Validator(part).validate(example)


def _parts(schema: Any) -> list[Any]:
    """The leaves of an argument's schema: what stands for a value of its own."""
    if "oneOf" in schema:
        return [part for choice in schema["oneOf"] for part in _parts(choice)]
    if "properties" in schema:
        return [part for choice in schema["properties"].values() for part in _parts(choice)]
    return [schema]


@pytest.mark.parametrize(
    ("name", "argument", "value", "result"),
    [(name, *example) for name, step in sorted(STEPS.items()) for example in step.examples],
)
def test_the_examples_of_a_step_are_true(name: str, argument: Any, value: Any, result: Any) -> None:
    assert Draft202012Validator(STEPS[name].schema).is_valid(argument)
    made = apply(name, value, argument)
    assert made == result and type(made) is type(result)


@given(st.sampled_from(sorted(STEPS)), json_values | likely | st.lists(likely, max_size=3), st.data())
def test_a_step_takes_any_value_or_refuses_it_with_a_reason_and_changes_nothing(
    name: str, value: Any, data: st.DataObject
) -> None:
    known = [BOUND[name]] if name in BOUND else [example[0] for example in STEPS[name].examples]
    argument = data.draw(st.sampled_from(known))
    before, argument_before = copy.deepcopy(value), copy.deepcopy(argument)
    made = []
    for scope in (Scope({}, None), Scope({}, None)) if name not in ("table", "ref") else ({}, {}):
        try:
            made.append(apply(name, value, argument, scope))
        except StepError as error:
            assert str(error) and len(str(error)) < 1_000
            made.append(str(error))
    assert repr(made[0]) == repr(made[1])
    assert repr(value) == repr(before) and argument == argument_before


@given(json_values | likely)
def test_a_json_block_holds_the_whole_value(value: Any) -> None:
    (block,) = apply("json_block", value).tree
    text = next(part for part in _texts(block) if part.strip() not in ("pre", "code", "json", ""))
    assert json.dumps(json.loads(text), sort_keys=True) == json.dumps(value, sort_keys=True)


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    found = [text for part in inner for text in _texts(part)]
    return sorted(found, key=len, reverse=True)


# ------------------------------------------------------------------ durations


@given(st.integers(0, 50), st.integers(0, 9), st.integers(0, 99), st.integers(0, 99))
def test_a_duration_in_words_is_the_sum_of_its_parts(weeks: int, days: int, hours: int, minutes: int) -> None:
    seconds = ((weeks * 4 + days) * 7 * 60 + hours * 60 + minutes) * 60
    lengths = {"hours_per_day": 7, "days_per_week": 4}
    for text in (
        f"{weeks}w {days}d {hours}h {minutes}m",
        f"{weeks}w{days}d{hours}h{minutes}m",
        f"{weeks} weeks, {days} days, {hours} hours, {minutes} minutes",
        f"P{weeks}W{days}DT{hours}H{minutes}M",
    ):
        assert apply("duration", text, lengths) == apply("seconds_to_duration", seconds)
        assert Fraction(str(apply("hours", text, lengths))).limit_denominator(60) == Fraction(seconds, 3600)


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        (None, "1w", "PT40H"),
        (None, "1d", "PT8H"),
        (None, "1.5h", "PT1H30M"),
        (None, "1,5h", "PT1H30M"),
        (None, "2H 5Min", "PT2H5M"),
        (None, "90", "PT1M30S"),
        ({"unit": "days"}, "2", "PT16H"),
        ({"unit": "minutes"}, 0.5, "PT30S"),
        (None, "0m", "PT0S"),
        (None, ["1h", "", "30m"], ["PT1H", "PT30M"]),
    ],
)
def test_a_duration_is_read_as_people_write_it(argument: Any, value: Any, expected: Any) -> None:
    assert apply("duration", value, argument) == expected


@pytest.mark.parametrize(
    "value", ["", "soon", "1x", "h", "1h-", "P", "PT", "P1Y", "-1h", "-60", "1h" * 51, 10**12, True, {"h": 1}, "१h"]
)
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(StepError):
        apply("duration", value)


# ------------------------------------------------------------------ personal data


def test_a_pseudonym_is_of_the_person_whatever_form_names_it() -> None:
    argument = {"secret": SECRET}
    person = {"accountId": "5b1", "displayName": "Ann Lee", "emailAddress": "ann@x.example"}
    made = apply("pseudonym", person, argument)
    assert re.fullmatch(r"user-[0-9a-f]{16}", made)
    assert apply("pseudonym", ["5b1", person], argument) == [made, made]
    assert apply("pseudonym", {**person, "displayName": "Ann Ray"}, argument) == made


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(min_size=16, max_size=20))
def test_a_pseudonym_cannot_be_found_out_without_its_secret(text: str, secret: str) -> None:
    made = apply("pseudonym", text, {"secret": Secret(secret)})
    assert made == apply("pseudonym", text, {"secret": Secret(secret)})
    assert made != apply("pseudonym", text, {"secret": Secret(secret + "x")})
    assert made[5:] not in (apply("hash", text)[:16], text)


@pytest.mark.parametrize(("secret", "words"), [("written out, long enough", "reference"), (Secret("short"), "16")])
def test_a_secret_that_is_written_out_or_short_is_refused_and_not_shown(secret: str, words: str) -> None:
    for name in ("pseudonym", "hash"):
        with pytest.raises(StepError, match=words) as error:
            apply(name, "ann", {"secret": secret})
        assert str(secret) not in str(error.value)


def test_a_secret_does_not_show_itself() -> None:
    assert "0123" not in repr(SECRET) + repr({"secret": SECRET}) + f"{[SECRET]}"


# ------------------------------------------------------------------ cutting


def test_a_number_out_of_bounds_is_told_and_the_whole_value_preserved(mapped: Any) -> None:
    form = {"from": "fields.n", "steps": [{"clamp": {"max": 100}}]}
    result = mapped({"n": 120}, {"x": form})
    assert (result.payload["x"], result.preserved) == (100, {"n": 120})
    assert [problem.code for problem in result.problems] == ["J2O-M108"]


@pytest.mark.parametrize(
    ("fields", "payload", "preserved"),
    [
        ({"a": {"level": 1}}, {"a": "A"}, {"x": "B"}),
        ({"a": {"level": 2}}, {"a": "B"}, {"x": "A"}),
        ({"a": {"level": 1}, "b": {"level": 2}}, {"a": "A", "b": "B"}, {}),
        ({"a": {"separator": "::"}}, {"a": "A::B"}, {}),
    ],
)
def test_one_level_of_a_cascading_option_leaves_the_other(
    mapped: Any, fields: Any, payload: Any, preserved: Any
) -> None:
    value = {"self": "u", "id": "1", "value": "A", "child": {"self": "u", "id": "2", "value": "B"}}
    forms = {name: {"from": "fields.x", "steps": [{"option": argument}]} for name, argument in fields.items()}
    result = mapped({"x": value}, forms)
    assert {name: result.payload[name] for name in payload} == payload
    assert result.preserved == preserved


def test_formatted_text_becomes_what_a_person_reads(mapped: Any) -> None:
    forms = {"x": {"from": "fields.d", "steps": ["plain_text"]}, "y": {"from": "fields.d", "steps": ["rich_text"]}}
    result = mapped({"d": "some text"}, forms)
    assert result.payload["x"] == "some text"
    assert isinstance(result.payload["y"], RichText)
    assert mapped({"d": [" ", "a"]}, {"x": forms["x"]}).payload["x"] == ["a"]


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "x", "http://", "/a/b", "http://a b/", "ht tp://x", "file:///etc"]
)
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(StepError, match="an address"):
        apply("url", value)
