"""The error reference names every code that the program can give, and no other."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r"""(?:\bcode=")([a-z_]+)(?=")|(J2O-[A-Z]\d{3})""")


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    path = ROOT / "docs" / "hooks" / "error_codes.py"
    spec = importlib.util.spec_from_file_location("error_codes", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    codes: dict[str, Any] = module.codes()
    return codes


def used() -> set[str]:
    sources = [*(ROOT / "j2o_core").rglob("*.py"), *(ROOT / "plugins").glob("*/src/**/*.py")]
    texts = (path.read_text(encoding="utf-8") for path in sources)
    return {word or code for text in texts for word, code in CODE.findall(text)}


def test_every_code_is_documented_with_what_to_do(documented: dict[str, Any]) -> None:
    assert sorted(used() - set(documented)) == []
    assert [code for code, about in documented.items() if not about.explanation or not about.fix] == []


def test_no_code_is_documented_that_nothing_gives(documented: dict[str, Any]) -> None:
    assert sorted(set(documented) - used()) == []
