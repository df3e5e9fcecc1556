"""What every inspector promises: it only reads, accounts for all that is named, and calls nothing ready unread."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from ..hooks.protocols import Inspector, Line, Need, Needs, Prerequisite
from ..hooks.protocols.inspectors import BROKEN, FAILURE, FINE, NOTICE, SUBSTITUTE, TEXT
from ..hooks.registry import INSPECTOR
from ..model.outcome import Outcome
from . import hostile_proxy as hostile
from .hostile_proxy import HostileProxy, Trouble
from .plain import shown
from .proofs import NotConforming, Proof, demand
from .worlds import NotProved, World, Worlds

_STATUSES = (FINE, NOTICE, BROKEN)
_LOSSES = ("", TEXT, SUBSTITUTE, FAILURE)
#: how far apart clocks may be that tell the same time: a wrong unit or time zone is further off
_CLOCKS = 1800.0
_PASSING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "a gateway's errors": hostile.gateway_error,
    "limits of requests": hostile.too_many,
    "answers cut off": hostile.cut_off,
}
_LASTING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "a login page with status 200": hostile.web_page,
    "broken JSON": hostile.half_json,
    "a gateway's errors": hostile.gateway_error,
}
_FORMS = (b"null", b'"text"', b"[null]", b"[]", b"{}")
#: requests that a disturbed inspection may need at most, as a multiple of those of an undisturbed one
_PATIENCE = 12


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
        ("tells the same twice, over any address", looking.prove_stability),
        ("writes nothing", looking.prove_reading),
    ):
        yield Proof(subject, name, prove)
    for name, change in _PASSING.items():
        yield Proof(subject, f"tells everything despite {name}", partial(looking.prove_passing, change))
    for name, change in _LASTING.items():
        yield Proof(subject, f"calls nothing ready in silence behind {name}", partial(looking.prove_lasting, change))
    for text in _FORMS:
        yield Proof(subject, f"does not break over {text.decode()}", partial(looking.prove_answer, text))


@dataclass(frozen=True)
class _Told:
    lines: tuple[Line, ...]
    prerequisites: tuple[Prerequisite, ...]

    @property
    def warnings(self) -> int:
        """How much is told to be not as it should be."""
        return sum(line.status != FINE for line in self.lines) + sum(not one.done for one in self.prerequisites)


@dataclass
class _Seen:
    """An inspection, or what ended it; what the clock said, and how many requests it took."""

    told: Optional[_Told] = None
    clock: Optional[float] = None
    outcome: Optional[Outcome] = None
    asked: int = 0


class _Looking:
    def __init__(self, worlds: Worlds, case: InspectorCase) -> None:
        self._worlds, self._case = worlds, case
        self._whole: Optional[_Seen] = None
        named = (*case.needs.needs, *case.there, *case.missing)
        self._needs = replace(case.needs, needs=named)

    # ------------------------------------------------------------------ proofs

    def prove_lines(self) -> None:
        lines = self._once().lines
        demand(lines, "it tells nothing")
        for line in lines:
            demand(isinstance(line, Line), f"{shown(line)} is no Line")
            demand(line.status in _STATUSES, f"{line.topic}: '{line.status}' is none of {', '.join(_STATUSES)}")
            demand(_is_sentence(line.topic) and _is_sentence(line.message), f"{shown(line)}: no topic, or no message")
            demand(line.advice or line.status != BROKEN, f"{line.topic}: an error that says not what to do about it")
        twice = sorted({line.message for line in lines if lines.count(line) > 1})
        demand(not twice, f"a line comes twice: {'; '.join(twice)}")

    def prove_prerequisites(self) -> None:
        found = self._once().prerequisites
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
        found = self._once().prerequisites
        inspector = self._inspector("", [])
        demand(inspector.script([one for one in found if one.done]) == "", "a script for what is there already")
        if not self._scripts:
            return
        missing = [one for one in found if not one.done]
        script = inspector.script(found)
        demand(isinstance(script, str) and script == inspector.script(found), "two scripts for the same")
        demand(script == inspector.script(missing), "what is there already changes the script")
        demand(script.strip(), "it makes nothing of what is missing")

    def prove_clock(self) -> None:
        self._once()
        clock = self._whole.clock if self._whole else None
        if clock is not None:
            demand(isinstance(clock, (int, float)), f"it says {shown(clock)}")
            demand(
                abs(clock - time.time()) < _CLOCKS,
                f"it says {clock:.0f} at {time.time():.0f}: epoch seconds are wanted",
            )

    def prove_stability(self) -> None:
        with HostileProxy(self._address()) as proxy:
            self._same(self._look(proxy.url))

    def prove_reading(self) -> None:
        state = self._world().state
        if state is None:
            raise NotProved("the world tells no state, so that no write can be seen")
        before = state()
        self._look("")
        demand(state() == before, "the system holds something else after it was inspected")

    def prove_passing(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        self._same(self._disturbed(hostile.once(change)))

    def prove_lasting(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        whole = self._once()
        asked = self._whole.asked if self._whole else 0
        for first in sorted({0, asked // 2, max(asked - 1, 0)}):
            told = self._disturbed(hostile.from_on(change, first)).told
            demand(
                told is None or told == whole or told.warnings > whole.warnings,
                f"from request {first + 1} on: it tells something else, and warns of no more than before",
            )

    def prove_answer(self, text: bytes) -> None:
        self._disturbed(hostile.from_on(hostile.other_json(text), 0))

    # ------------------------------------------------------------------ looking

    @property
    def _scripts(self) -> bool:
        return self._case.inspector.script is not Inspector.script

    def _same(self, seen: _Seen) -> None:
        if seen.outcome is not None:
            raise NotConforming(f"it gave up: {type(seen.outcome).__name__}: {seen.outcome}")
        demand(seen.told == self._once(), "it tells something else about the same system")

    def _world(self) -> World:
        return self._worlds.world(self._case.world)

    def _address(self) -> str:
        address = self._world().options.url
        if not address:
            raise NotProved("the world has no url, and what stands between it and the inspector cannot misbehave")
        return address

    def _once(self) -> _Told:
        if self._whole is None:
            self._whole = self._look("")
        if self._whole.told is None:
            outcome = self._whole.outcome
            raise NotConforming(f"an undisturbed inspection ends with {type(outcome).__name__}: {outcome}")
        return self._whole.told

    def _disturbed(self, trouble: Trouble) -> _Seen:
        self._once()
        limit = _PATIENCE * (self._whole.asked if self._whole else 0) + 40
        with HostileProxy(self._address(), trouble, limit + 50) as proxy:
            seen = self._look(proxy.url)
            demand(proxy.asked <= limit, f"it asked over {limit} times")
        return seen

    def _inspector(self, url: str, asked: list[Any]) -> Inspector:
        kind = self._case.inspector
        registered = self._worlds.registry.find(INSPECTOR, kind.name)
        demand(registered is kind, f"the inspector '{kind.name}' is not registered")
        return kind(self._worlds.connect(self._world(), url, asked.append))

    def _look(self, url: str) -> _Seen:
        asked: list[Any] = []
        seen = _Seen()
        inspector = self._inspector(url, asked)
        try:
            seen.clock = inspector.server_time()
            lines = tuple(inspector.lines(self._needs))
            seen.told = _Told(lines, tuple(inspector.prerequisites(self._needs)))
        except Outcome as outcome:
            seen.outcome = outcome
        except Exception as error:
            raise NotConforming(
                f"it raises {type(error).__name__}: {error}; what cannot be read is a line, or an Outcome"
            ) from error
        finally:
            inspector.client.close()
        seen.asked = len(asked)
        return seen


def _is_sentence(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and "\n" not in text
