"""The composed schema takes what j2o takes, and says of each key what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

import pytest
from jsonschema import Draft7Validator

from j2o_core.api import Registry, Step, System
from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec.composition import PARTS, composed_schema
from j2o_core.spec.node import plain
from j2o_core.spec.packaged import packaged_names, packaged_rule_sets, packaged_spec, specs_folder
from j2o_core.spec.reading import read_yaml

OURS = "archive,jira,openproject,sandbox"
REGISTRY = load_plugins({"J2O_PLUGINS": OURS}, [(builtin.NAME, builtin)]).registry
SPEC = composed_schema(REGISTRY)
WHOLE: dict[str, Any] = plain(read_yaml(packaged_spec("demo").read_bytes(), "demo.yaml")[0])  # type: ignore[arg-type]


def complaints(document: Any, schema: Any = SPEC) -> list[str]:
    """Where plain JSON Schema refuses a document, innermost."""
    found = []
    for error in Draft7Validator(schema).iter_errors(document):
        while error.context:
            error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
        found.append(".".join(map(str, error.absolute_path)) + f": {error.message}")
    return found


def changed(**parts: Any) -> dict[str, Any]:
    return {**WHOLE, **parts}


def read(path: Path) -> Any:
    node, problems = read_yaml(path.read_bytes(), path.name)
    assert node is not None, problems
    return plain(node)


def keys(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for word in ("properties", "patternProperties"):
            for name, entry in schema.get(word, {}).items() if isinstance(schema.get(word), dict) else ():
                if "/if" not in path and not path.endswith("/then"):  # conditions only say which schema holds
                    yield f"{path}.{name}", entry
        for name, entry in schema.items():
            if name not in ("examples", "default", "enum"):
                yield from keys(entry, f"{path}/{name}")
    elif isinstance(schema, list):
        for index, entry in enumerate(schema):
            yield from keys(entry, f"{path}/{index}")


@pytest.mark.parametrize("part", PARTS)
def test_it_is_a_draft_7_schema_without_a_reference_that_leads_nowhere(part: str) -> None:
    schema = composed_schema(REGISTRY, part)
    Draft7Validator.check_schema(schema)
    assert complaints({"nobody": {"knows": ["this"]}}, schema) != []


@pytest.mark.parametrize("name", packaged_names())
def test_it_takes_every_packaged_spec_as_it_is_written(name: str) -> None:
    assert complaints(read(packaged_spec(name))) == []


@pytest.mark.parametrize("path", sorted(specs_folder().rglob("*.tests.yaml")), ids=lambda path: path.name)
def test_it_takes_the_tests_beside_them(path: Path) -> None:
    assert complaints(read(path), composed_schema(REGISTRY, "tests")) == []


@pytest.mark.parametrize("name", packaged_rule_sets())
def test_it_takes_every_packaged_rule_set(name: str) -> None:
    assert complaints(read(specs_folder() / "rules" / f"{name}.yaml"), composed_schema(REGISTRY, "rules")) == []


@pytest.mark.parametrize(
    ("entity", "where"),
    [
        ({"extract": {"plugin": "jira.usres"}}, "users.extract"),
        ({"extract": {"plugin": "jira.users", "inactve": True}}, "users.extract"),
        ({"extract": {"plugin": "jira.users", "inactive": "yes"}}, "users.extract.inactive"),
        ({"extract": {"of": "work_packages", "split": "jira.peple"}}, "users.extract"),
        ({"load": {"plugin": "openproject.users", "oversized": "skip"}}, "users.load"),
        ({"load": {"plugin": "openproject.usres"}}, "users.load.plugin"),
        ({"map": {"login": "name"}}, "users.map"),
        ({"map": {"email": "a", "firstName": "b", "lastName": "c", "login": "name", "emial": "d"}}, "users.map"),
        ({"unmapped": "perserve"}, "users.unmapped"),
    ],
)
def test_it_refuses_what_no_plugin_understands(entity: Any, where: str) -> None:
    users = {**WHOLE["entities"]["users"], **entity}
    found = complaints(changed(entities={**WHOLE["entities"], "users": users}))
    assert found != []
    assert all(f"entities.{where}" in complaint for complaint in found)


@pytest.mark.parametrize(
    ("steps", "is_right"),
    [
        (["trim", {"truncate": 255}, {"truncate": {"length": 9, "end": "..."}}], True),
        ([{"truncate": "{{ 200 + 55 }}"}], True),
        ([{"table": "types"}], True),
        (["truncate"], False),
        ([{"trucate": 255}], False),
        ([{"truncate": 0}], False),
        ([{"truncate": {"lenght": 9}}], False),
        ([{"trim": None, "truncate": 255}], False),
    ],
)
def test_it_knows_the_steps_and_their_arguments(steps: Any, is_right: bool) -> None:
    users = WHOLE["entities"]["users"]
    users = {**users, "map": {**users["map"], "login": {"from": "name", "steps": steps}}}
    assert (complaints(changed(entities={**WHOLE["entities"], "users": users})) == []) is is_right


def test_a_reference_stands_for_any_text_of_an_option() -> None:
    attachments = {**WHOLE["entities"]["attachments"], "load": {"plugin": "openproject.attachments"}}
    for value, is_right in (("skip", True), ("${env:OVERSIZED}", True), ("skp", False)):
        attachments["load"]["oversized"] = value
        entities = {**WHOLE["entities"], "attachments": attachments}
        assert (complaints(changed(entities=entities)) == []) is is_right


def test_what_a_spec_extends_need_not_be_said_again() -> None:
    own: dict[str, Any] = {"apiVersion": "j2o/v1", "kind": "Migration", "name": "own"}
    assert complaints(own) != []
    own["extends"] = "j2o:demo"
    assert complaints(own) == []
    own["entities"] = {"watchers": None, "users": {"map": {"login": {"default": None}}, "rules": {"a": None}}}
    own["environments"] = {"staging": {"connections": {"jira": {"url": "https://x", "auth": None}}}}
    assert complaints(own) == []
    own["environments"]["staging"]["connections"]["jira"]["urll"] = "https://x"
    assert complaints(own) != []


def test_an_overlay_says_what_differs_and_nothing_unknown() -> None:
    overlay = composed_schema(REGISTRY, "overlay")
    assert complaints({"runtime": {"workers": 2}, "entities": {"watchers": None}}, overlay) == []
    assert complaints({"runtime": {"wrokers": 2}}, overlay) != []
    assert complaints({"entities": {"work_packages": {"load": {"origin_field": 3}}}}, overlay) == []
    loaded = {"entities": {"work_packages": {"load": {"plugin": "openproject.work_packages", "origin_field": 3}}}}
    assert complaints(loaded, overlay) != []


def test_every_key_has_a_description_and_an_example() -> None:
    found = dict(keys({name: part for name, part in SPEC["definitions"].items() if not name.startswith("partial.")}))
    assert len(found) > 300

    def told(entry: Any, word: str) -> bool:
        if not isinstance(entry, dict):
            return False
        if entry.get(word) or (word == "examples" and "properties" in entry):  # whose keys have theirs
            return True
        inner = [part for key in ("allOf", "oneOf", "anyOf") for part in entry.get(key, ())]
        inner += [SPEC["definitions"][entry["$ref"].rsplit("/", 1)[1]]] if "$ref" in entry else []
        return any(told(part, word) for part in inner)

    for word in ("description", "examples"):
        missing = [path for path, entry in found.items() if entry is not True and not told(entry, word)]
        # a step without argument has no example of one
        missing = [path for path in missing if not (word == "examples" and _takes_nothing(found[path]))]
        assert missing == []


def _takes_nothing(entry: Any) -> bool:
    reference = entry.get("$ref", "")
    part = SPEC["definitions"][reference.rsplit("/", 1)[1]] if reference else entry
    return part.get("type") == "null" or not part.keys() - {"description"}


def test_what_a_third_party_adds_is_in_it() -> None:
    class Aquarium(System):
        """A glass with fish."""

        name = "aquarium"

        def start(self, options: Any, state: Path) -> Any:
            raise NotImplementedError

    registry = Registry()
    registry.system(Aquarium)
    registry.schema(
        "aquarium",
        {
            "properties": {"fish": {"$ref": "#/$defs/count"}},
            "required": ["fish"],
            "$defs": {"count": {"type": "integer", "minimum": 1}},
        },
    )
    registry.step(Step("wet", lambda value, argument, scope: value, "Makes it wet.", {"enum": ["very", None]}))
    schema = composed_schema(registry)
    system = {"$schema": schema["$schema"], "definitions": schema["definitions"], "$ref": "#/definitions/system"}
    assert complaints({"plugin": "aquarium", "fish": 3}, system) == []
    for wrong in ({"plugin": "aquarium"}, {"plugin": "aquarium", "fish": 0}, {"plugin": "sandbox"}):
        assert complaints(wrong, system) != []
    steps = {**system, "$ref": "#/definitions/steps"}
    assert complaints(["wet", {"wet": "very"}], steps) == []
    assert complaints([{"wet": "dry"}], steps) != []
    assert schema["definitions"]["system"]["properties"]["plugin"]["enumDescriptions"] == ["A glass with fish."]
