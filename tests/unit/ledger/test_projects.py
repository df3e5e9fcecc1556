"""Of which project an item is."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest
from alembic import command
from alembic.config import Config

from j2o_core.ledger import effects, listing, store
from j2o_core.ledger.effects import CREATE, Planned
from j2o_core.ledger.listing import FAILED, Listed
from j2o_core.ledger.projects import project_of
from j2o_core.ledger.store import migrate, open_ledger
from tests.ledgers import begin_run

KEYS = {
    "OPS": "OPS",
    "OPS-1": "OPS",
    "A_2-10: Amara Martin": "A_2",
    "OPS-10/50% done.txt": "OPS",
    "OPS/1.0": "OPS",
    "OPS-1#100064": "OPS",
    "OPS: admin": "OPS",
    "OPSX 1": None,
    "amartin": None,
    "7-1": None,
    "Ops-1": None,
    "OPS\n": None,
    "": None,
}


@pytest.mark.parametrize(("key", "project"), KEYS.items())
def test_a_key_begins_with_its_project(key: str, project: Optional[str]) -> None:
    assert project_of(key) == project


def test_a_ledger_of_an_older_version_learns_the_projects_and_when_all_ended(ledger_url: str, tmp_path: Path) -> None:
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        planned = [Planned(0, "items", str(at), key, CREATE, "marked", {}) for at, key in enumerate(KEYS)]
        effects.plan(connection, run, planned)
        listing.put(connection, run, [Listed("items", str(at), key, FAILED, "c", "m") for at, key in enumerate(KEYS)])
        connection.exec_driver_sql("UPDATE effect SET state = 'failed', finished = NULL WHERE origin = '1'")
        config = Config()
        config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        migrate(connection)
        for table in ("effect", "listed"):
            found = connection.exec_driver_sql(f"SELECT key, project FROM {table}").all()
            assert {row[0]: row[1] for row in found} == KEYS
        ended = connection.exec_driver_sql(
            "SELECT origin, effect.finished = run.started FROM effect JOIN run ON run.id = effect.run"
            " WHERE effect.finished IS NOT NULL"
        ).all()
        assert [(row[0], bool(row[1])) for row in ended] == [("1", True)]
    ledger.close()
