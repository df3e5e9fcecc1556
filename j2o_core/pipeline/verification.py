"""Verifying outside of a run: all that was ever written for a spec is read back and compared, and counts too."""

from __future__ import annotations

import secrets
import threading
import time
from pathlib import Path
from typing import Optional

from ..hooks.manager import Plugins
from ..ledger import runs
from ..ledger.items import Items
from ..ledger.store import Ledger
from ..ledger.writer import Writer
from ..model.outcome import Fatal
from ..spec.model import Spec
from .books import books
from .interrupt import STOPPED, Interrupted, signals
from .options import Emit
from .spec_ledger import take_spec_ledger
from .verify import Verified, Verifier
from .verify_sample import SampleVerifier
from .wiring import Wiring, wire

NOTHING = 1


def verify_spec(spec: Spec, plugins: Plugins, home: Path, emit: Emit, sample: Optional[int] = None) -> Verified:
    """Read back every item that the ledger knows for this source and target, or a ``sample`` of so many of each entity;
    writes nothing on the target.

    Raises ``Fatal``: 1 where nothing was migrated yet, 3 for a connection, 4 where it was stopped, 5 while a run has
    the ledger.
    """
    home.mkdir(parents=True, exist_ok=True)
    ledger = take_spec_ledger(spec, plugins, home)
    try:
        wiring = wire(spec, plugins, home)
        try:
            stop = threading.Event()
            with signals(stop):
                return _verify(wiring, ledger, emit, stop, sample)
        except Interrupted:
            raise Fatal("stopped before everything was read back", exit_code=STOPPED) from None
        finally:
            wiring.close()
    finally:
        ledger.close()


def _verify(wiring: Wiring, ledger: Ledger, emit: Emit, stop: threading.Event, sample: Optional[int]) -> Verified:
    writer = Writer(ledger.engine, wiring.spec.runtime.commit_size)
    try:
        target = writer.submit(lambda connection: runs.target_id(connection, wiring.target))
        items = Items(ledger.engine, target, wiring.source)
        if not any(items.count(entity) for entity in wiring.entities):
            raise Fatal(f"nothing of '{wiring.source}' was migrated to {wiring.target} yet", exit_code=NOTHING)
        for loader in wiring.loaders.values():
            loader.prepare()
        if sample is None:
            verified = Verifier(wiring, items, writer, new_mark(), emit, stop).verify()
        else:
            verified = SampleVerifier(wiring, items, emit, stop, sample).verify()
        verified.books = books(wiring, items)
        verified.findings.extend(verified.books.findings)
        extent = "" if sample is None else f" in a sample of {sample} of each entity"
        detail = f"{len(verified.findings)} findings{extent}"
        writer.submit(lambda connection: runs.note(connection, None, "verified", detail))
        return verified
    finally:
        writer.close()


def new_mark() -> str:
    """What items are marked with that one look found as they were written.

    No other look has it, though it begins in the same second: what that has found would count as found by this one.
    """
    return f"verify-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(8)}"
