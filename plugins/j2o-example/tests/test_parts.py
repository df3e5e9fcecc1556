"""What the kit cannot know: what the steps, the check and the backend are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from j2o_example.dotenv import DotEnv
from j2o_example.steps import is_plausible, risk_level

from j2o_core.api import SecretUnavailable, StepError


@pytest.mark.parametrize(
    ("score", "argument", "level"),
    [
        (1, None, "low"),
        (6, None, "medium"),
        (15, None, "high"),
        (15, {"high": 20}, "medium"),
        (2, {"medium": 2}, "medium"),
    ],
)
def test_a_score_has_a_level(score: int, argument: Any, level: str) -> None:
    assert risk_level(score, argument, {}) == level


@pytest.mark.parametrize("value", ["12", True, None, [12]])
def test_what_is_no_score_is_told(value: Any) -> None:
    with pytest.raises(StepError, match="expected a number"):
        risk_level(value, None, {})


@pytest.mark.parametrize(
    ("risk", "plausible"),
    [
        ({"probability": 1, "impact": 5}, True),
        ({"probability": 0, "impact": 5}, False),
        ({"probability": 1, "impact": 6}, False),
        ({"probability": 1}, False),
        ("p=1;i=1", False),
    ],
)
def test_a_risk_is_plausible_within_bounds(risk: Any, plausible: bool) -> None:
    assert is_plausible(risk) is plausible


def test_a_secret_is_the_value_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text('# KEY=no\nOTHER=x\nKEY = "a=b"\n', encoding="utf-8")
    assert DotEnv().value("a.env#KEY", tmp_path) == "a=b"


@pytest.mark.parametrize("name", ["a.env#MISSING", "none.env#KEY", "a.env", "#KEY"])
def test_a_secret_that_is_not_there_is_told_without_the_others(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("KEY=hunter2\n", encoding="utf-8")
    with pytest.raises(SecretUnavailable) as caught:
        DotEnv().value(name, tmp_path)
    assert "hunter2" not in str(caught.value)
