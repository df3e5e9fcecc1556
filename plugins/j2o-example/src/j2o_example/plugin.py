"""What this plugin provides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from j2o_core.api import Registry, hookimpl

from .dotenv import DotEnv
from .risk_scores import RiskScores
from .risks import Risks
from .schemas import RISK, RISK_SCORES_OPTIONS, RISKS_OPTIONS
from .steps import PLAUSIBLE_RISK, RISK_LEVEL

if TYPE_CHECKING:
    from j2o_core.testing import Kit


@hookimpl
def j2o_register(registry: Registry) -> None:
    """An extractor, a loader, a step, a check and a secret backend, with their schemas."""
    registry.extractor(Risks)
    registry.schema(Risks.name, RISKS_OPTIONS)
    registry.record_schema(Risks.name, RISK)
    registry.loader(RiskScores)
    registry.schema(RiskScores.name, RISK_SCORES_OPTIONS)
    registry.step(RISK_LEVEL)
    registry.check(PLAUSIBLE_RISK)
    registry.secret_backend(DotEnv)


@hookimpl
def j2o_conformance(kit: Kit) -> None:
    """Against what all of it is proved."""
    from .conformance import add_cases  # which brings what only tests need

    add_cases(kit)
