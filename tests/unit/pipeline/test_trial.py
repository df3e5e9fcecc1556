"""What tests of a mapping see, and how they compare it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin
from j2o_core.pipeline.expectation import plain
from j2o_core.pipeline.trial import Trial
from j2o_core.spec.cases import cases_of
from j2o_core.spec.load import load_spec

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: own
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  openproject: {plugin: openproject, url: "https://op.example", auth: {api_key: "${secret:op}"}}
tables:
  types: {Bug: Bug, Epic: Phase}
entities:
  users:
    extract: {plugin: jira.users}
    map: {login: name, email: emailAddress, firstName: name, lastName: name}
    load: {plugin: openproject.users}
  work_packages:
    extract: {plugin: jira.issues}
    map:
      project: {value: {key: ACME}, ref: work_packages, missing: null}
      subject: {from: fields.summary, steps: [trim, {truncate: 20}], missing: skip}
      type: {from: fields.type, table: types, default: Bug}
      description: {from: fields.description, steps: [rich_text]}
      assignee: {from: fields.assignee, ref: users}
      responsible: {from: fields.lead, ref: users, missing: {use: boss}}
      author: {from: fields.author, ref: users, missing: note}
      "cf:Readers": {from: fields.readers, ref: users, missing: skip}
      "cf:Size": {from: fields.size, steps: [number]}
      "cf:Flag": fields.flag
      "cf:Points": field("Story Points")
      "cf:Team": field("Team")
      "cf:Box": fields.box
      percentageDone: {value: 10}
    rules:
      small:
        {on: target, assert: "{{ target['cf:Size'] != 99 }}", message: large, on_fail: fix, fix: {"cf:Size": 9}}
      known: {on: source, assert: "{{ item.fields.summary != 'bad' }}", message: "a bad one"}
      never: {on: source, assert: "{{ item.fields.summary != 'stop' }}", message: never, on_fail: stop}
      quiet: {on: source, assert: "{{ item.fields.summary != 'loud' }}", message: "loud", on_fail: warn}
    load: {plugin: openproject.work_packages}
  comments:
    extract: {of: work_packages, each: fields.comment.comments}
    map:
      text: {value: "{{ parent.key }}: {{ item.body }} ({{ source.fields.summary }})"}
      author: {from: author, ref: users, missing: note}
    load: {plugin: openproject.comments}
tests:
  a:
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins({"J2O_PLUGINS": "jira,openproject"}, [(builtin.NAME, builtin)]).registry


@pytest.fixture()
def differences(registry: Registry, tmp_path: Path) -> Callable[..., list[tuple[str, Any, Any]]]:
    """(what, expected, actual) of each difference of a test, given by the lines below its name."""

    def run(*lines: str) -> list[tuple[str, Any, Any]]:
        path = tmp_path / "own.yaml"
        path.write_text(SPEC + "".join(f"    {line}\n" for line in lines), encoding="utf-8")
        result = load_spec(path, registry=registry, tests=True)
        assert result.spec is not None, result.problems
        (verdict,) = Trial(result.spec, registry).run(cases_of(result.spec))
        return [(found.what, plain(found.expected), plain(found.actual)) for found in verdict.differences]

    return run


Run = Callable[..., "list[tuple[str, Any, Any]]"]


def issue(fields: str, *more: str) -> tuple[str, ...]:
    return ("entity: work_packages", f"source: {{key: ACME-1, fields: {{summary: s, {fields}}}}}", *more)


def test_what_is_not_mentioned_is_not_looked_at(differences: Run) -> None:
    assert differences(*issue("type: Epic", "expect: {type: Phase}")) == []


def test_exact_looks_at_every_field_that_has_a_value(differences: Run) -> None:
    found = differences(*issue("type: Epic", "expect: {type: Phase}", "exact: true"))
    assert [(what, expected) for what, expected, _ in found] == [
        ("project", None),
        ("subject", None),
        ("percentageDone", None),
    ]


def test_null_is_a_field_that_is_empty_or_absent(differences: Run) -> None:
    assert differences(*issue("", "expect: {assignee: null, cf:Readers: null, cf:Size: null}")) == []
    assert differences(*issue("size: 3", "expect: {cf:Size: null}")) == [("cf:Size", None, 3)]


def test_values_are_compared_with_their_types(differences: Run) -> None:
    assert differences(*issue("size: 5", "expect: {cf:Size: 5.0}")) == []
    assert differences(*issue("size: 5", 'expect: {cf:Size: "5"}')) == [("cf:Size", "5", 5)]
    assert differences(*issue("size: 1", "expect: {cf:Size: true}")) == [("cf:Size", True, 1)]
    assert differences(*issue("flag: false", "expect: {cf:Flag: 0}")) == [("cf:Flag", 0, False)]


def test_maps_are_compared_in_part_at_any_depth(differences: Run) -> None:
    box = issue("box: {a: {b: 1, c: [{d: 2, e: 3}]}}", "expect: {cf:Box: {a: {c: [{d: 2}]}}}")
    assert differences(*box) == []
    assert {"cf:Box > a > b", "cf:Box > a > c"} <= {what for what, *_ in differences(*box, "exact: true")}
    other = issue("box: {a: {b: 1}}", "expect: {cf:Box: {a: {b: 2, f: 0}}}")
    assert differences(*other) == [("cf:Box > a > b", 2, 1), ("cf:Box > a > f", 0, None)]


def test_lists_are_compared_with_their_length_and_order(differences: Run) -> None:
    assert differences(*issue("flag: [a, b]", "expect: {cf:Flag: [a, b]}")) == []
    for wrong in ("[b, a]", "[a]", "[a, b, c]"):
        ((what, *_),) = differences(*issue("flag: [a, b]", f"expect: {{cf:Flag: {wrong}}}"))
        assert what == "cf:Flag"


def test_formatted_text_is_expected_as_markdown(differences: Run) -> None:
    description = 'description: "h1. A\\n\\n*b* for [~jdoe]"'
    assert differences(*issue(description, "expect:", "  description: |", "    # A", "", "    **b** for @jdoe")) == []
    assert [what for what, *_ in differences(*issue(description, "expect: {description: A}"))] == ["description"]


def test_a_reference_is_expected_by_any_name_of_its_item(differences: Run) -> None:
    jane = "assignee: {key: JU1, name: jdoe, emailAddress: j@acme.example}"
    for name in ("jdoe", "JU1", "j@acme.example", "{ref: users, key: jdoe}"):
        assert differences(*issue(jane, f"expect: {{assignee: {name}}}")) == []
    actual = {"ref": "users", "key": "JU1", "aliases": ["JU1", "jdoe", "j@acme.example"]}
    for name in ("bob", "{ref: comments, key: jdoe}", "{ref: users, key: bob}", "null"):
        ((what, _, got),) = differences(*issue(jane, f"expect: {{assignee: {name}}}"))
        assert (what, got) == ("assignee", actual)


def test_a_list_of_references_is_a_list_of_names(differences: Run) -> None:
    readers = issue("readers: [{name: a}, {name: b}]")
    assert differences(*readers, "expect: {cf:Readers: [a, b]}") == []
    assert differences(*readers, "refs: {users: [b]}", "expect: {cf:Readers: [b]}") == []


def test_every_reference_is_found_unless_the_test_says_what_exists(differences: Run) -> None:
    author = issue("author: {name: gone, displayName: Gone Away}")
    assert differences(*author, "expect: {author: gone}") == []
    assert differences(*author, "refs: {work_packages: []}", "expect: {author: gone}") == []
    lost = (*author, "refs: {users: [jdoe]}")
    assert differences(*lost, "expect: {author: null}", "preserved: {author: Gone Away}") == []
    assert differences(*lost, "expect: {author: gone}") == [("author", "gone", None)]


def test_the_policy_for_missing_items_is_carried_out(differences: Run) -> None:
    nobody = "refs: {users: [boss]}"
    lead = issue("lead: {name: gone}", nobody)
    assert differences(*lead, "expect: {responsible: boss}") == []
    assigned = issue("assignee: {name: gone}", nobody)
    assert differences(*assigned, "fail: \"assignee: 'gone' is not among the migrated users\"") == []
    assert differences(*assigned, "fail: J2O-E011") == []
    assert differences(*issue("readers: {name: gone}", nobody), "expect: {cf:Readers: null}", "preserved: {}") == []


def test_a_record_that_fails_is_expected_by_code_or_words(differences: Run) -> None:
    wrong = issue("type: Zauberei")
    assert differences(*wrong, "fail: J2O-M102") == []
    assert differences(*wrong, "fail: has no row in table 'types'") == []
    ((what, expected, actual),) = differences(*wrong, "fail: J2O-M103")
    assert (what, expected) == ("outcome", "failed: J2O-M103")
    assert actual.startswith("failed: J2O-M102 'Zauberei' has no row in table 'types'")
    assert differences(*wrong, "expect: {type: Bug}")[0][:2] == ("outcome", "written")
    assert differences(*issue("type: Epic"), "fail: J2O-M102") == [("outcome", "failed: J2O-M102", "written")]


def test_a_record_that_is_left_out_is_expected_by_its_reason(differences: Run) -> None:
    empty = ("entity: work_packages", "source: {fields: {summary: '  '}}")
    assert differences(*empty, "skip: subject is empty") == []
    ((_, _, actual),) = differences(*empty, "skip: restricted")
    assert actual == "skipped: J2O-M111 subject is empty, and the target requires it"
    assert differences(*issue(""), "skip: x") == [("outcome", "skipped: x", "written")]


def test_rules_do_what_they_say(differences: Run) -> None:
    assert differences(*issue("size: 99", "expect: {cf:Size: 9}", "warnings: [J2O-M106]")) == []
    bad = ("entity: work_packages", "source: {fields: {summary: bad}}")
    assert differences(*bad, "fail: 'known: a bad one'") == []
    stopping = ("entity: work_packages", "source: {fields: {summary: stop}}")
    assert differences(*stopping, "fail: never") == []


def test_warnings_are_all_or_none(differences: Run) -> None:
    loud = ("entity: work_packages", "source: {fields: {summary: loud}}", "expect: {subject: loud}")
    assert differences(*loud) == []
    assert differences(*loud, "warnings: [loud]") == []
    told = ["J2O-M105 quiet: loud"]
    assert differences(*loud, "warnings: []") == [("warnings", [], told)]
    assert differences(*loud, "warnings: [loud, more]") == [("warnings", ["loud", "more"], told)]


def test_display_names_are_those_that_the_test_gives(differences: Run) -> None:
    points = issue("customfield_1: 5")
    named = (*points, "fields: {customfield_1: Story Points}")
    assert differences(*named, "expect: {cf:Points: 5}", "preserved: {}", "exact: false") == []
    assert differences(*points, "expect: {cf:Points: null}", "preserved: {customfield_1: 5}") == []
    twice = (*points, "fields: {customfield_1: Story Points, customfield_2: Story Points}")
    assert differences(*twice, "fail: J2O-M005") == []


def test_preserved_values_are_compared_in_part_unless_exact(differences: Run) -> None:
    odd = issue("odd: x, even: y")
    assert differences(*odd, "preserved: {odd: x, none: null}") == []
    assert differences(*odd, "preserved: {odd: y}") == [("preserved > odd", "y", "x")]
    assert differences(*odd, "preserved: {odd: x}", "exact: true") == [("preserved > even", None, "y")]


def test_a_part_sees_the_record_it_was_part_of(differences: Run) -> None:
    comment = ("entity: comments", "source: {body: Hi}")
    parent = "parent: {key: ACME-1, fields: {summary: S}}"
    assert differences(*comment, parent, 'expect: {text: "ACME-1: Hi (S)"}') == []
    assert differences(*comment, 'expect: {text: ": Hi ()"}') == []


def test_text_of_the_source_is_never_a_template(differences: Run) -> None:
    assert differences(*issue('flag: "{{ 7 * 7 }}"', 'expect: {cf:Flag: "{{ 7 * 7 }}"}')) == []


ACROSS = """\
  users:
    drop: {boss: in rules alone, team: likewise, key: likewise}
    rules:
      there: {on: source, assert: "{{ item.name != 'gone' }}", message: gone, on_fail: skip}
      one-login: {unique: "{{ target.login | lower }}", message: "{{ value }} is {{ first }} too ({{ count }})", ON}
      few: {count: {max: 2, per: "{{ [item.team] }}"}, message: "{{ count }} in {{ value[0] }}", ON}
      led: {exists: {value: "{{ item.boss }}", in: users}, message: "no {{ value }}", ON}
"""


@pytest.fixture()
def across(registry: Registry, tmp_path: Path) -> Callable[..., list[tuple[str, Any, Any]]]:
    """The same for a user named Ann of a spec with rules across items that say ``on_fail``."""

    def run(on_fail: str, *lines: str) -> list[tuple[str, Any, Any]]:
        path = tmp_path / "own.yaml"
        rules = ACROSS.partition("\n")[2].replace("ON", f"on_fail: {on_fail}")
        load = "    load: {plugin: openproject.users}\n"
        test = ("entity: users", "source: {name: Ann, key: u9, emailAddress: m, team: A, boss: Bob}", *lines)
        text = SPEC.replace(load, load + rules, 1) + "".join(f"    {line}\n" for line in test)
        path.write_text(text, encoding="utf-8")
        result = load_spec(path, registry=registry, tests=True)
        assert result.spec is not None, result.problems
        (verdict,) = Trial(result.spec, registry).run(cases_of(result.spec))
        return [(found.what, plain(found.expected), plain(found.actual)) for found in verdict.differences]

    return run


def beside(*people: str) -> str:
    return f"beside: [{', '.join(f'{{source: {{emailAddress: m, {person}}}}}' for person in people)}]"


SAME = beside("name: ANN, key: u1", "name: ann, key: u2", "name: bob, key: u3")
TEAM = beside("name: x, team: A", "name: y, team: A", "name: z, team: B")


def test_a_record_in_company_breaks_what_it_breaks_in_a_run(across: Run) -> None:
    assert across("fail", SAME, "fail: 'one-login: ann is u1 too (3)'") == []
    assert across("stop", SAME, "fail: 'one-login: ann is u1 too (3)'") == []
    assert across("skip", SAME, "skip: 'one-login: ann is u1 too (3)'") == []
    assert across("warn", SAME, "expect: {login: Ann}", "warnings: ['one-login: ann is u1 too (3)']") == []
    ((what, expected, actual),) = across("fail", SAME, "expect: {login: Ann}")
    assert (what, expected, actual) == ("outcome", "written", "failed: J2O-M105 one-login: ann is u1 too (3)")


def test_groups_are_counted_with_the_record_in_them(across: Run) -> None:
    assert across("skip", TEAM, "skip: 'few: 3 in A'") == []
    assert across("skip", TEAM.replace("team: B", "team: A").replace("y, team: A", "y"), "skip: 'few: 3 in A'") == []
    assert across("skip", TEAM.replace("y, team: A", "y"), "expect: {login: Ann}", "warnings: []") == []


def test_alone_and_without_company_nothing_is_compared(across: Run) -> None:
    assert across("fail", "expect: {login: Ann}", "warnings: []") == []
    assert across("fail", "beside: []", "expect: {login: Ann}", "warnings: []") == []


def test_what_must_exist_is_among_the_items_that_the_test_names(across: Run) -> None:
    assert across("fail", "refs: {users: [BOB]}", "expect: {login: Ann}") == []
    assert across("fail", "refs: {users: [carl]}", "fail: 'led: no Bob'") == []
    assert across("skip", "refs: {users: []}", "skip: 'led: no Bob'") == []


def test_company_that_the_mapping_leaves_out_has_no_say(across: Run) -> None:
    assert across("fail", beside("name: gone, team: A", "name: x, team: A"), "expect: {login: Ann}") == []


def test_company_that_the_mapping_cannot_write_is_told(across: Run) -> None:
    ((what, expected, actual),) = across("fail", "beside: [{source: {name: Ann}}]", "expect: {login: Ann}")
    assert (what, expected) == ("outcome", "written")
    assert actual == "failed: J2O-M103 record 1 beside it: email is empty, and the target requires it"
