"""A run that goes wrong is stopped early."""

from __future__ import annotations

from ..model.outcome import Fatal
from .context import Engine


def check_tolerance(engine: Engine, finished: int, failed: int) -> None:
    """Raise ``Fatal`` (exit 4) above the tolerated share of failures, once enough items are finished."""
    if finished < engine.tolerate_after or failed <= finished * engine.tolerate_share:
        return
    raise Fatal(
        f"{failed} of {finished} items have failed, more than the tolerated {engine.tolerate_share:.1%}; see "
        f"`j2o errors {engine.run}`, and when the cause is mended, `j2o resume {engine.run}` goes on",
        exit_code=4,
        code="J2O-E040",
    )
