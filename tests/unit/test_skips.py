"""What a skipped test means, here and where every skip counts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[2] / "conftest.py"


@pytest.fixture()
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "tests").mkdir(parents=True)
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  shared: x\n", encoding="utf-8")
    (folder / "tests" / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.shared\ndef test_it():\n    assert True\n", encoding="utf-8"
    )
    return folder


def run(project: Path, monkeypatch: pytest.MonkeyPatch, required: str) -> str:
    monkeypatch.setenv("J2O_SHARED_REQUIRED", required)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", "tests"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stdout


def test_without_the_shared_data_a_test_that_needs_them_skips_and_says_why(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = run(project, monkeypatch, "0")
    assert "1 skipped" in output
    assert "needs the shared test data" in output


def test_where_every_skip_counts_a_skipped_test_fails(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = run(project, monkeypatch, "1")
    assert "passed" not in output
    assert "no skip is allowed here" in output


def test_a_skip_listed_for_this_python_is_let_through(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    (project / "tests" / "permitted-skips.txt").write_text(f"{version} tests/test_it.py::test_it\n", encoding="utf-8")
    assert "1 skipped" in run(project, monkeypatch, "1")
