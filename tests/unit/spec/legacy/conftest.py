"""A folder as the older tool leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Mapping, Optional

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec.load import LoadResult, load_spec

REGISTRY = load_plugins({}, [(builtin.NAME, builtin)]).registry


@pytest.fixture()
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its working folder, with an empty ``config/`` and ``data/``."""
    (tmp_path / "config").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture()
def read(older: Path) -> Callable[..., LoadResult]:
    """Reads a configuration under some variables."""

    def load(text: str, variables: Optional[Mapping[str, str]] = None, **options: Any) -> LoadResult:
        path = older / "config" / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_spec(path, registry=REGISTRY, variables=variables or {}, **options)

    return load
