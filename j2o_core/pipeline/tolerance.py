"""The share of failures above which planning stops: what goes wrong in most items goes wrong in the spec."""

from __future__ import annotations

from ..model.outcome import Fatal
from ..spec.model import TolerateSpec
from .interrupt import STOPPED


class Tolerance:
    """Counts the items of one plan."""

    def __init__(self, tolerate: TolerateSpec, run: str) -> None:
        self._tolerate = tolerate
        self._run = run
        self._looked_at = self._failed = 0

    def count(self, looked_at: int, failed: int) -> None:
        """Add so many items. Raises ``Fatal`` (exit 4) above the share, once enough were looked at."""
        self._looked_at += looked_at
        self._failed += failed
        share = self._failed / max(1, self._looked_at)
        if self._looked_at >= self._tolerate.after and share > self._tolerate.failed:
            raise Fatal(
                f"{self._failed} of the first {self._looked_at} items cannot be written as they are, more than the "
                f"tolerated {self._tolerate.failed:.1%}; nothing was written. See `j2o errors {self._run}`; mend it, "
                "or raise `runtime.tolerate.failed`, then run again",
                exit_code=STOPPED,
                code="J2O-E040",
            )
