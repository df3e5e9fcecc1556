"""Secrets of steps: references in the spec, resolved when a run is wired, in no digest, message or expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from j2o_core.hooks.registry import Registry
from j2o_core.mapping.compiled import CompileError, EntityMapping, compile_entity
from j2o_core.spec.load import load_spec

from .conftest import NAMES, make_spec, record

KEY = "correct horse battery staple"


def compile_form(form: Any, registry: Registry, resolve: Optional[Callable[[str, str], str]]) -> EntityMapping:
    spec = make_spec({"subject": form})
    return compile_entity(spec.entities["work_packages"], spec, registry, NAMES, resolve=resolve)


def form(secret: str = "${env:KEY}", step: str = "pseudonym", **more: Any) -> Any:
    return {"from": "fields.who", "steps": [{step: {"secret": secret, **more}}]}


def subject(mapping: EntityMapping) -> Any:
    return mapping.apply(record({"id": "1", "fields": {"who": {"accountId": "5b1", "displayName": "Ann"}}})).payload[
        "subject"
    ]


def test_a_secret_is_what_its_reference_stands_for(registry: Registry) -> None:
    asked = []

    def resolve(text: str, where: str) -> str:
        asked.append((text, where))
        return KEY

    first = subject(compile_form(form(), registry, resolve))
    assert first.startswith("user-") and "Ann" not in first
    assert asked == [("${env:KEY}", "entities.work_packages.map.subject.steps.pseudonym.secret")]
    assert first == subject(compile_form(form(), registry, lambda text, where: KEY))
    assert first != subject(compile_form(form(), registry, lambda text, where: KEY + "!"))


def test_another_secret_is_another_mapping(registry: Registry) -> None:
    digests = {compile_form(form(), registry, lambda text, where, key=key: key).digest for key in (KEY, KEY + "!", KEY)}
    assert len(digests) == 2


def test_a_spec_is_checked_and_tested_without_its_secrets(registry: Registry) -> None:
    assert subject(compile_form(form(), registry, None)).startswith("user-")


def test_the_other_parts_of_the_argument_may_be_expressions(registry: Registry) -> None:
    mapping = compile_form(form(prefix="{{ 'p' ~ item.id }}"), registry, lambda text, where: KEY)
    assert subject(mapping).startswith("p1-")


def test_a_secret_that_looks_like_a_template_stays_what_it_is(registry: Registry) -> None:
    odd = "{{ item.fields.who }} and more"
    mapping = compile_form(form(), registry, lambda text, where: odd)
    assert subject(mapping) != subject(compile_form(form(), registry, lambda text, where: KEY))


@pytest.mark.parametrize("secret", [KEY, "", "{{ item.key }}", "$${env:KEY}", "${env}"])
@pytest.mark.parametrize("step", ["pseudonym", "hash"])
def test_a_secret_that_is_written_out_is_refused_and_not_shown(registry: Registry, secret: str, step: str) -> None:
    with pytest.raises(CompileError) as error:
        compile_form(form(secret, step), registry, None)
    assert error.value.problems[0].code == "J2O-M002"
    assert KEY not in str(error.value)


def test_a_pseudonym_needs_its_secret(registry: Registry) -> None:
    with pytest.raises(CompileError) as error:
        compile_form({"from": "fields.who", "steps": [{"pseudonym": {"prefix": "p"}}]}, registry, None)
    assert "secret" in str(error.value)


def test_an_expression_cannot_hold_a_secret(registry: Registry) -> None:
    made = compile_form({"value": "{{ pseudonym(item.fields.who, {'secret': '" + KEY + "'}) }}"}, registry, None)
    result = made.apply(record({"id": "1", "fields": {"who": "ann"}}))
    assert result.fail is not None and "reference under steps" in result.fail.message
    assert KEY not in result.fail.message.replace(f"'secret': '{KEY}'", "")


SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  target: {plugin: target, url: "https://target.example"}
entities:
  users:
    extract: {plugin: jira.users}
    map: {login: {from: name, steps: [{pseudonym: {secret: "SECRET"}}]}}
    load: {plugin: target.users}
"""


@pytest.mark.parametrize(
    ("secret", "codes"), [("${env:KEY}", []), ("${secret:people}", []), (KEY, ["J2O-S032"]), ("${env}", ["J2O-S030"])]
)
def test_a_spec_tells_a_secret_that_is_written_out(tmp_path: Path, secret: str, codes: Any) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("SECRET", secret), encoding="utf-8")
    assert [problem.code for problem in load_spec(path, variables={}).problems] == codes
