"""The schema of the spec is complete, explains itself, and agrees with the code."""

from __future__ import annotations

import dataclasses
from typing import Any, Iterator

from jsonschema import Draft202012Validator

from j2o_core.spec import model
from j2o_core.spec.packaged import schema
from j2o_core.spec.validator import validator_for

MIGRATION = schema("migration")


def properties(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that the schema describes, with its path in the schema."""
    if isinstance(part, dict):
        for name, entry in part.get("properties", {}).items():
            yield f"{path}.{name}", entry
        for name, entry in part.items():
            yield from properties(entry, f"{path}/{name}")
    elif isinstance(part, list):
        for index, entry in enumerate(part):
            yield from properties(entry, f"{path}/{index}")


def definition(name: str) -> set[str]:
    return set(MIGRATION["$defs"][name]["properties"])


def test_the_schema_is_a_schema() -> None:
    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    assert [error.message for error in meta.iter_errors(MIGRATION)] == []


def test_every_key_has_a_description_and_an_example() -> None:
    found = dict(properties(MIGRATION))
    assert len(found) > 60
    for path, entry in found.items():
        target = MIGRATION["$defs"][entry["$ref"].rsplit("/", 1)[1]] if set(entry) == {"$ref"} else entry
        assert target.get("description"), path
        assert target.get("examples") or set(entry) == {"$ref"}, path


def test_every_example_fits_its_own_key() -> None:
    for path, entry in properties(MIGRATION):
        part = {**entry, "$defs": MIGRATION["$defs"]}
        for example in entry.get("examples", ()):
            errors = [error.message for error in validator_for(part).iter_errors(example)]
            assert errors == [], (path, example)


def test_the_runtime_keys_are_those_of_the_code_with_the_same_defaults() -> None:
    runtime = MIGRATION["$defs"]["runtime"]["properties"]
    standard = model.RuntimeSpec()
    named = {field.name for field in dataclasses.fields(model.RuntimeSpec)}
    assert (set(runtime) ^ named) == {"executor", "dask"}, "what the executor is told, or nothing where threads send"
    for name in ("workers", "batch_size", "commit_size", "lookup_size", "ledger", "settle", "metadata_lifetime"):
        assert runtime[name]["default"] == getattr(standard, name), name
    retry, tolerate = runtime["retry"]["properties"], runtime["tolerate"]["properties"]
    assert set(retry) == {"attempts", "wait", "classes", "budget"}
    assert retry["attempts"]["default"] == standard.retry.attempts
    assert retry["wait"]["properties"]["initial"]["default"] == standard.retry.initial
    assert retry["wait"]["properties"]["max"]["default"] == standard.retry.maximum
    assert set(tolerate) == {field.name for field in dataclasses.fields(model.TolerateSpec)}
    assert tolerate["failed"]["default"] == standard.tolerate.failed
    assert tolerate["after"]["default"] == standard.tolerate.after


def test_the_keys_of_a_field_a_rule_and_an_entity_are_those_of_the_code() -> None:
    spoken = {"sources": "from", "assertion": "assert"}
    names = {field.name for field in dataclasses.fields(model.EntitySpec)} - {"name", "place"}
    assert definition("entity") == names - {"across"}, "both kinds of rules stand under `rules`"
    kinds = {next(iter(kind["required"])): kind["properties"] for kind in MIGRATION["$defs"]["rule"]["oneOf"]}
    names = {spoken.get(field.name, field.name) for field in dataclasses.fields(model.RuleSpec)}
    assert set(kinds["assert"]) == names - {"name", "path", "place"}
    across = {"unique": {}, "exists": {"value", "in"}, "count": {"per", "when", "min", "max"}}
    for kind, keys in across.items():
        assert set(kinds[kind]) == {kind, "message", "on_fail"}
        assert set(kinds[kind][kind].get("properties", {})) == set(keys)
    names = {field.name for field in dataclasses.fields(model.AcrossSpec)} - {"name", "kind", "path", "place"}
    assert names == {"message", "on_fail", "value", "within", "when", "min", "max"}
    field_keys = set(MIGRATION["$defs"]["field"]["oneOf"][1]["properties"])
    names = {spoken.get(field.name, field.name) for field in dataclasses.fields(model.FieldSpec)}
    assert field_keys == names - {"name", "path", "place"}


def test_an_overlay_may_say_what_a_spec_says_but_what_a_spec_is() -> None:
    whole = set(MIGRATION["properties"])
    assert definition("overlay") == whole - {"apiVersion", "kind", "extends", "environments"}
