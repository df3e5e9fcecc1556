"""What is wrong with a mapping is found before the first record, all at once, with its place."""

from __future__ import annotations

import pytest

from j2o_core.mapping.compiled import CompileError


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ({"from": "fields.a", "steps": ["trucate"]}, "J2O-M001", "trucate"),
        ({"from": "fields.a", "steps": [{"truncate": "long"}]}, "J2O-M002", "truncate"),
        ({"from": "fields.a", "steps": ["truncate"]}, "J2O-M002", "needs an argument"),
        ({"from": "fields.a", "steps": [{"trim": 3}]}, "J2O-M002", "takes no argument"),
        ({"from": "fields.a", "steps": [{"regex": "(a+)+b"}]}, "J2O-M002", "exponential"),
        ({"from": "fields.a", "steps": [{"regex": "(a"}]}, "J2O-M002", "regex"),
        ({"from": "fields.a", "steps": [{"day": "Mars/Olympus"}]}, "J2O-M002", "Mars/Olympus"),
        ({"from": "fields..a"}, "J2O-M003", "column"),
        ({"from": "{{ fields.a }}"}, "J2O-M003", "expression"),
        ({"from": "target.subject"}, "J2O-M003", "target"),
        ({"from": "a b"}, "J2O-M003", "column 2"),
        ({"value": "{{ item.key"}, "J2O-M004", "not an expression"),
        ({"value": "{{ itm.key }}"}, "J2O-M004", "itm"),
        ({"value": "{{ item.key.upper() }}"}, "J2O-M004", "method"),
        ({"value": "{{ lipsum() }}"}, "J2O-M004", "unknown function 'lipsum'"),
        ({"value": "{{ lower() }}"}, "J2O-M004", "takes its arguments one by one"),
        ({"value": "{{ target.subject }}"}, "J2O-M004", "'target' is not known here"),
        ({"from": "fields.a", "when": "item.key"}, "J2O-M004", "exactly one expression"),
        ({"from": "fields.a", "table": "typs"}, "J2O-M007", "typs"),
        ({"value": "{{ item.a | table('typs') }}"}, "J2O-M007", "typs"),
        ({"from": "fields.a", "table": "bad"}, "J2O-M008", "regular expression"),
        ({"from": "fields.a", "ref": "user"}, "J2O-M010", "user"),
        ({"from": "fields.a", "missing": "note"}, "J2O-M011", "refers to nothing"),
        ({"from": "fields.a", "missing": {"use": "x"}}, "J2O-M011", "refers to nothing"),
        ({"from": "fields.a", "missing": "ignore"}, "J2O-M011", "ignore"),
        ({"from": "fields.a", "ref": "users", "missing": "placeholder"}, "J2O-M011", "placeholder"),
    ],
)
def test_a_mistake_is_named(compiled, form, code, words):
    with pytest.raises(CompileError) as error:
        compiled({"subject": "fields.summary", "x": form}, tables={"types": {"a": "b"}, "bad": {"/(a/": "b"}})
    problem = error.value.problems[0]
    assert (problem.code, problem.severity) == (code, "error")
    assert words in problem.message
    assert problem.path.startswith("entities.work_packages.map.x")


@pytest.mark.parametrize(
    ("form", "suggestion"),
    [
        ({"from": "fields.a", "steps": ["trucate"]}, "truncate"),
        ({"from": "fields.a", "table": "typs"}, "types"),
        ({"from": "fields.a", "ref": "user"}, "users"),
        ({"value": "{{ sorce.key }}"}, "source"),
        ({"value": "{{ item.key | lowr }}"}, "lower"),
        ({"value": "{{ item.key is definde }}"}, "defined"),
    ],
)
def test_the_nearest_valid_name_is_suggested(compiled, form, suggestion):
    with pytest.raises(CompileError) as error:
        compiled({"subject": "fields.summary", "x": form}, tables={"types": {"a": "b"}})
    assert error.value.problems[0].suggestion == suggestion


def test_all_mistakes_are_told_at_once(compiled):
    with pytest.raises(CompileError) as error:
        compiled(
            {"subject": {"from": "a..b", "steps": ["nope"], "table": "t"}, "x": {"value": "{{ nope }}"}},
            rules={"r": {"on": "source", "assert": "{{ target.a }}"}},
        )
    assert [problem.code for problem in error.value.problems] == [
        "J2O-M003",
        "J2O-M001",
        "J2O-M007",
        "J2O-M004",
        "J2O-M004",
    ]
    assert "(and 4 more)" in str(error.value)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (
            {"on": "source", "assert": "{{ item.a }}", "on_fail": "fix", "fix": {"subject": "x"}},
            "before they are mapped",
        ),
        ({"on": "target", "assert": "{{ target.a }}", "on_fail": "fix"}, "go together"),
        ({"on": "target", "assert": "{{ target.a }}", "on_fail": "fix", "fix": {"nope": "x"}}, "not mapped"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(compiled, form, words):
    with pytest.raises(CompileError) as error:
        compiled({"subject": "fields.summary"}, rules={"r": form})
    assert error.value.problems[0].code == "J2O-M012"
    assert words in error.value.problems[0].message


def test_rows_that_only_look_the_same_are_a_warning(compiled):
    mapping = compiled(
        {"subject": {"from": "fields.a", "table": "t"}}, tables={"t": {"Done": "x", "done ": "y", "DONE": "x"}}
    )
    assert [(problem.code, problem.severity) for problem in mapping.problems] == [("J2O-M009", "warning")]


def test_every_code_is_explained():
    from j2o_core.mapping import codes

    named = {value for name, value in vars(codes).items() if isinstance(value, str) and value.startswith("J2O-")}
    assert named == set(codes.CODES)
    assert all(code.title and code.explanation and code.fix for code in codes.CODES.values())


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"subject": "fields.other"}},
        {"fields": {"subject": {"from": "fields.summary", "table": "t", "default": "x"}}},
        {"tables": {"t": {"a": "c", "/x/": "1", "/y/": "2"}}},
        {"tables": {"t": {"a": "b", "/y/": "2", "/x/": "1"}}},
        {"drop": {"fields.a": "why"}},
        {"unmapped": "warn"},
        {"rules": {"r": {"on": "source", "assert": "{{ item.key }}"}}},
    ],
)
def test_the_digest_changes_with_whatever_changes_the_result(compiled, change):
    parts = {
        "fields": {"subject": {"from": "fields.summary", "table": "t"}},
        "tables": {"t": {"a": "b", "/x/": "1", "/y/": "2"}, "unused": {"a": "b"}},
    }
    before = compiled(parts["fields"], tables=parts["tables"])
    again = compiled(parts["fields"], tables={**parts["tables"], "unused": {"a": "z"}})
    changed = {**parts, **change}
    after = compiled(changed.pop("fields"), **changed)
    assert before.digest == again.digest != after.digest
