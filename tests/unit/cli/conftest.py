"""Calls ``j2o`` as the console script does, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import pytest

from j2o_core.cli import main


@dataclass(frozen=True)
class Called:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture()
def j2o(capfd: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    def call(*arguments: str) -> Called:
        capfd.readouterr()
        code = main(arguments)
        return Called(code, *capfd.readouterr())

    return call
