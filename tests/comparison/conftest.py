"""The migrations that several tests look at: each is made once for each worker."""

from __future__ import annotations

from typing import Callable

import pytest

from .runs import Migrated, Run, migrate

_MADE: dict[Run, Migrated] = {}


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Run], Migrated]:
    """Make a run, or take the one that was made."""

    def make(run: Run) -> Migrated:
        if run not in _MADE:
            _MADE[run] = migrate(run, tmp_path_factory.mktemp("comparison"))
        return _MADE[run]

    return make
