"""Every key that the schema describes is read by the code and every key that the code reads is described; a default
that the schema states is the one that the code has. The same holds for the options of plugins and of steps."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest
from jsonschema import Draft202012Validator

from j2o_core.api import Loader
from j2o_core.hooks import registry as roles
from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.model.secret import Secret
from j2o_core.spec import load as loading
from j2o_core.spec.load import load_spec
from j2o_core.spec.model import DaskSpec
from j2o_core.spec.packaged import schema

ROOT = Path(__file__).resolve().parents[3]
CORE = Path(loading.__file__).parent
MIGRATION = schema("migration")
DEFS = MIGRATION["$defs"]
REGISTRY = load_plugins({"J2O_PLUGINS": "archive,jira,openproject,sandbox"}, [(builtin.NAME, builtin)]).registry

#: the keys that another module reads than the one that builds the typed spec
ELSEWHERE = {
    "spec": {
        "apiVersion": "upgrade/versions.py",
        "kind": "structure.py",  # told as no migration
        "description": "templates.py",
        "extends": "inheritance.py",
        "environments": "inheritance.py",
        "tests": "cases.py",
    },
    "load": {"on_conflict": "build.py"},  # one value alone: left out of the loader's own options
    "rules": {"use": "rule_sets.py"},
    "table": {"csv": "table_files.py"},
}


#: what reads the keys below ``runtime``; the classes of errors are names that are handed on as they are
RUNTIME = ("build_runtime", "_retry", "_wait", "_schedule", "_guard", "_log", "_dask")
CLASSES = {"network", "timeout", "rate_limit", "conflict", "internal"} - {"rate_limit"}


def functions(file: Path) -> Mapping[str, ast.FunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def texts(node: ast.AST) -> set[str]:
    found = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
    return {text for text in found if isinstance(text, str)}


def read_by(file: str, *names: str) -> set[str]:
    """The keys that these functions ask a mapping for: ``x["key"]``, ``x.get("key")``, ``"key" in x``, and the words
    of the tuples that such keys are taken from."""
    return {text for name in names for text in asked(functions(CORE / file)[name])}


def asked(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript):
            yield from texts(node.slice)
        elif isinstance(node, ast.Call):
            is_asking = isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop")
            if is_asking and node.args:
                yield from texts(node.args[0])
            if isinstance(node.func, ast.Name) and node.func.id == "_without":
                for argument in node.args[1:]:
                    yield from texts(argument)
        elif isinstance(node, ast.Compare) and any(isinstance(one, (ast.In, ast.NotIn)) for one in node.ops):
            yield from texts(node.left)
        elif (
            isinstance(node, (ast.Tuple, ast.List))
            and len(node.elts) > 1
            and all(isinstance(one, ast.Constant) for one in node.elts)
        ):
            yield from texts(node)


def keys(part: Any) -> set[str]:
    """The keys of a part of the schema, at any depth, but not those of other parts."""
    found: set[str] = set()
    if isinstance(part, dict):
        for name, entry in part.items():
            if name == "properties":
                found |= set(entry)
                for inner in entry.values():
                    found |= keys(inner)
            elif name not in ("examples", "default", "enum"):
                found |= keys(entry)
    elif isinstance(part, list):
        for entry in part:
            found |= keys(entry)
    return found


PARTS = [
    ("spec", set(MIGRATION["properties"]), read_by("build.py", "build_spec")),
    ("runtime", keys(DEFS["runtime"]) - CLASSES, read_by("runtime.py", *RUNTIME)),
    ("attempts", keys(DEFS["attempts"]), read_by("runtime.py", "_wait")),
    ("limit", keys(DEFS["limit"]), read_by("runtime.py", "_limit")),
    ("entity", set(DEFS["entity"]["properties"]), read_by("build.py", "_entity", "_rules", "extracts")),
    ("account", keys(DEFS["account"]), read_by("build.py", "_account")),
    ("extract", keys(DEFS["extract"]) | keys(DEFS["part"]), read_by("build.py", "_extract")),
    ("field", keys(DEFS["field"]) - {"use"}, read_by("build.py", "_field")),
    ("load", keys(DEFS["load"]), read_by("build.py", "_load")),
    ("system", keys(DEFS["system"]), read_by("build.py", "_system")),
    ("test", keys(DEFS["test"]), read_by("cases.py", "_case")),
    ("table_file", keys(DEFS["table_file"]), read_by("table_files.py", "_read", "_wanted")),
    ("rules", set(DEFS["rules"]["properties"]), set()),
    ("table", set(DEFS["table"]["properties"]), set()),
    ("dask", set(DEFS["dask"]["properties"]), {field.name for field in dataclasses.fields(DaskSpec)}),
]


@pytest.mark.parametrize(("part", "described", "read"), PARTS, ids=[part for part, _, _ in PARTS])
def test_what_is_described_is_read(part: str, described: set[str], read: set[str]) -> None:
    unread = described - read
    elsewhere = ELSEWHERE.get(part, {})
    for key in unread & set(elsewhere):
        assert f'"{key}"' in (CORE / elsewhere[key]).read_text(encoding="utf-8"), key
    assert sorted(unread - set(elsewhere)) == []


@pytest.mark.parametrize(("part", "described", "read"), PARTS, ids=[part for part, _, _ in PARTS])
def test_what_is_read_is_described(part: str, described: set[str], read: set[str]) -> None:
    others = {"spec": keys(DEFS["select"]), "entity": {"assert"}}.get(part, set())  # of parts that it looks into
    assert sorted(read - described - others - {""}) == []


def test_the_rules_read_the_keys_of_their_kinds() -> None:
    read = read_by("build.py", "_rule", "_across", "_entity")
    described = keys(DEFS["rule"])
    assert sorted(described - read - {"fix"}) == []
    assert "fix" in read_by("build.py", "_rule")


def test_a_default_of_the_schema_is_that_of_the_code(tmp_path: Path) -> None:
    """A spec that says none of these keys, and one that says each with its default, are the same."""
    text = (
        "apiVersion: j2o/v1\nkind: Migration\nname: a\n"
        "connections: {jira: {plugin: jira, id: a, url: 'https://x', auth: {token: '${env:T}'}},\n"
        "  archive: {plugin: archive, folder: a}}\n"
        "tables: {t: {csv: {file: ./t.csv, key: k, value: v%s}}}\n"
        "entities: {u: {extract: {plugin: jira.users}%s, load: {plugin: archive.users%s}, map: {name: {from: name}},\n"
        "  rules: {r: {on: target, assert: '{{ target.name }}', message: m%s},\n"
        "    s: {unique: '{{ target.name }}', message: m%s}}}}\n"
        "tests: {t: {entity: u, source: {name: x}, expect: {name: x}%s}}\n%s"
    )
    (tmp_path / "t.csv").write_text("k,v\na,b\n", encoding="utf-8")
    runtime = DEFS["runtime"]["properties"]
    stated: dict[str, Any] = {name: entry["default"] for name, entry in runtime.items() if "default" in entry}
    stated["retry"] = {name: runtime["retry"]["properties"][name]["default"] for name in ("attempts", "budget")}
    stated["retry"]["wait"] = {}
    for name, entry in runtime["retry"]["properties"]["wait"]["properties"].items():
        stated["retry"]["wait"][name] = entry["default"]
    standard = DaskSpec()
    for name, entry in DEFS["dask"]["properties"].items():
        assert entry.get("default", getattr(standard, name)) == getattr(standard, name), name
    for part in ("tolerate", "circuit_breaker", "guard"):
        said = {name: entry["default"] for name, entry in runtime[part]["properties"].items() if "default" in entry}
        stated[part] = said
    rules = DEFS["rule"]["oneOf"][0]["properties"]["on_fail"], DEFS["rule_on_fail"]
    said = (
        f", encoding: {DEFS['table_file']['properties']['encoding']['default']}",
        f", unmapped: {DEFS['entity']['properties']['unmapped']['default']}",
        f", on_conflict: {DEFS['load']['properties']['on_conflict']['default']}",
        *(f", on_fail: {entry['default']}" for entry in rules),
        f", exact: {str(DEFS['test']['properties']['exact']['default']).lower()}",
        "runtime: " + str(stated).replace("'", ""),
    )
    specs = []
    for name, parts in (("silent", ("",) * 7), ("spoken", said)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text % parts, encoding="utf-8")
        result = load_spec(path, variables={}, tests=True)
        assert result.spec is not None, result.problems
        specs.append(result.spec)
    silent, spoken = specs
    assert silent.runtime == spoken.runtime
    assert silent.tables == spoken.tables
    ours, theirs = silent.entities["u"], spoken.entities["u"]
    assert ours.unmapped == theirs.unmapped
    assert ours.load is not None and theirs.load is not None and ours.load.options == theirs.load.options
    assert [rule.on_fail for rule in ours.rules] == [rule.on_fail for rule in theirs.rules]
    assert [rule.on_fail for rule in ours.across] == [rule.on_fail for rule in theirs.across]


def test_no_default_of_the_schema_is_left_out_of_that() -> None:
    covered = {"runtime", "dask", "table_file", "entity", "load", "rule", "rule_on_fail", "test"}
    elsewhere = {"connection", "takeover"}  # looked at by the tests of what reads them

    def stated(part: Any) -> bool:
        if isinstance(part, dict):
            inner = [entry for key, entry in part.items() if key not in ("examples", "properties")]
            return "default" in part or any(map(stated, [*inner, *part.get("properties", {}).values()]))
        return isinstance(part, list) and any(stated(entry) for entry in part)

    assert {name for name, part in DEFS.items() if stated(part)} <= covered | elsewhere


# ------------------------------------------------------------------ plugins


def options_read(folder: Path) -> dict[str, Any]:
    """``self.options.get("x", default)`` in a plugin: the option and, where it is written there, its default."""
    found: dict[str, Any] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                holder = node.func.value
                if isinstance(holder, ast.Attribute) and holder.attr == "options" and _is_self(holder.value):
                    name = ast.literal_eval(node.args[0])
                    default = node.args[1] if len(node.args) > 1 else None
                    found[name] = default.value if isinstance(default, ast.Constant) else ...
    return found


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


@pytest.mark.parametrize("plugin", ["jira", "openproject", "archive"])
def test_the_options_of_extractors_and_loaders_are_those_that_they_read(plugin: str) -> None:
    read = options_read(ROOT / "plugins" / f"j2o-{plugin}" / "src")
    described: dict[str, Any] = {}
    for role in (roles.EXTRACTOR, roles.LOADER):
        for name in REGISTRY.names(role):
            if name.startswith(f"{plugin}."):
                described.update((REGISTRY.find(roles.SCHEMA, name) or {}).get("properties", {}))
    assert set(read) == set(described)
    for name, default in read.items():
        if default is not ...:
            assert described[name].get("default", ...) == default, name


def test_the_options_of_the_sandbox_are_those_of_its_code() -> None:
    from dataclasses import fields

    from j2o_sandbox.options import SandboxOptions

    described = REGISTRY.get(roles.SCHEMA, "sandbox")["properties"]
    ours = {field.name: field.default for field in fields(SandboxOptions)}
    ours["latency"] = ours.pop("latency_ms")
    assert set(described) <= set(ours)
    assert set(ours) - set(described) == {"state", "jira_port", "openproject_port"}
    for name, entry in described.items():
        assert entry.get("default") == ours[name], name


def test_every_fragment_is_a_schema_whose_examples_fit_it() -> None:
    for entry in REGISTRY.entries():
        if entry.role == roles.SCHEMA:
            Draft202012Validator.check_schema(entry.value)
            for name, option in entry.value.get("properties", {}).items():
                for example in (*option.get("examples", ()), *([option["default"]] if "default" in option else [])):
                    if not (isinstance(example, str) and "${" in example):
                        assert Draft202012Validator(option).is_valid(example), (entry.name, name, example)


def test_the_fields_that_loaders_require_are_among_those_they_know() -> None:
    for name in REGISTRY.names(roles.LOADER):
        loader: type[Loader] = REGISTRY.get(roles.LOADER, name)
        known = set(loader.fields)
        for fields in (loader.required, loader.restored_fields, loader.finish_fields, loader.shared_fields):
            assert set(fields) <= known or not known, name


# ------------------------------------------------------------------ steps


def stated_defaults() -> Iterator[tuple[str, str, Any]]:
    for name in REGISTRY.names(roles.STEP):
        step = REGISTRY.get(roles.STEP, name)
        for choice in step.schema.get("oneOf", (step.schema,)):
            for option, entry in choice.get("properties", {}).items():
                if "default" in entry:
                    yield name, option, entry["default"]


@pytest.mark.parametrize(("name", "option", "default"), list(stated_defaults()))
def test_an_option_of_a_step_that_is_left_out_is_its_default(name: str, option: str, default: Any) -> None:
    step = REGISTRY.get(roles.STEP, name)
    needed = {"secret": Secret("a key of 16 characters")} if _needs_secret(step.schema) else {}
    tried = 0
    for argument, value in [(argument, value) for argument, value, _ in step.examples] or [({}, "Ann Lee")]:
        if argument is None or isinstance(argument, dict):
            silent = {**needed, **{key: held for key, held in (argument or {}).items() if key != option}}
            if Draft202012Validator(step.schema).is_valid(
                {**silent, **dict.fromkeys(needed, "${env:K}"), option: default}
            ):
                assert step.apply(value, {**silent, option: default}, {}) == step.apply(value, silent or None, {})
                tried += 1
    assert tried, "an example without this option is needed"


def _needs_secret(form: Any) -> bool:
    return "secret" in form.get("required", ())
