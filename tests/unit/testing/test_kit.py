"""The conformance kit passes a good plugin, and finds each broken promise of a bad one."""

from __future__ import annotations

from typing import Callable

import pytest

from j2o_core.testing import Conformance, NotConforming

#: what is broken: (file, text, text in its place, the proof that must find it, part of what it says)
BROKEN = {
    "a cursor that leads to the beginning": (
        "items.py",
        "yield Page([self._record(item) for item in found], cursor)",
        "yield Page([self._record(item) for item in found], None)",
        "goes on after every page",
        "after page 1",
    ),
    "a cursor that leads one too far": (
        "items.py",
        "found = self.client.items(cursor, size)",
        "found = self.client.items(str(int(cursor) + 1) if cursor and not seen else cursor, size)",
        "goes on after every page",
        "after page 1",
    ),
    "a cursor that is no JSON": (
        "items.py",
        "found], cursor)",
        "found], object())",
        "gives pages",
        "cursor is plain JSON",
    ),
    "records without pages": (
        "items.py",
        "found], cursor)",
        "found], cursor).records",
        "gives pages",
        "which is no Page",
    ),
    "everything in one page": ("items.py", "size = int(", "size = 50 or int(", "gives pages", "came in one page"),
    "an id that comes twice": (
        "items.py",
        'self.entity, data["id"]',
        'self.entity, "1"',
        "gives whole records",
        "comes twice",
    ),
    "an id that changes": (
        "items.py",
        'self.entity, data["id"]',
        "self.entity, data[\"id\"] + str(__import__('time').perf_counter())",
        "gives the same twice",
        "in another order",
    ),
    "an address of the host in the data": (
        "items.py",
        '"name": str(item.get("name") or "")}',
        '"name": str(item.get("name") or ""), "self": self.client.url}',
        "gives the same twice",
        "addresses of the host",
    ),
    "data that are no JSON": (
        "items.py",
        '{"id": str(item["id"]),',
        '{"id": str(item["id"]), "x": {1},',
        "gives whole records",
        "not JSON serializable",
    ),
    "data without what the record schema asks for": (
        "items.py",
        '"name": str(item.get("name") or "")}',
        "}",
        "gives whole records",
        "name",
    ),
    "errors that are swallowed": (
        "items.py",
        "            found = self.client.items(cursor, size)",
        "            try:\n                found = self.client.items(cursor, size)\n"
        "            except Exception:\n                return",
        "loses nothing in silence to a login page",
        "records are lost, and nothing says so",
    ),
    "answers that are believed": (
        "connector.py",
        'answer.get("items") if isinstance(answer, Mapping) else None',
        'answer["items"]',
        "does not break over null",
        "TypeError",
    ),
    "answers of another form that are taken for the end": (
        "connector.py",
        'if not isinstance(found, list) or not all(isinstance(item, Mapping) and item.get("id") for item in found):',
        "if False:",
        "does not break over [null]",
        "records are lost, and nothing says so",
    ),
    "pages that are read for ever": (
        "items.py",
        'if any(str(item["id"]) in seen for item in found):',
        "if False:",
        "comes to an end",
        "it asked over",
    ),
    "references that raise": (
        "items.py",
        "    def _record(",
        "    @staticmethod\n    def aliases(value: Any) -> Any:\n        return (value['id'],)\n\n    def _record(",
        "takes any value for a reference",
        "",
    ),
    "a step that changes what it is given": (
        "steps.py",
        "    if not isinstance(value, str):",
        "    if isinstance(value, dict):\n        value.clear()\n    if not isinstance(value, str):",
        "step",
        "changes the value",
    ),
    "a step that gives something else each time": (
        "steps.py",
        'value.lower()).strip("-")',
        'value.lower()).strip("-") + str(__import__("time").perf_counter())',
        "step",
        "and then",
    ),
    "a step that raises": (
        "steps.py",
        '    if not isinstance(value, str):\n        raise StepError("expected text")\n',
        "",
        "step",
        "raises AttributeError",
    ),
    "a step that gives no data": ("steps.py", "return re.sub(", "return object() or re.sub(", "step", "no plain data"),
    "a step that does not do what it says": ("steps.py", '"hello-world"', '"hello_world"', "step", "not 'hello_world'"),
    "a step whose schema is none": ("steps.py", '{"type": "null"}', '{"format": 5}', "step", "no JSON Schema"),
    "a check that says something else than true or false": (
        "steps.py",
        'and bool(item["name"].strip())',
        'and item["name"]',
        "check",
        "not true or false",
    ),
    "a check that changes what it is given": (
        "steps.py",
        "    return isinstance(item, dict) and",
        "    if isinstance(item, list):\n        item.append(1)\n    return isinstance(item, dict) and",
        "check",
        "changes the value",
    ),
    "an option without a description": (
        "schemas.py",
        '            "description": "Items per request.",\n',
        "",
        "schema",
        "has no description",
    ),
    "a dry run that writes": (
        "item_loader.py",
        "    def keys(",
        "    def prepare(self) -> None:\n        self.client.http.send('POST', '/items', json={'name': 'here'})\n\n"
        "    def keys(",
        "sends nothing",
        "",
    ),
    "a look-up that writes": (
        "item_loader.py",
        '        answer = self.client.http.get_json("/items", {"origin"',
        "        self.client.http.send('POST', '/items', json={'name': 'here'})\n"
        '        answer = self.client.http.get_json("/items", {"origin"',
        "sends nothing",
        "what the target holds has changed",
    ),
    "an item that is not found again": (
        "item_loader.py",
        'return [self._found(item) for item in answer["items"]]',
        "return []",
        "finds what it created",
        "find gives []",
    ),
    "a mark of another": ("item_loader.py", "mark=mark", 'mark="x"', "finds what it created", "scan gives []"),
    "a look-up that finds those of others": (
        "item_loader.py",
        '{"origin": self._mark(effect)})',
        "{})",
        "sends nothing",
        "for what was never created",
    ),
    "an answer that claims more than is stored": (
        "item_loader.py",
        "return Answer(found.id, found.version, found.image)",
        'return Answer(found.id, found.version, {**found.image, "name": "other"})',
        "says what was stored",
        "and no difference says so",
    ),
    "a removal that removes nothing": (
        "item_loader.py",
        'self.client.http.send("DELETE", f"/items/{identifier}")',
        "pass",
        "takes back",
        "after its removal",
    ),
    "a removal that fails the second time": (
        "item_loader.py",
        "        if self.client.item(identifier) is not None:\n            self",
        "        if True:\n            self",
        "takes back",
        "404",
    ),
    "a change that overwrites those of others": (
        "item_loader.py",
        '"version": int(current.version or 0)',
        '"x": 1',
        "refuses to overwrite",
        "it must raise Conflict",
    ),
    "a change that changes nothing": (
        "item_loader.py",
        'body = {"name": effect.payload["name"], "version"',
        'body = {"version"',
        "changes what it is told",
        "is stored",
    ),
    "a required field that is not among the fields": (
        "item_loader.py",
        'required = ("name",)',
        'required = ("title",)',
        "is declared whole",
        "'title'",
    ),
    "a loader without a docstring": (
        "item_loader.py",
        '    """Every item bears its origin in the field ``origin``, so that none is ever made twice."""\n',
        "",
        "is described",
        "no docstring",
    ),
    "something printed at import": (
        "plugin.py",
        "@hookimpl\ndef j2o_register",
        "print('hi')\n\n\n@hookimpl\ndef j2o_register",
        "prints nothing",
        "'hi'",
    ),
    "a hook that raises": (
        "plugin.py",
        "    add_cases(kit)",
        "    raise KeyError('cases')",
        "names its cases",
        "KeyError",
    ),
    "a plugin that does not load": (
        "plugin.py",
        "from .items import Items",
        "from .items import Itmes",
        "loads",
        "ImportError",
    ),
}


def test_a_new_plugin_conforms(made: Callable[..., Conformance]) -> None:
    proofs = made().proofs
    assert len(proofs) > 40
    for proof in proofs:
        proof()


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.replace(" ", "-"))
def test_the_kit_finds(kind: str, made: Callable[..., Conformance]) -> None:
    """... what is broken, by the proof that is named for it."""
    file, old, new, name, said = BROKEN[kind]
    proofs = [proof for proof in made(file, old, new).proofs if name in str(proof)]
    assert proofs
    messages = [result.message for result in (proof.result() for proof in proofs) if result.outcome == "failed"]
    assert messages
    assert any(said in message for message in messages), messages


def test_a_part_without_a_case_is_told_as_unproved(made: Callable[..., Conformance]) -> None:
    conformance = made("plugin.py", "    add_cases(kit)", "    assert kit")
    unproved = {
        result.subject for result in (proof.result() for proof in conformance.proofs) if result.outcome == "unproved"
    }
    name = conformance.info.name
    assert unproved == {f"extractor:{name}.items", f"loader:{name}.items"}


def test_a_plugin_that_is_not_installed_is_told_with_those_that_are() -> None:
    with pytest.raises(LookupError, match=r"no installed plugin is called 'jria'; installed are: steps, .*jira"):
        Conformance("jria")


def test_a_proof_is_a_failure_of_a_test(made: Callable[..., Conformance]) -> None:
    (proof,) = (one for one in made("steps.py", '"hello-world"', '"x"').proofs if one.name == "gives what is expected")
    with pytest.raises(NotConforming):
        proof()
    assert issubclass(NotConforming, AssertionError)
