"""Of which project an item is."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest
from alembic import command
from alembic.config import Config

from j2o_core.ledger import listing, plan_rows, store
from j2o_core.ledger.effects import CREATE, Planned
from j2o_core.ledger.listing import FAILED, Listed
from j2o_core.ledger.projects import counts_of_unchanged, project_of, unchanged_of
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
    assert project_of("work_packages", key) == project
    assert project_of("users", key) is None


def test_a_ledger_of_an_older_version_learns_the_projects_and_when_all_ended(ledger_url: str, tmp_path: Path) -> None:
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        planned = [Planned(0, "items", str(at), key, CREATE, "marked", {}) for at, key in enumerate(KEYS)]
        plan_rows.enter(connection, run, planned)
        listing.put(connection, run, [Listed("items", str(at), key, FAILED, "c", "m") for at, key in enumerate(KEYS)])
        plan_rows.enter(connection, run, [Planned(0, "users", "x", "OPS", CREATE, "marked", {})])
        connection.exec_driver_sql("UPDATE effect SET state = 'failed', finished = NULL WHERE origin = '1'")
        config = Config()
        config.set_main_option("script_location", str(Path(store.__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        migrate(connection)
        for table, more in (("effect", [("users", "OPS", None)]), ("listed", [])):
            found = connection.exec_driver_sql(f"SELECT entity, key, project FROM {table} ORDER BY id").all()
            assert list(map(tuple, found)) == [("items", key, project) for key, project in KEYS.items()] + more
        ended = connection.exec_driver_sql(
            "SELECT origin, effect.finished = run.started FROM effect JOIN run ON run.id = effect.run"
            " WHERE effect.finished IS NOT NULL"
        ).all()
        assert [(row[0], bool(row[1])) for row in ended] == [("1", True)]
    ledger.close()


def test_what_is_unchanged_is_kept_by_project() -> None:
    kept = {"source": 9, **counts_of_unchanged({"OPS": 3, "SHOP": 2, None: 1})}
    assert kept["unchanged"] == 6
    assert unchanged_of(kept) == {"OPS": 3, "SHOP": 2, None: 1}
    assert unchanged_of({"source": 9, "unchanged": 4}) == {None: 4}, "of a plan of an older version"
