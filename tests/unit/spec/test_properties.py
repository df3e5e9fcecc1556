"""What holds for any input: loading never crashes, merging is associative."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.mapping.offline import check_mappings
from j2o_core.model.problem import Place
from j2o_core.spec.load import load_spec
from j2o_core.spec.merge import merge
from j2o_core.spec.node import Node, plain
from j2o_core.spec.reading import read_yaml
from j2o_core.spec.show import problem_json, render_problem
from j2o_core.spec.writing import write_yaml

QUICK = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
DEMO = Path(__file__).parents[3] / "specs" / "demo.yaml"
WORDS = (
    "apiVersion kind name connections entities tables runtime select system environments extends tests users jira "
    "plugin extract map load from value steps table ref missing of each split after rules drop url auth token id"
)
REGISTRY = load_plugins({}, [(builtin.NAME, builtin)]).registry
KEYS = st.sampled_from(WORDS.split())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["j2o/v1", "Migration", "${env:X}", "${x", "{{ a }}", "users", "jira.users", "j2o:demo", "./x.yaml", "=", "*"]
    ),
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(KEYS, st.text(max_size=4)), inner, max_size=5)
    ),
    max_leaves=25,
)


def load_bytes(folder: Path, data: bytes) -> None:
    path = folder / "spec.yaml"
    path.write_bytes(data)
    bare = load_spec(path, variables={})
    result = load_spec(path, registry=REGISTRY, variables={}, tests=True, environments=True)
    for one in (bare, result):
        assert (one.spec is None) == any(problem.severity == "error" for problem in one.problems)
    mapped = check_mappings(result.spec, REGISTRY) if result.spec is not None else []
    for problem in mapped:
        assert problem.code.startswith("J2O-M")
    for problem in (*bare.problems, *result.problems):
        assert problem.place is not None
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        text = result.texts.get(problem.place.file, "")
        assert render_problem(problem, text).startswith(problem.code)
        assert problem_json(problem)["message"]


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(tmp_path: Path, data: bytes) -> None:
    load_bytes(tmp_path, data)


@QUICK
@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%#@`, \n\t~<=", max_size=60))
def test_any_punctuation_loads_or_is_refused(tmp_path: Path, text: str) -> None:
    load_bytes(tmp_path, text.encode())


@QUICK
@given(DOCUMENTS)
def test_any_document_loads_or_is_refused(tmp_path: Path, document: Any) -> None:
    load_bytes(tmp_path, yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace"))


@QUICK
@given(st.dictionaries(KEYS, DOCUMENTS, min_size=1, max_size=8))
def test_any_mapping_of_known_keys_loads_or_is_refused(tmp_path: Path, document: Any) -> None:
    load_bytes(tmp_path, yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace"))


@QUICK
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=12), st.binary(max_size=3))
def test_the_demo_with_any_cut_in_it_loads_or_is_refused(tmp_path: Path, start: int, length: int, put: bytes) -> None:
    data = DEMO.read_bytes()
    start %= len(data)
    load_bytes(tmp_path, data[:start] + put + data[start + length :])


def maps(depth: int) -> st.SearchStrategy[Any]:
    """Mappings in which the same key always holds the same kind of thing, a mapping or a number."""
    if depth == 0:
        return st.dictionaries(st.sampled_from("xyz"), st.integers(0, 9), max_size=3)
    return st.builds(
        lambda inner, leaves: {**inner, **leaves},
        st.dictionaries(st.sampled_from("abc"), maps(depth - 1), max_size=3),
        st.dictionaries(st.sampled_from("xyz"), st.integers(0, 9), max_size=3),
    )


def node(value: Any, file: str) -> Node:
    place = Place(file, 1, 1)
    if isinstance(value, dict):
        return Node({key: node(item, file) for key, item in value.items()}, place, dict.fromkeys(value, place))
    return Node(value, place)


@given(maps(2), maps(2), maps(2))
@QUICK
def test_merging_is_associative_and_keeps_the_place_of_each_value(a: Any, b: Any, c: Any) -> None:
    one, two, three = node(a, "a"), node(b, "b"), node(c, "c")
    left, right = merge(merge(one, two), three), merge(one, merge(two, three))
    assert plain(left) == plain(right)
    assert left == right._replace(size=left.size)
    for key, item in left.value.items():
        expected = "c" if key in c else "b" if key in b else "a"
        assert left.keys[key].file == expected
        if not item.is_map:
            assert item.place.file == expected


@given(maps(2))
@QUICK
def test_merging_with_nothing_or_with_itself_changes_nothing(a: Any) -> None:
    assert plain(merge(node(a, "a"), node({}, "b"))) == a
    assert plain(merge(node({}, "b"), node(a, "a"))) == a
    assert plain(merge(node(a, "a"), node(a, "b"))) == a


NAMES = st.text(alphabet="abc :#'\"{}[]*&!%@-?é日\n\t", min_size=1, max_size=6)
VALUES = st.one_of(NAMES, st.integers(0, 99), st.booleans(), st.none(), st.sampled_from(["=", "010", "yes", "1e5"]))
OPTIONS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
RUNTIMES = st.fixed_dictionaries({}, optional={"workers": st.integers(1, 9), "settle": st.integers(0, 9)})
TABLES = st.dictionaries(NAMES, st.dictionaries(NAMES.filter(lambda name: name != "csv"), VALUES, min_size=1))


@QUICK
@given(OPTIONS, RUNTIMES, RUNTIMES, TABLES, TABLES, NAMES)
def test_the_rendering_of_a_rendering_is_itself(
    tmp_path: Path, options: Any, runtime: Any, other: Any, tables: Any, more: Any, name: str
) -> None:
    base = {
        "apiVersion": "j2o/v1",
        "kind": "Migration",
        "name": name,
        "runtime": runtime,
        "tables": tables,
        "connections": {"jira": {"plugin": "jira", "id": "a", "url": "https://x", "options": options}},
        "entities": {"users": {"extract": {"plugin": "jira.users", "options": options}}},
    }
    (tmp_path / "base.yaml").write_text(json.dumps(base), encoding="utf-8")
    overlay = {"extends": "./base.yaml", "environments": {"e": {"runtime": other, "tables": more}}}
    (tmp_path / "spec.yaml").write_text(json.dumps(overlay), encoding="utf-8")
    first = load_spec(tmp_path / "spec.yaml", "e", variables={})
    assume(first.spec is not None)
    assert first.spec is not None
    text = write_yaml(first.spec.document, lambda path: "somewhere:1")
    (tmp_path / "rendered.yaml").write_text(text, encoding="utf-8")
    again = load_spec(tmp_path / "rendered.yaml", variables={})
    assert again.spec is not None, (again.problems, text)
    assert again.spec.document == first.spec.document
    assert again.spec.digest == first.spec.digest
    assert write_yaml(again.spec.document, lambda path: "somewhere:1") == text


TEXT = st.text(alphabet="aZ09é日😀 \"\\'{}[]#:,&*!|>%@`~<=-.\n\t", max_size=12)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(-1e20, 1e20), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


@given(JSON)
@QUICK
def test_json_is_read_as_the_data_it_holds(document: Any) -> None:
    data = json.dumps({"a": document}, ensure_ascii=False).encode()
    found, problems = read_yaml(data, "f")
    assert problems == []
    assert found is not None
    assert plain(found) == {"a": document}
