"""The built-in steps, value by value."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.protocols import StepError
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin

REGISTRY = Registry()
builtin.j2o_register(REGISTRY)

SPRINT = "com.atlassian.greenhopper.service.sprint.Sprint@a88a698[{}]"


def apply(name: str, value: Any, argument: Any = None) -> Any:
    return REGISTRY.get("step", name).apply(value, argument, {})


def test_the_steps_are_a_plugin_like_any_other():
    plugins = load_plugins({"J2O_PLUGINS": "none"}, [(builtin.NAME, builtin)])
    (info,) = plugins.infos
    assert info.error is None
    assert "step:truncate" in info.provides
    assert set(plugins.registry.names("step")) == set(REGISTRY.names("step"))


def test_the_module_lists_every_step():
    listed = set(re.findall(r"``(\w+)``", builtin.__doc__ or ""))
    assert listed == set(REGISTRY.names("step"))


@pytest.mark.parametrize(
    ("step", "argument", "value", "expected"),
    [
        ("trim", None, " \ta b\r\n", "a b"),
        ("trim", None, [" a", "b ", " "], ["a", "b"]),
        ("truncate", 5, "abcde", "abcde"),
        ("truncate", 5, "abcdef", "abcd…"),
        ("truncate", 5, "abc def", "abc…"),
        ("truncate", {"length": 6, "end": "..."}, "abcdefgh", "abc..."),
        ("truncate", {"length": 3, "end": ""}, "abcdefgh", "abc"),
        ("truncate", 3, "🙂🙂🙂🙂", "🙂🙂…"),
        ("lower", None, "ÀB", "àb"),
        ("upper", None, ["a", "b"], ["A", "B"]),
        ("replace", {"from": "a", "to": "--"}, "banana", "b--n--n--"),
        ("regex", r"PR-(\d+)", "see PR-12, PR-13", "12"),
        ("regex", r"\d+", "see 12", "12"),
        ("regex", r"\d+", "none", None),
        ("regex", {"pattern": r"(\w+)@\S+", "replace": r"\1"}, "ann@x.y bob@x.y", "ann bob"),
        ("split", None, "a, b,,c", ["a", "b", "c"]),
        ("split", ";", ["a;b", "c"], ["a", "b", "c"]),
        ("text", None, 5.0, "5"),
        ("text", None, {"value": "A"}, "A"),
        ("format", "5 h", 5, "5 h"),
        ("json", None, {"b": "ü", "a": [1]}, '{\n  "a": [\n    1\n  ],\n  "b": "ü"\n}'),
        ("join", None, ["a", None, 1.0, {"name": "x"}], "a, 1, x"),
        ("join", "; ", "a", "a"),
        ("first", None, [None, "a", "b"], "a"),
        ("last", None, ["a", "b", ""], "b"),
        ("last", None, "a", "a"),
        ("unique", None, ["b", "a", "b", {"x": 1}, {"x": 1}], ["b", "a", {"x": 1}]),
        ("get", "name", {"name": "n"}, "n"),
        ("get", "name", [{"name": "n"}, {}, "x"], ["n"]),
        ("get", "name", "text", None),
        ("default", "d", None, "d"),
        ("default", "d", 0, 0),
        ("number", None, "5", 5),
        ("number", None, " -2.5 ", -2.5),
        ("number", None, 3.0, 3.0),
        ("number", {"decimal": ","}, "1.234,5", 1234.5),
        ("integer", None, 5.0, 5),
        ("round", None, 2.5, 3),
        ("round", None, -2.5, -3),
        ("round", 2, 1.005, 1.01),
        ("boolean", None, "Yes", True),
        ("boolean", None, 0, False),
        ("date", None, "2024-02-29", "2024-02-29"),
        ("date", None, "2011-07-25T23:11:53.000-0700", "2011-07-25"),
        ("date", "%d/%m/%Y", "29/02/2024", "2024-02-29"),
        ("day", None, "2011-07-25T23:11:53.000-0700", "2011-07-25"),
        ("day", "UTC", "2011-07-25T23:11:53.000-0700", "2011-07-26"),
        ("datetime", None, "2011-07-25T22:11:53.123+0000", "2011-07-25T22:11:53.123+00:00"),
        ("datetime", None, "2011-07-25T22:11:53Z", "2011-07-25T22:11:53Z"),
        ("datetime", None, "2011-07-25 22:11+0530", "2011-07-25T22:11:00+05:30"),
        ("datetime", None, 1311631913123, "2011-07-25T22:11:53.123+00:00"),
        ("datetime", "UTC", "2011-07-25T22:11:53", "2011-07-25T22:11:53+00:00"),
        ("seconds_to_duration", None, 5400, "PT1H30M"),
        ("seconds_to_duration", None, 0, "PT0S"),
        ("seconds_to_duration", None, 360001, "PT100H1S"),
        ("option", None, {"value": "A", "id": "1"}, "A"),
        ("option", None, {"value": "A", "child": {"value": "B"}}, "A / B"),
        ("option", " > ", [{"value": "A", "child": {"value": "B"}}, {"name": "N"}], ["A > B", "N"]),
        ("user", None, {"displayName": "Ann Lee", "name": "ann"}, "Ann Lee"),
        ("user", None, [{"name": "ann"}, "bob"], ["ann", "bob"]),
        ("labels", None, ["b", {"name": "a"}, "b", " "], ["b", "a"]),
        ("epic", None, "ACME-1", "ACME-1"),
        ("epic", None, {"id": 7, "key": "ACME-1", "fields": {}}, "ACME-1"),
        ("identifier", None, "ACME", "acme"),
        ("identifier", None, "Ünïcode & Co.", "unicode-co"),
        ("identifier", None, "2024", "p-2024"),
        ("identifier", None, "x" * 200, "x" * 100),
        ("identifier", 10, "long-name-here", "long-name"),
        ("login", None, "Ann Lee", "ann.lee"),
        ("login", None, "Ann.Müller@X.example", "ann.muller@x.example"),
    ],
)  # fmt: skip
def test_a_step_gives(step, argument, value, expected):
    assert apply(step, value, argument) == expected


@pytest.mark.parametrize(
    ("step", "argument", "value", "words"),
    [
        ("trim", None, {"id": 1, "name": "x"}, "an object with id, name"),
        ("number", None, "five", "a number"),
        ("number", None, "1_000", "a number"),
        ("number", None, "nan", "a number"),
        ("number", None, True, "a number"),
        ("integer", None, 5.5, "round"),
        ("boolean", None, "maybe", "true or false"),
        ("date", None, "tomorrow", "no timestamp"),
        ("date", None, "2023-02-29", "day is out of range"),
        ("date", "%d/%m/%Y", "2024-02-29", "%d/%m/%Y"),
        ("datetime", None, "2011-07-25T22:11:53", "offset"),
        ("datetime", None, "2011-07-25T22:11:53+9900", "offset"),
        ("datetime", None, "2011-07-25", "no timestamp"),
        ("seconds_to_duration", None, -60, "none or more"),
        ("seconds_to_duration", None, "1h", "a number"),
        ("option", None, {"self": "x"}, "an option"),
        ("sprint", None, "Sprint 1", "a sprint"),
        ("regex", "a", "x" * 100_001, "100000"),
        ("rich_text", None, 5, "formatted text"),
        ("table", "t", "x", "inside a mapping"),
    ],
)
def test_a_step_refuses_what_it_cannot_take_and_says_what_it_expected(step, argument, value, words):
    with pytest.raises(StepError, match=re.escape(words)):
        apply(step, value, argument)


@pytest.mark.parametrize(
    "text",
    [
        "id=1,rapidViewId=1,state=ACTIVE,name=A, B [x]=y],startDate=2020-01-01T00:00:00.000Z,endDate=<null>,"
        "goal=do, this=now",
        "rapidViewId=1,state=ACTIVE,name=A, B [x]=y],startDate=2020-01-01T00:00:00.000Z,goal=do, this=now,"
        "endDate=<null>,sequence=1,id=1",
    ],
)
def test_a_sprint_is_read_from_its_text_whatever_its_order_and_name(text):
    assert apply("sprint", [SPRINT.format(text)]) == [
        {
            "id": 1,
            "name": "A, B [x]=y]",
            "state": "active",
            "startDate": "2020-01-01T00:00:00.000Z",
            "endDate": None,
            "completeDate": None,
            "goal": "do, this=now",
        }
    ]


def test_a_sprint_is_the_same_from_json():
    value = {"id": 3, "name": "S", "state": "closed", "boardId": 1, "goal": ""}
    assert apply("sprint", value)["name"] == "S"
    assert set(apply("sprint", value)) == set(apply("sprint", SPRINT.format("id=3,name=S")))


@given(st.text(max_size=60), st.integers(1, 40))
def test_truncate_never_exceeds_its_length_and_keeps_what_fits(text, length):
    made = apply("truncate", text, length)
    assert len(made) <= length
    assert made == text if len(text) <= length else made.endswith("…")


@given(st.integers(0, 10**9))
def test_a_duration_holds_exactly_its_seconds(seconds):
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", apply("seconds_to_duration", seconds))
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    assert hours * 3600 + minutes * 60 + rest == seconds
    assert minutes < 60 and rest < 60


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_timestamp_keeps_its_moment_its_offset_and_its_day(moment, minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = aware.strftime("%Y-%m-%dT%H:%M:%S.%f") + aware.strftime("%z")
    made = apply("datetime", text)
    assert datetime.fromisoformat(made) == aware
    assert datetime.fromisoformat(made).utcoffset() == aware.utcoffset()
    assert apply("day", text) == moment.date().isoformat()


@given(st.dates())
def test_a_date_stays_what_it_is(value: date):
    assert apply("date", value.isoformat()) == value.isoformat()


@given(st.text(min_size=1, max_size=300))
def test_identifiers_and_logins_are_always_ones_the_target_takes(text):
    identifier = apply("identifier", text)
    assert re.fullmatch(r"[a-z0-9_-]{1,100}", identifier)
    assert not identifier.isdigit()
    assert apply("identifier", identifier) == identifier
    login = apply("login", text)
    assert re.fullmatch(r"[a-z0-9_.@+-]{1,256}", login)
    assert apply("login", login) == login


@given(st.lists(st.text(alphabet="abc, ", max_size=4), max_size=6))
def test_unique_keeps_order_and_loses_nothing(values):
    made = apply("unique", values)
    assert set(made) == set(values)
    assert made == sorted(set(values), key=values.index)
