"""The words that must never be written down: what the connections of a spec log in with."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Mapping

from ..hooks.manager import Plugins
from ..ledger.address import secrets_in
from ..model.outcome import Fatal
from ..observe.redaction import Redactor
from ..security.secrets import Unresolved, resolve
from ..spec.model import Spec
from .spec_ledger import ledger_url

#: parts of ``auth`` that are no secrets
_PUBLIC = ("user", "username", "type")


def secrets_among(auth: Mapping[str, Any]) -> list[Any]:
    """Those parts of a connection's ``auth`` that nobody may read."""
    return [value for name, value in auth.items() if name not in _PUBLIC]


def redactor_of(spec: Spec, plugins: Plugins, variables: Mapping[str, str]) -> Redactor:
    """Hides them, as far as they have values here."""
    redactor = Redactor()
    folder = Path(spec.files[0]).parent if spec.files else None
    for connection in spec.connections.values():
        for reference in secrets_among(connection.options.get("auth") or {}):
            try:
                redactor.add(str(resolve(reference, variables, folder, backends=plugins.secrets)))
            except Unresolved:
                continue  # set later by a started system, or told by the pipeline as an error
    with contextlib.suppress(Fatal):  # told when the ledger is opened
        for secret in secrets_in(ledger_url(spec, plugins)):
            redactor.add(secret)
    return redactor
