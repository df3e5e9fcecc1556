"""Plugins as `j2o plugins new` makes them, whole or broken on purpose, installed for one test."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest

from j2o_core.testing import Conformance
from j2o_core.testing.scaffold import scaffold

_NUMBERS = itertools.count()


def write_metadata(site: Path, distribution: str, plugin: str, module: str) -> None:
    """What an installer leaves beside the code."""
    about = site / f"{distribution.replace('-', '_')}-0.1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.1.0\n")
    (about / "entry_points.txt").write_text(f"[j2o]\n{plugin} = {module}\n")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never removes what it should is not waited for."""
    monkeypatch.setattr("j2o_core.testing.loader_proofs._REMOVAL", 0.2)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Conformance]]:
    """``made(file, old, new)``: the proofs of a new plugin in whose file one text is replaced by another."""
    opened: list[Conformance] = []
    names: list[str] = []

    def make(file: str = "", old: str = "", new: str = "") -> Conformance:
        name = f"v{next(_NUMBERS)}"
        folder = tmp_path / name
        scaffold(name, folder)
        names.append(f"j2o_{name}")
        if file:
            path = folder / "src" / f"j2o_{name}" / file
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{file} does not say {old!r}"
            path.write_text(text.replace(old, new), encoding="utf-8")
        write_metadata(folder / "src", f"j2o-{name}", name, f"j2o_{name}.plugin")
        monkeypatch.syspath_prepend(str(folder / "src"))
        opened.append(Conformance(name))
        return opened[-1]

    yield make
    for conformance in opened:
        conformance.worlds.close()
    for module in list(sys.modules):
        if module.partition(".")[0] in names:
            del sys.modules[module]
