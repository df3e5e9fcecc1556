"""A PostgreSQL for the tests of one module that end its clients in the middle of their work."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from ..postgres import Postgres


@pytest.fixture(scope="module")
def server(own_postgres: Any) -> Iterator[Postgres]:
    """A server of these tests, which keeps what it has acknowledged."""
    with own_postgres(durable=True) as made:
        yield made
