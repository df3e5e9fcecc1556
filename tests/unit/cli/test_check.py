"""``j2o check``: what it refuses before it talks to any system."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_report_needs_a_name_that_says_its_format(j2o, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "home"))
    called = j2o("check", "j2o:demo", "--report", str(tmp_path / "found.txt"))
    assert called.code == 2
    assert "must end in .html" in called.err
    assert not (tmp_path / "home").exists()


def test_a_faulty_spec_is_refused_with_its_line(j2o, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("J2O_HOME", str(tmp_path / "home"))
    spec = tmp_path / "spec.yaml"
    spec.write_text("extends: j2o:demo\nentities: {users: {rules: {a: {uniqe: x, message: m}}}}\n", encoding="utf-8")
    called = j2o("check", str(spec))
    assert called.code == 2
    assert "spec.yaml:2:" in called.err and "did you mean 'unique'?" in called.err
