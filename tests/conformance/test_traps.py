"""Every trap of OpenProject that is known has tests that show what j2o does about it: the list is ``traps.yaml``."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TRAPS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests/conformance/traps.yaml").read_text(encoding="utf-8"))
REFERENCE = ROOT.parent / "shared" / "reference"
SANDBOX = "plugins/j2o-sandbox/"
#: chapters of the reference whose first word is not what the traps in them are called
CALLED = {"what": "found", "real": "trees"}


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    nodes = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_each_trap_is_a_sentence_with_tests() -> None:
    wrong = {name for name, told in TRAPS.items() if set(told) != {"trap", "tests"} or len(told["trap"].split()) < 4}
    twice = {name for name, told in TRAPS.items() if len(set(told["tests"])) != len(told["tests"])}
    assert (wrong, twice) == (set(), set())


def test_every_test_that_is_named_exists() -> None:
    named = {test for told in TRAPS.values() for test in told["tests"]}
    parts = {test: test.partition("::") for test in named}
    assert [
        test
        for test, (path, _, name) in sorted(parts.items())
        if not (ROOT / path).is_file() or name not in names_in(path)
    ] == []


def test_to_each_trap_there_is_a_test_of_more_than_the_sandbox() -> None:
    assert [name for name, told in TRAPS.items() if all(test.startswith(SANDBOX) for test in told["tests"])] == []


def test_no_two_traps_are_told_in_the_same_words() -> None:
    words = [told["trap"] for told in TRAPS.values()]
    assert len(set(words)) == len(words)


@pytest.mark.shared
def test_no_numbered_trap_and_no_chapter_of_the_reference_is_without_an_entry() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the shared reference is not beside the checkout")
    groups = {trap.partition(".")[0] for trap in TRAPS}
    text = (REFERENCE / "openproject.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^### (B[1-6])\. ", text, re.MULTILINE)
    assert chapters == ["B1", "B2", "B3", "B4", "B5", "B6"]
    assert [name for name in chapters if name not in groups] == []
    for name, body in re.findall(r"^### (B[1-6])\. .*\n((?:(?!^###? ).*\n)*)", text, re.MULTILINE):
        numbers = re.findall(r"^(\d+)\. ", body, re.MULTILINE)
        assert [f"{name}.{number}" for number in numbers if f"{name}.{number}" not in TRAPS] == []
    internals = (REFERENCE / "openproject-internals.md").read_text(encoding="utf-8")
    words = [heading.split()[0].lower() for heading in re.findall(r"^## (.+)$", internals, re.MULTILINE)]
    assert len(words) >= 10
    assert [word for word in words if CALLED.get(word, word) not in groups] == []


@pytest.mark.shared
def test_every_kind_that_can_be_found_again_has_an_entry() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the shared reference is not beside the checkout")
    text = (REFERENCE / "openproject-internals.md").read_text(encoding="utf-8")
    table = text.partition("## What can be found again")[2].partition("\n## ")[0]
    kinds = [row.split("|")[1].strip() for row in re.findall(r"^\|.*", table, re.MULTILINE)[2:]]
    found = [trap for trap in TRAPS if trap.startswith("found.")]
    assert len(kinds) >= 11
    assert len(found) >= len(kinds)
