"""A step and a check: pure functions of what they are given."""

from __future__ import annotations

from typing import Any, Mapping

from j2o_core.api import Check, Step, StepError


def risk_level(value: Any, argument: Any, scope: Mapping[str, Any]) -> str:
    """``low``, ``medium`` or ``high``, by the scores from which medium and high begin."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise StepError("expected a number, the score of a risk")
    bounds = {"medium": 6, "high": 15, **(argument or {})}
    return "high" if value >= bounds["high"] else "medium" if value >= bounds["medium"] else "low"


def is_plausible(risk: Any) -> bool:
    """Whether probability and impact lie between 1 and 5."""
    return isinstance(risk, dict) and all(risk.get(name) in range(1, 6) for name in ("probability", "impact"))


_BOUND = {"type": "number", "exclusiveMinimum": 0}

RISK_LEVEL = Step(
    "risk_level",
    risk_level,
    "Says whether the score of a risk is low, medium or high.",
    {
        "oneOf": [
            {"type": "null"},
            {"type": "object", "properties": {"medium": _BOUND, "high": _BOUND}, "additionalProperties": False},
        ]
    },
    examples=((None, 20, "high"), ({"high": 25}, 20, "medium"), (None, 1, "low")),
)
PLAUSIBLE_RISK = Check("plausible_risk", is_plausible, "Whether a risk's probability and impact lie between 1 and 5.")
