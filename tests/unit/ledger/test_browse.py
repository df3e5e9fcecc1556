"""Items of a run a page at a time."""

from __future__ import annotations

from pathlib import Path

from j2o_core.ledger import browse, effects, listing, plan_rows
from j2o_core.ledger.effects import CREATE, SHAPE, Planned
from j2o_core.ledger.listing import FAILED, Listed
from j2o_core.ledger.store import open_ledger
from tests.ledgers import begin_run


def test_one_partition_is_shown_in_every_state(ledger_url: str, tmp_path: Path) -> None:
    ledger = open_ledger(ledger_url, tmp_path)
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        made = [("1", CREATE, "a"), ("2", CREATE, "b"), ("2", SHAPE, "a")]
        planned = [
            Planned(0, "items", origin, f"K-{origin}", kind, "marked", {}, lane=lane) for origin, kind, lane in made
        ]
        plan_rows.enter(connection, run, planned)
        listing.put(connection, run, [Listed("items", one, f"K-{one}", FAILED, "c", "m") for one in "123"])
    shown = [row["partition"] for row in browse.partitions(ledger.engine, run, "items")]
    assert len(shown) == 2

    def keys(state: str, partition: int) -> list[str]:
        return [row["key"] for row in browse.page(ledger.engine, run, state, entity="items", partition=partition)[0]]

    for state in (effects.PLANNED, FAILED):
        assert sorted(keys(state, partition)[0] for partition in shown) == ["K-1", "K-2"]
        assert all(len(keys(state, partition)) == 1 for partition in shown)
    assert [row["key"] for row in browse.page(ledger.engine, run, FAILED)[0]] == ["K-1", "K-2", "K-3"]
    ledger.close()


def test_what_has_failed_is_found_by_words_and_code_of_its_reason(ledger_url: str, tmp_path: Path) -> None:
    ledger = open_ledger(ledger_url, tmp_path)
    reasons = [("c1", "Subject is 100%_ TOO long"), ("c2", "subject is missing"), ("c1", "Größe fehlt: K-9")]
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        items = [Listed("items", str(at), f"K-{at}", FAILED, *reason) for at, reason in enumerate(reasons, 1)]
        listing.put(connection, run, items)
    sought = {"too long": "1", "SUBJECT": "12", "100%_": "1", "%": "1", "c1": "13", "Größe": "3", "K-": "123", "c9": ""}
    for text, origins in sought.items():
        found, _ = browse.page(ledger.engine, run, FAILED, text=text)
        assert [row["origin"] for row in found] == list(origins), text
    assert browse.page(ledger.engine, run, effects.DONE, text="too long") == ([], None)
    ledger.close()
