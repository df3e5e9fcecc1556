"""A run in a ledger, for tests of what the ledger holds of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from j2o_core.ledger import runs


def begin_run(connection: Connection, target: str = "op", **about: Any) -> runs.RunState:
    """Begin a run of the project ``acme`` against a target of that name; ``about``: what is not as it is mostly."""
    usual: dict[str, Any] = {"spec": "acme", "spec_digest": "d", "document": {}, "origins": {}, "environment": None}
    usual.update({"versions": {}, "generation": 1, **about})
    return runs.begin(connection, runs.target_id(connection, target), "acme", **usual)
