"""The ledger that a spec names, its references resolved."""

from __future__ import annotations

import os
from pathlib import Path

from ..hooks.manager import Plugins
from ..ledger.store import Ledger, open_ledger, take_ledger
from ..model.outcome import Fatal
from ..security.secrets import Unresolved, resolve
from ..spec.model import Spec

_PATH = "runtime.ledger"


def ledger_url(spec: Spec, plugins: Plugins) -> str:
    """The address of the ledger, with its password: never to be shown. Raises ``Fatal`` (2): a reference is empty."""
    folder = Path(spec.files[0]).parent if spec.files else None
    try:
        return str(resolve(spec.runtime.ledger, os.environ, folder, _PATH, spec.places, plugins.secrets))
    except Unresolved as error:
        raise Fatal(str(error), exit_code=2) from None


def open_spec_ledger(spec: Spec, plugins: Plugins, home: Path) -> Ledger:
    """Open (and create, and migrate) the ledger of a spec; a relative SQLite path lies in ``home``."""
    return open_ledger(ledger_url(spec, plugins), home)


def take_spec_ledger(spec: Spec, plugins: Plugins, home: Path, rebuild: bool = False) -> Ledger:
    """Open it for this process alone; a damaged one is set aside only where the caller is to ``rebuild`` it."""
    return take_ledger(ledger_url(spec, plugins), home, rebuild)
