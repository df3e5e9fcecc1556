"""``j2o plugins new``: what it writes, and what it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from j2o_core.cli import main
from j2o_core.testing.scaffold import BadName, scaffold


@pytest.mark.oldest
def test_it_writes_a_distribution_whose_own_tests_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "new", "acme-risk"]) == 0
    folder = tmp_path / "j2o-acme-risk"
    for path in folder.rglob("*"):
        assert "__word__" not in path.name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [mark for mark in ("__word__", "__name__plugin", "__Class__") if mark in text], path
    about = folder / "src" / "j2o_acme_risk-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: j2o-acme-risk\nVersion: 0.1.0\n")
    (about / "entry_points.txt").write_text("[j2o]\nacme-risk = j2o_acme_risk.plugin\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout


def test_its_code_is_clean(tmp_path: Path) -> None:
    scaffold("acme", tmp_path / "made")
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("ruff is not installed beside this Python")
    rules = ["--select", "E,F,W,I,B,SIM", "--line-length", "120", "--target-version", "py39"]
    command = [str(ruff), "check", "--isolated", *rules, "."]
    checked = subprocess.run(command, cwd=tmp_path / "made", check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize("name", ["", "Acme", "a b", "../up", "1st", "jira", "j2o-sandbox", "x" * 41, "a--b"])
def test_a_name_that_is_none_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "new", "--", name]) == 2
    assert "plugin" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadName, match="exists already"):
        scaffold("acme", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
