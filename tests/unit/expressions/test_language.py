"""The expression language: typed, over plain data, without effects, bounded in time and memory."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.expressions.compiled import Language
from j2o_core.expressions.errors import ExpressionFailed, ExpressionSyntaxError
from j2o_core.expressions.names import FieldNames
from j2o_core.expressions.paths import Path
from j2o_core.model.payload import Ref, RichText

ROOTS = frozenset({"item", "source", "parent", "history", "target"})
LANGUAGE = Language(
    {"lower": lambda scope, value, *more: value.lower() if value else value}, FieldNames({"c1": "Start date"})
)


def history(*changes: tuple[str, str, str, str]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": number,
            "created": at,
            "author": {"name": "ann"},
            "items": [{"field": field, "fromString": old, "toString": new}],
        }
        for number, (at, field, old, new) in enumerate(changes, 1)
    ]


SCOPE: dict[str, Any] = {
    "item": {
        "key": "ACME-1",
        "n": 5.0,
        "l": [1, 2, 3],
        "labels": None,
        "o": {"value": "A"},
        "fields": {"c1": None, "t": "x"},
    },
    "parent": {},
    "history": history(
        ("2020-03-01T10:00:00.000+0000", "status", "In Progress", "Done"),
        ("2020-02-01T23:30:00.000-0500", "status", "Open", "In Progress"),
        ("2020-02-05T10:00:00.000+0000", "status", "Blocked", "In Progress"),
    ),
    "target": {"who": Ref("users", ("u1",), "Ann"), "text": RichText([]), "due": None},
}
SCOPE["source"] = SCOPE["item"]


def evaluate(text: Any) -> Any:
    return LANGUAGE.value(text, ROOTS).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{% not ours %}", "{% not ours %}"),
        ("{# nor this #}", "{# nor this #}"),
        ("{{ item.n }}", 5.0),
        ("  {{ item.n }} ", 5.0),
        ("{{ item.n }}!", "5!"),
        (" {{ item.n }} {{ item.n }} ", " 5 5 "),
        ("{{ item.key }}-{{ item.gone }}-{{ item.labels }}", "ACME-1--"),
        ("{{ item.l }};{{ true }};{{ item.o }};{{ none }}", "1, 2, 3;true;A;"),
        ("{{ item.l[0] + item.l[-1] }}", 4),
        ("{{ item.l[9] }}", None),
        ("{{ item.l[:2] }}", [1, 2]),
        ("{{ item['key'][0:4] }}", "ACME"),
        ("{{ item.gone.deeper[0].still }}", None),
        ("{{ item.key.nothing }}", None),
        ("{{ item.labels | len }}", 0),
        ("{{ 'x' in item.labels }}", False),
        ("{{ item.labels is none and item.gone is none and item.gone is not defined and item.gone == none }}", True),
        ("{{ item.n is number and item.key is string and item.o is mapping and item.l is list }}", True),
        ("{{ 'yes' if item.n > 3 else 'no' }}", "yes"),
        ("{{ item.key ~ '/' ~ item.n }}", "ACME-1/5.0"),
        ("{{ {'a': item.n, 'b': [item.gone]} }}", {"a": 5.0, "b": [None]}),
        ("{{ lower(item.key) }}", "acme-1"),
        ("{{ item.key | lower }}", "acme-1"),
        ("{{ min(item.l) + max(1, item.gone, 7) + sum(item.l) }}", 14),
        ("{{ 7 % 4 + 2 ** 3 + 7 // 2 }}", 14),
        ("{{ 'ab' * 3 }}", "ababab"),
        ("{{ field('Start date') or 'none' }}", "none"),
        ("{{ field('Nowhere') }}", None),
        ("{{ target.who.label }}/{{ target.who }}/{{ target.who.entity }}", "Ann/Ann/users"),
        ("{{ target.who.missing }}", None),
        ("{{ [target.who.aliases, 1] }}", [["u1"], 1]),
        ("{{ first_change(history, 'status', 'in progress').date }}", "2020-02-01"),
        ("{{ first_change(history, 'Status', 'In Progress').at }}", "2020-02-01T23:30:00.000-0500"),
        ("{{ last_change(history, 'status', 'In Progress').date }}", "2020-02-05"),
        ("{{ last_change(history, 'status').to }}", "Done"),
        ("{{ first_change(history, 'status', 'Reopened').date or item.key }}", "ACME-1"),
        ("{{ first_change(item.gone, 'status') }}", None),
        (["{{ item.n }}", {"k": "{{ item.key }}"}, 3], [5.0, {"k": "ACME-1"}, 3]),
        ("{{ 'a}}b' }}", "a}}b"),
    ],
)
def test_a_text_of_the_spec_means(text, expected):
    made = evaluate(text)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "{{ item.__class__ }}",
        "{{ item['__class__'] }}",
        "{{ item._private }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ item.key.upper() }}",
        "{{ item.update({'a': 1}) }}",
        "{{ item | attr('__class__') }}",
        "{{ self }}",
        "{{ self._TemplateReference__context }}",
        "{{ lipsum() }}",
        "{{ cycler('a') }}",
        "{{ range(3) }}",
        "{{ namespace(a=1) }}",
        "{{ dict(a=1) }}",
        "{{ config }}",
        "{{ lower }}",
        "{{ lower() }}",
        "{{ lower(*item.l) }}",
        "{{ lower(value=item.key) }}",
        "{{ (item.key)(1) }}",
        "{{ item | map('lower') | list }}",
        "{{ item is callable }}",
        "{{ field(item.key) }}",
        "{{ item | field }}",
        "{% for x in item.l %}{{ x }}{% endfor %}",
        "{% set x = 1 %}{{ x }}",
        "{% include '/etc/passwd' %}{{ 1 }}",
        "{% import 'os' as os %}{{ os }}",
        "{{ item.key",
        "{{ }}",
        "{{ 1 + }}",
        "{{ 'a' * 10**10 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 10 ** 64 ** 64 }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{{ " + "not " * 1500 + "1 }}",
        "{{ " + "-" * 3000 + "1 }}",
        "{{ item" + ".a" * 2000 + " }}",
        "{{ 1" + "+1" * 3900 + " }}",
        "{{ '" + "x" * 9000 + "' }}",
    ],
)
def test_what_is_no_part_of_the_language_is_refused_at_once_with_a_reason(text):
    began = time.process_time()
    with pytest.raises(ExpressionSyntaxError) as error:
        LANGUAGE.value(text, ROOTS)
    assert str(error.value)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "nest", ["({0})", "[{0}]", "not {0}", "lower({0})", "{0} if item.n else 1", "-{0}", "{0}.a", "{0}[1]"]
)
@pytest.mark.parametrize("times", [5, 20, 40, 59])
def test_what_was_accepted_when_it_was_read_is_never_refused_when_it_is_first_evaluated(nest, times):
    text = "item.key"
    for _ in range(times):
        text = nest.format(text)
    try:
        made = LANGUAGE.value("{{ " + text + " }}", ROOTS)
    except ExpressionSyntaxError:
        return
    try:
        made.evaluate(SCOPE)
    except ExpressionFailed as error:
        assert "compiled" not in str(error)


def test_a_number_that_is_too_large_to_be_compiled_is_refused_when_it_is_read():
    with pytest.raises(ExpressionSyntaxError):
        LANGUAGE.value("{{ item.n == 0x1" + "0" * 7000 + " }}", ROOTS)


def test_reading_an_expression_generates_no_code(monkeypatch):
    monkeypatch.setattr("jinja2.Environment.compile", lambda *arguments, **more: pytest.fail("code was generated"))
    expression = LANGUAGE.value("{{ lower(item.key) if item.n else field('Start date') }}", ROOTS)
    template = LANGUAGE.value("{{ item.key }}: {{ item.n }}", ROOTS)
    assert expression.typed and not template.typed
    monkeypatch.undo()
    assert (expression.evaluate(SCOPE), template.evaluate(SCOPE)) == ("acme-1", "ACME-1: 5")


def test_an_expression_that_many_threads_evaluate_first_means_the_same_to_all():
    made = LANGUAGE.value("{{ item.key }} and {{ item.n + 1 }}", ROOTS)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(made.evaluate, [SCOPE] * 64)) == {"ACME-1 and 6"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ item.key * 100000 }}", "at most 10000"),
        ("{{ item.l * 100000 }}", "at most 10000"),
        ("{{ item.n ** 65 }}", "exponents"),
        ("{{ item.key % 3 }}", "takes numbers"),
        ("{{ item.gone + 1 }}", "empty value"),
        ("{{ item.gone < 3 }}", "empty value"),
        ("{{ item.labels * 3 }}", "empty value"),
        ("{{ item.n / 0 }}", "zero"),
        ("{{ item.n > item.key }}", "not supported"),
        ("{{ len(item.n) }}", "len takes"),
        ("a {{ target.text }}", "rich text"),
    ],
)
def test_what_cannot_be_calculated_fails_with_the_expression_and_the_reason(text, words):
    with pytest.raises(ExpressionFailed, match=words) as error:
        evaluate(text)
    assert text[:20] in str(error.value)


def test_a_text_that_grows_beyond_the_limit_is_refused():
    scope = {**SCOPE, "item": {"t": "x" * 300_000}}
    with pytest.raises(ExpressionFailed, match="longer than"):
        LANGUAGE.value("{{ item.t }}{{ item.t }}{{ item.t }}{{ item.t }}", ROOTS).evaluate(scope)


def test_a_result_does_not_share_what_an_expression_could_change():
    before = repr(SCOPE)
    for text in ("{{ item.l + [4] }}", "{{ item }}", "{{ [item.l, item.l] }}"):
        evaluate(text)
    assert repr(SCOPE) == before


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("{{ item.fields.t }}", {Path("item", ("fields", "t"))}),
        ("{{ item['fields']['t'] | lower }}", {Path("item", ("fields", "t"))}),
        ("{{ item.l[0].x or source.key }}", {Path("item", ("l", 0, "x")), Path("source", ("key",))}),
        ("{{ item.l[-1] }}", {Path("item", ("l", -1))}),
        ("{{ item[item.key].x }}", {Path("item", ()), Path("item", ("key",))}),
        ("{{ item.fields }}-{{ item.fields.t }}", {Path("item", ("fields",)), Path("item", ("fields", "t"))}),
        ("{{ field('Start date').x }}", {Path("field", ("x",), "Start date", "c1")}),
        ("{{ first_change(history, 'a') }}", {Path("history")}),
        ("{{ 1 + 1 }}", set()),
    ],
)
def test_an_expression_tells_what_it_reads(text, paths):
    assert LANGUAGE.value(text, ROOTS).reads - {Path("item", ())} == paths - {Path("item", ())}
    assert (Path("item", ()) in LANGUAGE.value(text, ROOTS).reads) == (Path("item", ()) in paths)


def test_a_constant_is_made_once():
    assert LANGUAGE.value("{{ 1 + 1 }}", ROOTS).constant
    assert not LANGUAGE.value("{{ item.n }}", ROOTS).constant


@given(st.text(alphabet="{}%#() .|'\"[]*+-~abitem0123", max_size=40))
def test_compiling_any_text_ends_in_a_value_or_a_refusal(text):
    try:
        compiled = LANGUAGE.value(text, ROOTS)
    except ExpressionSyntaxError as error:
        assert str(error)
        return
    try:
        compiled.evaluate(SCOPE)
    except ExpressionFailed as error:
        assert str(error)


@given(st.text(max_size=60))
def test_text_of_the_source_goes_through_untouched(text):
    scope = {**SCOPE, "item": {"t": text}}
    assert LANGUAGE.value("{{ item.t }}", ROOTS).evaluate(scope) == (text or "")
    assert LANGUAGE.value("<{{ item.t }}>", ROOTS).evaluate(scope) == f"<{text}>"
