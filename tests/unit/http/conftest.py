"""Servers whose answers each test writes itself, and connections that wait shortly."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import pytest

from j2o_core.http import Http, ReadBounds, Timeouts
from j2o_core.testing.scripted_server import Say, ScriptedServer, say_json, say_page


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    started = ScriptedServer()
    yield started
    started.stop()


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    """A second server, on another port."""
    started = ScriptedServer()
    yield started
    started.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., Http]]:
    """Opens connections with short waits, and closes them."""
    opened: list[Http] = []

    def open_one(url: str, **options: Any) -> Http:
        options.setdefault("retry", ReadBounds(attempts=4, initial=0.01, maximum=0.02))
        options.setdefault("timeouts", Timeouts(2.0, 1.0, 1.0))
        opened.append(Http(url, **options))
        return opened[-1]

    yield open_one
    for http in opened:
        http.close()


@pytest.fixture
def say() -> Any:
    """The ways to answer: ``say.json(value, status)``, ``say.page(status)``, ``say.bytes(...)``."""
    return type("Ways", (), {"json": staticmethod(say_json), "page": staticmethod(say_page), "bytes": Say})
