"""Distributions with one plugin each, as an installer would leave them; and ``j2o`` in this process."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, Callable, Iterator

import pytest

from j2o_core.cli import main
from j2o_core.hooks.manager import PluginInfo, Plugins, load_plugins
from j2o_core.mapping import builtin

HEAD = "from __future__ import annotations\nfrom j2o_core.api import *\nfrom j2o_core.api import hookimpl\n"


@dataclass(frozen=True)
class Called:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def j2o(capfd: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """``j2o(*arguments)``."""

    def call(*arguments: str) -> Called:
        capfd.readouterr()
        return Called(main(arguments), *capfd.readouterr())

    return call


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """``install(plugin, source)`` makes a distribution ``dist-<plugin>`` 1.2 whose module holds the source."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)

    def make(plugin: str, source: str, distribution: str = "", value: str = "", points: str = "") -> None:
        distribution = distribution or f"dist-{plugin}"
        module = distribution.replace("-", "_")
        (folder / f"{module}.py").write_text(HEAD + dedent(source), encoding="utf-8")
        about = folder / f"{module}-1.2.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (about / "entry_points.txt").write_text(points or f"[j2o]\n{plugin} = {value or module}\n")

    yield make
    for name in set(sys.modules) - before:
        if name.startswith("dist_"):
            del sys.modules[name]


@pytest.fixture
def load() -> Callable[..., Plugins]:
    """Load what is installed now."""

    def load_now(**environment: str) -> Plugins:
        return load_plugins(environment, [(builtin.NAME, builtin)])

    return load_now


@pytest.fixture
def info(load: Callable[..., Plugins]) -> Callable[..., PluginInfo]:
    """The line about one plugin."""

    def of(name: str, **environment: Any) -> PluginInfo:
        (found,) = (one for one in load(**environment).infos if one.name == name)
        return found

    return of
