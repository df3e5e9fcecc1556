"""Tells plugins and events about every write. What an observer raises is logged and changes nothing."""

from __future__ import annotations

from typing import Any, Mapping

from loguru import logger

from ..hooks.manager import Plugins
from ..ledger import effects
from ..ledger.effects import EffectRow
from ..model.error_class import error_class
from ..model.outcome import InDoubt, Outcome, Undecided
from ..model.problem import ERROR
from ..observe.levels import is_heard
from .options import Emit


class Observing:
    """Tells plugins and the log about every write; what an observer raises changes nothing."""

    def __init__(self, plugins: Plugins, run: str, emit: Emit, connection: str = "") -> None:
        """``connection`` is the one that is written to."""
        hook = plugins.manager.hook
        self._run = run
        self._emit = emit
        self._connection = connection
        self._before = hook.j2o_before_effect if hook.j2o_before_effect.get_hookimpls() else None
        self._after = hook.j2o_after_effect if hook.j2o_after_effect.get_hookimpls() else None

    def before(self, row: EffectRow) -> None:
        """A write is about to be sent."""
        if self._before is not None:
            observed(self._before, run=self._run, entity=row.entity, key=row.key, kind=row.kind)

    def after(self, row: EffectRow, outcome: str, detail: Mapping[str, Any]) -> None:
        """A write has ended."""
        if outcome in (effects.FAILED, effects.SKIPPED):
            severity = ERROR if outcome == effects.FAILED else "warning"
            event = {"event": "problem", "stage": "apply", "severity": severity, "entity": row.entity, "key": row.key}
            told = ("code", "class", "message", "place", "request", "status", "words")
            self._emit({**event, **{name: detail[name] for name in told if detail.get(name)}})
        elif is_heard("effects", "debug"):
            line = {"component": "effects", "run": self._run, "entity": row.entity, "item": row.key, "kind": row.kind}
            logger.bind(**line, outcome=outcome).debug("{} {}: {}", row.kind, outcome, detail.get("item", ""))
        if self._after is not None:
            observed(
                self._after,
                run=self._run,
                entity=row.entity,
                key=row.key,
                kind=row.kind,
                outcome=outcome,
                detail=detail,
            )

    def again(self, row: EffectRow, outcome: Outcome, wait: float) -> None:
        """A write is tried again. What the breaker kept back was not tried."""
        if outcome.code == "breaker":
            return
        self._emit(
            {
                "event": "retry",
                "connection": self._connection,
                "entity": row.entity,
                "key": row.key,
                "class": error_class(outcome.code, outcome.detail),
                "code": outcome.code,
                "doubt": isinstance(outcome, (InDoubt, Undecided)),
                "wait": round(wait, 3),
            }
        )


def observed(hook: Any, **values: Any) -> None:
    """Call a hook that only looks on, each plugin's apart: what one raises or changes is not seen by the others."""
    for implementation in hook.get_hookimpls():
        given = [copied(values[name]) for name in implementation.argnames]
        try:
            implementation.function(*given)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - observers only look on
            name = implementation.plugin_name
            logger.warning("the observer of plugin '{}' broke: {}: {}", name, type(error).__name__, error)


def copied(value: Any) -> Any:
    """A copy of plain data, as deep as it goes."""
    if isinstance(value, Mapping):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, (list, tuple)) else value
