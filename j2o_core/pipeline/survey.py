"""Opens the connections of a spec and looks through both systems; nothing is written on either."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional, Sequence

from ..hooks.manager import Plugins
from ..hooks.protocols import Selection, SourceSurvey, TargetSurvey
from ..hooks.registry import SOURCE_SURVEYOR, TARGET_SURVEYOR, Registry
from ..model.outcome import Fatal
from ..spec.model import Spec
from .wiring import connect_only


@dataclass(frozen=True)
class Surveys:
    """What both systems hold, and what they say of themselves (version, edition, user) by name of connection."""

    source: SourceSurvey
    target: TargetSurvey
    facts: Mapping[str, Mapping[str, str]]


def survey_both(
    spec: Spec, plugins: Plugins, home: Path, projects: Sequence[str] = (), jql: str = "", sample: int = 500
) -> Surveys:
    """Look through the source and the target of ``spec``.

    Raises ``Fatal`` as connecting does, and where what is needed may not be read.
    """
    source, target = ends_of(spec, plugins.registry)
    wiring = connect_only(spec, plugins, home)
    try:
        look_at_source = plugins.registry.get(SOURCE_SURVEYOR, spec.connections[source].plugin)
        look_at_target = plugins.registry.get(TARGET_SURVEYOR, spec.connections[target].plugin)
        found = look_at_source(wiring.clients[source]).survey(Selection(tuple(projects), jql), sample)
        there = look_at_target(wiring.clients[target]).survey()
        facts = {name: {**wiring.facts[name], "url": wiring.clients[name].url} for name in (source, target)}
    finally:
        wiring.close()
    return Surveys(found, there, facts)


def ends_of(spec: Spec, registry: Registry) -> tuple[str, str]:
    """The names of the connections that are the source and the target. Raises ``Fatal`` where one has no surveyor."""
    return _one(spec, registry, SOURCE_SURVEYOR, "read from"), _one(spec, registry, TARGET_SURVEYOR, "write to")


def _one(spec: Spec, registry: Registry, role: str, what: str) -> str:
    known = registry.names(role)
    names = [name for name, connection in spec.connections.items() if connection.plugin in known]
    found: Optional[str] = names[0] if len(names) == 1 else None
    if found is None:
        have = "no connection" if not names else f"several connections ({', '.join(names)})"
        raise Fatal(
            f"{have} to {what} that can be looked through: those of the plugins {', '.join(known) or '(none)'} can",
            exit_code=2,
        )
    return found
