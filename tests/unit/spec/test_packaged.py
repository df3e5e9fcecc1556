"""Specs and schemas are found in a wheel and in a checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from j2o_core.spec import packaged
from j2o_core.spec.codes import CODES

CORE = Path(packaged.__file__).parent.parent


def test_a_checkout_gives_its_own_folders() -> None:
    assert packaged.specs_folder() == CORE.parent / "specs"
    assert packaged.schemas_folder() == CORE.parent / "schemas"


def test_a_wheel_gives_the_folders_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = tmp_path / "packaged" / "specs" / "templates"
    templates.mkdir(parents=True)
    (templates / "basic.yaml").write_text("name: basic", encoding="utf-8")
    (templates.parent / "demo.yaml").write_text("name: demo", encoding="utf-8")
    monkeypatch.setattr(packaged, "_CORE", tmp_path)
    assert packaged.packaged_names() == ["basic", "demo"]
    assert packaged.packaged_spec("basic") == templates / "basic.yaml"
    assert packaged.packaged_spec("demo") == templates.parent / "demo.yaml"


def test_every_code_that_the_core_uses_is_explained() -> None:
    used = {code for path in CORE.rglob("*.py") for code in re.findall(r"J2O-S\d{3}", path.read_text(encoding="utf-8"))}
    assert used == set(CODES)
    for code in CODES.values():
        assert code.title
        assert code.explanation.endswith(".")
        assert code.fix.endswith(".")
