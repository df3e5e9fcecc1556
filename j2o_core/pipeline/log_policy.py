"""How the log of a run is kept: as the spec says, with the levels that the environment asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Mapping, Optional

from ..hooks.log_components import log_components
from ..hooks.registry import Registry
from ..model.log_policy import LogPolicy
from ..model.outcome import Fatal
from ..spec.model import Spec

#: the variable that changes levels for one call
VARIABLE = "J2O_LOG"


def log_policy_of(
    spec: Spec, variables: Mapping[str, str], home: Path, registry: Optional[Registry] = None
) -> LogPolicy:
    """The policy, its archive absolute. Raises ``Fatal`` (2) where the variable names no level.

    With a ``registry``, which knows the plugins, also where it names no component.
    """
    try:
        policy = spec.runtime.log.changed(variables.get(VARIABLE, ""))
    except ValueError as error:
        raise Fatal(f"{VARIABLE}: {error}", exit_code=2) from None
    if registry is not None:
        known = log_components(registry)
        unknown = sorted(set(policy.levels) - known - set(spec.runtime.log.levels))
        if unknown:
            raise Fatal(f"{VARIABLE}: {unknown[0]}: expected one of {', '.join(sorted(known))}", exit_code=2)
    return replace(policy, archive=str(home / Path(policy.archive).expanduser())) if policy.archive else policy
