"""What every inspector promises: it only reads, accounts for all that is named, and calls nothing ready unread."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterator, Optional, Sequence

from ..hooks.protocols import Inspector, Line, Need, Needs, Prerequisite
from ..hooks.protocols.inspectors import BROKEN, FAILURE, FINE, NOTICE, SUBSTITUTE, TEXT
from ..hooks.registry import INSPECTOR
from .looking import Looking
from .plain import shown
from .proofs import Proof, demand
from .worlds import World, Worlds

_STATUSES = (FINE, NOTICE, BROKEN)
_LOSSES = ("", TEXT, SUBSTITUTE, FAILURE)
#: how far apart clocks may be that tell the same time: a wrong unit or time zone is further off
_CLOCKS = 1800.0


@dataclass(frozen=True)
class InspectorCase:
    """An inspector in a world. With ``World.state`` it is proved that nothing is written.

    ``there`` are things of an administrator's making that the world has, ``missing`` some that it has not; ``needs`` is
    what else a spec would rely on.
    """

    inspector: type[Inspector]
    world: Callable[[Worlds], World]
    there: Sequence[Need] = ()
    missing: Sequence[Need] = ()
    needs: Needs = field(default_factory=Needs)
    label: str = ""


def inspector_proofs(worlds: Worlds, case: InspectorCase) -> Iterator[Proof]:
    """All proofs of one case."""
    looking = _Looking(worlds, case)
    subject = f"{INSPECTOR}:{case.inspector.name}{f' [{case.label}]' if case.label else ''}"
    for name, prove in (
        ("tells lines that a person can act on", looking.prove_lines),
        ("knows which of the named things are there", looking.prove_prerequisites),
        ("makes what is missing, and nothing else", looking.prove_script),
        ("tells the server's clock in seconds, or nothing", looking.prove_clock),
    ):
        yield Proof(subject, name, prove)
    yield from looking.proofs(subject)


@dataclass(frozen=True)
class _Told:
    lines: tuple[Line, ...]
    prerequisites: tuple[Prerequisite, ...]
    clock: Optional[float] = field(default=None, compare=False)

    @property
    def warnings(self) -> int:
        """How much is told to be not as it should be."""
        return sum(line.status != FINE for line in self.lines) + sum(not one.done for one in self.prerequisites)


class _Looking(Looking[_Told]):
    who = "inspector"
    silence = "calls nothing ready"

    def __init__(self, worlds: Worlds, case: InspectorCase) -> None:
        super().__init__(worlds, case.world)
        self._case = case
        named = (*case.needs.needs, *case.there, *case.missing)
        self._needs = replace(case.needs, needs=named)

    # ------------------------------------------------------------------ looking

    def look(self, client: Any) -> _Told:
        inspector = self._inspector(client)
        clock = inspector.server_time()
        lines = tuple(inspector.lines(self._needs))
        return _Told(lines, tuple(inspector.prerequisites(self._needs)), clock)

    def demand_warned(self, told: _Told, whole: _Told, when: str) -> None:
        demand(told.warnings > whole.warnings, f"{when}: it tells something else, and warns of no more than before")

    def _inspector(self, client: Any) -> Inspector:
        kind = self._case.inspector
        registered = self._worlds.registry.find(INSPECTOR, kind.name)
        demand(registered is kind, f"the inspector '{kind.name}' is not registered")
        return kind(client)

    # ------------------------------------------------------------------ proofs

    def prove_lines(self) -> None:
        lines = self.once().lines
        demand(lines, "it tells nothing")
        for line in lines:
            demand(isinstance(line, Line), f"{shown(line)} is no Line")
            demand(line.status in _STATUSES, f"{line.topic}: '{line.status}' is none of {', '.join(_STATUSES)}")
            demand(_is_sentence(line.topic) and _is_sentence(line.message), f"{shown(line)}: no topic, or no message")
            demand(line.advice or line.status != BROKEN, f"{line.topic}: an error that says not what to do about it")
        twice = sorted({line.message for line in lines if lines.count(line) > 1})
        demand(not twice, f"a line comes twice: {'; '.join(twice)}")

    def prove_prerequisites(self) -> None:
        found = self.once().prerequisites
        self._prove_form(found)
        if not (self._case.there or self._case.missing):
            demand(not self._scripts, "it has a script, and the case names nothing that is missing")
            return
        told: dict[tuple[str, str], bool] = {(one.need.kind, one.need.name): one.done for one in found}
        for needs, done in ((self._case.there, True), (self._case.missing, False)):
            for need in needs:
                name = f"{need.kind} '{need.name}'"
                demand((need.kind, need.name) in told, f"{name} is named by the spec, and it says nothing of it")
                demand(
                    told[need.kind, need.name] is done,
                    f"{name} is {'there' if done else 'not there'}, and it says the opposite",
                )

    def _prove_form(self, found: Sequence[Prerequisite]) -> None:
        asked = {(need.kind, need.name) for need in self._needs.needs}
        for one in found:
            demand(isinstance(one, Prerequisite), f"{shown(one)} is no Prerequisite")
            name = f"{one.need.kind} '{one.need.name}'"
            demand((one.need.kind, one.need.name) in asked, f"{name}: nothing needs it")
            demand(isinstance(one.done, bool), f"{name}: done is {shown(one.done)}")
            demand(
                one.without.strip() and one.how.strip(), f"{name}: says not what happens without it, or how to make it"
            )
            demand(one.loss in _LOSSES, f"{name}: '{one.loss}' is none of {', '.join(_LOSSES[1:])}")
        demand(len({(one.need.kind, one.need.name) for one in found}) == len(found), "a prerequisite comes twice")

    def prove_script(self) -> None:
        found = self.once().prerequisites
        with closing(self._worlds.connect(self._world(), "", lambda exchange: None)) as client:
            self._prove_script(self._inspector(client), found)

    def _prove_script(self, inspector: Inspector, found: Sequence[Prerequisite]) -> None:
        demand(inspector.script([one for one in found if one.done]) == "", "a script for what is there already")
        if not self._scripts:
            return
        script = inspector.script(found)
        demand(isinstance(script, str) and script == inspector.script(found), "two scripts for the same")
        missing = [one for one in found if not one.done]
        demand(script == inspector.script(missing), "what is there already changes the script")
        demand(script.strip(), "it makes nothing of what is missing")

    def prove_clock(self) -> None:
        clock = self.once().clock
        if clock is not None:
            demand(isinstance(clock, (int, float)), f"it says {shown(clock)}")
            demand(
                abs(clock - time.time()) < _CLOCKS,
                f"it says {clock:.0f} at {time.time():.0f}: epoch seconds are wanted",
            )

    @property
    def _scripts(self) -> bool:
        return self._case.inspector.script is not Inspector.script


def _is_sentence(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and "\n" not in text
