"""Secrets of plugins: asked for late, once, and never part of a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from j2o_core.hooks.protocols import SecretBackend, SecretUnavailable
from j2o_core.hooks.registry import Registry
from j2o_core.hooks.secret_values import secret_values
from j2o_core.security.secrets import Unresolved, resolve
from j2o_core.spec.load import load_spec

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
extends: j2o:demo
connections: {openproject: {auth: {api_key: "${%s}"}}}
"""


class Box(SecretBackend):
    scheme = "box"
    asked: list[tuple[str, Path]] = []  # noqa: RUF012 - what the one test asks for
    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def value(self, name: str, folder: Path) -> Any:
        self.asked.append((name, folder))
        if name == "none":
            raise SecretUnavailable("the box is locked: unlock it")
        if name == "broken":
            raise KeyError("hunter2")
        return {"number": 5, "empty": ""}.get(name, f"value of {name}")


def registry() -> Registry:
    made = Registry()
    made.secret_backend(Box)
    return made


def test_a_secret_is_asked_for_when_it_is_needed_and_once(tmp_path):
    made, backends = Box.made, secret_values(registry())
    assert Box.made == made
    value = {"auth": {"token": "${box:kv/j2o#op}", "user": "a-${box:kv/j2o#op}"}}
    assert resolve(value, {}, tmp_path, backends=backends)["auth"]["user"] == "a-value of kv/j2o#op"
    assert resolve("${box:kv/j2o#op}", {}, tmp_path, backends=backends) == "value of kv/j2o#op"
    assert Box.asked.count(("kv/j2o#op", tmp_path)) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "${box:none} has no value: the box is locked: unlock it"),
        ("broken", "${box:broken} has no value: its backend failed (KeyError)"),
        ("number", "its backend gave no text"),
        ("empty", "its backend gave no text, an empty one"),
    ],
)
def test_a_secret_without_a_value_is_a_problem_that_tells_no_secret(name: str, said: str):
    with pytest.raises(Unresolved) as caught:
        resolve({"a": f"${{box:{name}}}"}, {}, backends=secret_values(registry()))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("J2O-S037", "a")
    assert said in problem.message
    assert "hunter2" not in problem.message


@pytest.mark.parametrize(("reference", "codes"), [("box:a/b", []), ("bux:a", ["J2O-S031"]), ("box:", ["J2O-S030"])])
def test_a_spec_may_use_the_schemes_of_plugins_alone(reference: str, codes: list[str], tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC % reference, encoding="utf-8")
    asked = list(Box.asked)
    found = [one for one in load_spec(path, None, registry(), {}).problems if one.code.startswith("J2O-S03")]
    assert [one.code for one in found] == codes
    assert [one.suggestion for one in found if one.code == "J2O-S031"] == ["box"] * codes.count("J2O-S031")
    assert Box.asked == asked
