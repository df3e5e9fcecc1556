"""Looks at both systems before anything is read or written: what is ready, what is not, and what to do about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Sequence

from ..hooks.manager import Plugins
from ..hooks.protocols import Inspector, Line, Needs, Prerequisite
from ..hooks.protocols.inspectors import BROKEN, FAILURE, FINE, NOTICE
from ..hooks.registry import INSPECTOR
from ..mapping.compiled import CompileError
from ..model.outcome import Fatal, Outcome
from ..spec.model import Spec
from .demand import counted
from .extract import read_before
from .needs import needs_of
from .previewing import previews
from .recorded import open_recorded, snapshot_path
from .wiring import Wiring, connect_each

_CONSEQUENCES = {
    "stop": "one such item stops a run before its first write",
    "fail": "such items fail, the others go on",
    "skip": "such items are left out and listed, the others go on",
}
#: seconds by which the clocks of two machines may differ
_SKEW = 30.0


@dataclass(frozen=True)
class Preflight:
    """Lines by connection, in the order of the spec; what an administrator may be asked for; ``script`` makes it.

    ``unreachable`` are connections that do not work, ``unseen`` they and those that failed while they were looked at.
    """

    lines: Sequence[tuple[str, Line]]
    prerequisites: Sequence[Prerequisite] = ()
    script: str = ""
    unreachable: Sequence[str] = ()
    unseen: Sequence[str] = ()
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
    wiring, broken = connect_each(spec, plugins, home)
    needs, counting = _counted(wiring, needs_of(spec, plugins.registry))
    lines: list[tuple[str, Line]] = []
    prerequisites: list[Prerequisite] = []
    scripts: list[str] = []
    unseen = list(broken)
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
                unseen.append(name)
                continue
            found = ranked(found)
            prerequisites.extend(found)
            script = inspector.script(found)
            scripts.extend([script] if script else [])
    finally:
        wiring.close()
    prerequisites = [_with_consequence(one) for one in ranked(prerequisites)]
    lines.extend(("", line) for line in (*([counting] if prerequisites else []), *_missing(prerequisites)))
    return Preflight(lines, prerequisites, "\n".join(scripts), tuple(broken), tuple(unseen), dict(wiring.facts))


def ranked(prerequisites: Sequence[Prerequisite]) -> list[Prerequisite]:
    """What is not there first; of that and of the others what most items need."""
    return sorted(prerequisites, key=lambda one: (one.done, -(one.need.count or 0)))


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


def _counted(wiring: Wiring, needs: Needs) -> tuple[Needs, Line]:
    """The needs with how many items of what was read have each, and what is to be said of that."""
    spec, registry = wiring.spec, wiring.plugins.registry
    advice = f"`j2o extract {wiring.spec.name}.yaml` reads the source and writes nothing"
    try:
        recorded = open_recorded(spec, wiring.plugins, wiring.home, _snapshot(wiring))
    except Fatal:
        needs = replace(needs, previews=previews(spec, registry))
        return needs, Line("counts", NOTICE, "nothing was read yet: how many items need each is not known", advice)
    try:
        needs = replace(needs, previews=previews(spec, registry, recorded))
        found = counted(needs, recorded)
        when = read_before(spec, recorded.snapshot)
    except CompileError as error:
        return needs, Line("counts", NOTICE, f"how many items need each is not known: {error}", "`j2o validate SPEC`")
    finally:
        recorded.close()
    if when is None:
        message = "how many items need each was counted in a reading that has not ended, or was of another selection"
        return found, Line("counts", NOTICE, message, advice)
    read = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(when))
    return found, Line("counts", FINE, f"how many items need each was counted in what was read on {read}")


def _snapshot(wiring: Wiring) -> Optional[Path]:
    """The file of the source's records; ``None`` where the source cannot be asked who it is."""
    for entity in wiring.spec.entities.values():
        for extract in entity.extract:
            client = wiring.clients.get(extract.connection or "")
            if extract.plugin and client is not None:
                source = str(wiring.spec.connections[str(extract.connection)].options.get("id", ""))
                path = snapshot_path(wiring.home, source, client.identity)
                if not path.is_file():
                    raise Fatal(f"nothing has been read of the source '{source}'", exit_code=2)
                return path
    return None


def _with_consequence(one: Prerequisite) -> Prerequisite:
    """Where items cannot be written without it, the spec says what that means for the run."""
    if one.loss != FAILURE or not one.need.on_fail:
        return one
    said = f"`on_fail: {one.need.on_fail}` of {one.need.entity}"
    return replace(one, without=f"{one.without}; {_CONSEQUENCES[one.need.on_fail]} ({said})")


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
