"""The built wheel in an environment of its own, for all tests of it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installed:
    """Where the wheel was installed, and a folder to work in."""

    wheel: Path
    environment: Path
    folder: Path

    def call(
        self, program: str, *arguments: str, folder: Optional[Path] = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment as a user would: elsewhere, with nothing of ours set."""
        command = [str(self.environment / "bin" / program), *arguments]
        where = folder or self.folder
        environment = {**clean_environment(), **variables}
        return subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    def install(self, *packages: str) -> None:
        """Install packages beside the wheel."""
        done = self.call("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "environment", with_pip=True)
    (folder / "work").mkdir()
    found = Installed(wheel, folder / "environment", folder / "work")
    found.install("--upgrade", "pip")
    found.install(str(wheel))
    return found


def clean_environment() -> dict[str, str]:
    """The variables of this process without ours and Python's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("J2O_", "PYTHON"))}
