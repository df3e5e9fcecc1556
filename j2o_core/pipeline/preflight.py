"""Looks at both systems before anything is read or written: what is ready, what is not, and what to do about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence

from ..hooks.manager import Plugins
from ..hooks.protocols import Inspector, Line, Prerequisite
from ..hooks.protocols.inspectors import BROKEN, FINE, NOTICE
from ..hooks.registry import INSPECTOR
from ..model.outcome import Fatal, Outcome
from ..spec.model import Spec
from .needs import needs_of
from .wiring import Wiring, connect_each

#: seconds by which the clocks of two machines may differ
_SKEW = 30.0


@dataclass(frozen=True)
class Preflight:
    """Lines by connection, in the order of the spec; what an administrator may be asked for; ``script`` makes it.

    ``unreachable`` are connections that do not work.
    """

    lines: Sequence[tuple[str, Line]]
    prerequisites: Sequence[Prerequisite] = ()
    script: str = ""
    unreachable: Sequence[str] = ()
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def missing(self) -> list[Prerequisite]:
        """What the spec marks ``required`` and is not there."""
        return [one for one in self.prerequisites if one.need.required and not one.done]

    @property
    def is_broken(self) -> bool:
        """Whether a line is an error."""
        return any(line.status == BROKEN for _, line in self.lines)


def look_before(spec: Spec, plugins: Plugins, home: Path) -> Preflight:
    """Inspect every connection of the spec; one that does not work is told, and the others are looked at.

    Raises ``Fatal`` (exit 2) where the spec or the environment is not complete.
    """
    needs = needs_of(spec, plugins.registry)
    wiring, broken = connect_each(spec, plugins, home)
    lines: list[tuple[str, Line]] = []
    prerequisites: list[Prerequisite] = []
    scripts: list[str] = []
    try:
        for name, connection in spec.connections.items():
            if name in broken:
                advice = "Correct `url` and `auth` of the connection, or see that the server runs and may be reached"
                lines.append((name, Line("connection", BROKEN, broken[name].message, advice)))
                continue
            lines.append((name, _connected(wiring, name)))
            inspector = inspector_of(plugins, connection.plugin, wiring.clients[name])
            if inspector is None:
                continue
            try:
                lines.extend((name, line) for line in (*_clock(inspector), *inspector.lines(needs)))
                found = inspector.prerequisites(needs)
            except Outcome as outcome:
                lines.append((name, Line("connection", BROKEN, outcome.message)))
                continue
            prerequisites.extend(found)
            script = inspector.script(found)
            scripts.extend([script] if script else [])
    finally:
        wiring.close()
    lines.extend(("", line) for line in _missing(prerequisites))
    return Preflight(lines, prerequisites, "\n".join(scripts), tuple(broken), dict(wiring.facts))


def inspector_of(plugins: Plugins, connector: str, client: Any) -> Optional[Inspector]:
    """The inspector of a connector's clients; ``None`` where its plugin has none."""
    kind = plugins.registry.find(INSPECTOR, connector)
    return None if kind is None else kind(client)


def demand_required(wiring: Wiring) -> None:
    """Stop before the first write where something that the spec marks ``required`` is not there. ``Fatal``: exit 3."""
    if not wiring.spec.required:
        return
    needs = needs_of(wiring.spec, wiring.plugins.registry)
    connection = wiring.target_connection
    inspector = inspector_of(wiring.plugins, wiring.spec.connections[connection].plugin, wiring.clients[connection])
    if inspector is None:
        raise Fatal(
            f"connections.{connection}: its plugin cannot tell whether what is `required` is there", exit_code=2
        )
    try:
        found = inspector.prerequisites(needs)
    except Outcome as outcome:
        raise Fatal(f"connections.{connection}: {outcome.message}", exit_code=3) from outcome
    missing = [one for one in found if one.need.required and not one.done]
    if missing:
        named = "; ".join(f"{one.need.kind} '{one.need.name}'{f' ({one.note})' if one.note else ''}" for one in missing)
        raise Fatal(
            f"not there, and required by the spec: {named}. Nothing was written. `j2o preflight SPEC --checklist "
            "prerequisites.html` tells an administrator what to do",
            exit_code=3,
            code="J2O-P040",
        )


def _connected(wiring: Wiring, name: str) -> Line:
    facts = {key: value for key, value in wiring.facts[name].items() if value}
    told = ", ".join(f"{key} {value}" if key != "product" else value for key, value in facts.items())
    return Line("connection", FINE, f"{wiring.clients[name].url}: {told}")


def _clock(inspector: Inspector) -> Iterable[Line]:
    told = inspector.server_time()
    if told is None:
        return
    skew = told - time.time()
    if abs(skew) <= _SKEW:
        yield Line("clock", FINE, "its clock and the one here agree")
    else:
        yield Line(
            "clock",
            NOTICE,
            f"its clock is {abs(skew):,.0f} s {'ahead of' if skew > 0 else 'behind'} the one here",
            "Set the clocks (NTP): moments that are written, and what a later run asks for by time, would be wrong",
        )


def _missing(prerequisites: Sequence[Prerequisite]) -> Iterable[Line]:
    wanted = [one for one in prerequisites if not one.done]
    required = [one for one in wanted if one.need.required]
    for one in required:
        message = f"required by the spec, and not there: {one.need.kind} '{one.need.name}'"
        yield Line("required", BROKEN, f"{message}{f' ({one.note})' if one.note else ''}", one.how)
    if prerequisites:
        done = len(prerequisites) - len(wanted)
        offered = len(wanted) - len(required)
        message = f"{done} of {len(prerequisites)} things that only an administrator can make are there"
        advice = (
            "They are an offer: `--checklist FILE.html` lists them, `--script FILE.rb` makes them" if offered else ""
        )
        yield Line("prerequisites", NOTICE if offered else FINE, message, advice)
