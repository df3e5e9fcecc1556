"""What every surveyor promises: it only reads, tells the truth of it, and hides nothing that it could not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence, Union

from ..hooks.protocols import (
    Selection,
    SourceField,
    SourceSurvey,
    SourceSurveyor,
    TargetField,
    TargetSurvey,
    TargetSurveyor,
    TargetValue,
    surveys,
)
from ..hooks.registry import EXTRACTOR, SOURCE_SURVEYOR, SPLITTER, TARGET_SURVEYOR
from ..model.outcome import Outcome
from ..spec.packaged import packaged_names
from . import hostile_proxy as hostile
from .hostile_proxy import HostileProxy, Trouble
from .plain import shown
from .proofs import NotConforming, Proof, demand
from .worlds import NotProved, World, Worlds

Survey = Union[SourceSurvey, TargetSurvey]
_KINDS = frozenset(value for name, value in vars(surveys).items() if name.isupper() and isinstance(value, str))
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
#: requests that a disturbed survey may need at most, as a multiple of those of an undisturbed one
_PATIENCE = 12


@dataclass(frozen=True)
class SurveyorCase:
    """A surveyor in a world with something to find. With ``World.state`` it is proved that nothing is written.

    ``sample`` and ``selection`` are what a source's surveyor is asked with.
    """

    surveyor: type[Union[SourceSurveyor, TargetSurveyor]]
    world: Callable[[Worlds], World]
    selection: Selection = field(default_factory=Selection)
    sample: int = 50
    label: str = ""


def surveyor_proofs(worlds: Worlds, case: SurveyorCase) -> Iterator[Proof]:
    """All proofs of one case."""
    looking = _Looking(worlds, case)
    role = SOURCE_SURVEYOR if issubclass(case.surveyor, SourceSurveyor) else TARGET_SURVEYOR
    subject = f"{role}:{case.surveyor.name}{f' [{case.label}]' if case.label else ''}"
    for name, prove in (
        ("tells fields, values and people in the words of surveys", looking.prove_form),
        ("tells the same twice, over any address", looking.prove_stability),
        ("writes nothing", looking.prove_reading),
    ):
        yield Proof(subject, name, prove)
    for name, change in _PASSING.items():
        yield Proof(subject, f"tells everything despite {name}", partial(looking.prove_passing, change))
    for name, change in _LASTING.items():
        yield Proof(subject, f"hides nothing in silence behind {name}", partial(looking.prove_lasting, change))
    for text in _FORMS:
        yield Proof(subject, f"does not break over {text.decode()}", partial(looking.prove_answer, text))


@dataclass
class _Seen:
    """A survey, or what ended it, and how many requests it took."""

    survey: Optional[Survey] = None
    outcome: Optional[Outcome] = None
    asked: int = 0


class _Looking:
    def __init__(self, worlds: Worlds, case: SurveyorCase) -> None:
        self._worlds, self._case = worlds, case
        self._whole: Optional[_Seen] = None

    # ------------------------------------------------------------------ proofs

    def prove_form(self) -> None:
        survey = self._once()
        if isinstance(survey, SourceSurvey):
            self._prove_source(survey)
        else:
            _prove_target(survey)
        demand(survey.fields or survey.values, "it finds nothing: a case needs a world with fields and values")
        demand(all(isinstance(one, str) and one for one in survey.remarks), "a remark is a text")
        for table, values in survey.values.items():
            names = [value.name for value in values]
            demand(all(isinstance(name, str) and name for name in names), f"{table}: the name of a value is a text")
            demand(len(set(names)) == len(names), f"{table}: a value comes twice in {shown(sorted(names))}")

    def _prove_source(self, survey: SourceSurvey) -> None:
        registry = self._worlds.registry
        demand(survey.template in packaged_names(), f"there is no template '{survey.template}'")
        demand(registry.find(EXTRACTOR, survey.extractor), f"there is no extractor '{survey.extractor}'")
        for name in survey.people_from:
            known = registry.find(EXTRACTOR, name) or registry.find(SPLITTER, name)
            demand(known, f"people come from '{name}', which is neither an extractor nor a splitter")
        demand(0 <= survey.sampled <= survey.items, f"{survey.sampled} of {survey.items} items were read")
        demand(survey.sampled <= max(self._case.sample, 2 * len(survey.projects)), "it reads more than was asked for")
        for one in survey.fields:
            demand(isinstance(one, SourceField) and one.path and one.name, f"{shown(one)} is no field with a path")
            demand(one.kind in _KINDS, f"{one.id}: '{one.kind}' is no kind of the module surveys")
            demand(0 <= one.filled <= one.of <= survey.items, f"{one.id}: filled in {one.filled} of {one.of} items")
        _once_each("field", [one.id for one in survey.fields])
        _once_each("person", [one.id for one in survey.people])
        for values in survey.values.values():
            for value in values:
                demand(value.items is None or value.items >= 0, f"{value.name}: {value.items} items")

    def prove_stability(self) -> None:
        with HostileProxy(self._address()) as proxy:
            again = self._look(proxy.url)
        self._same(again)

    def prove_reading(self) -> None:
        state = self._world().state
        if state is None:
            raise NotProved("the world tells no state, so that no write can be seen")
        before = state()
        self._look("")
        demand(state() == before, "the system holds something else after it was looked through")

    def prove_passing(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        self._same(self._disturbed(hostile.once(change)))

    def prove_lasting(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        self._once()
        asked = self._whole.asked if self._whole else 0
        for first in sorted({asked // 2, max(asked - 1, 0)}):
            self._told(self._disturbed(hostile.from_on(change, first)), first)

    def prove_answer(self, text: bytes) -> None:
        self._disturbed(hostile.from_on(hostile.other_json(text), 0))

    # ------------------------------------------------------------------ looking

    def _told(self, seen: _Seen, first: int) -> None:
        whole = self._once()
        if seen.survey is None or _told_in(seen.survey) == _told_in(whole):
            return
        demand(
            len(seen.survey.remarks) > len(whole.remarks),
            f"from request {first + 1} on: it tells something else, and no remark says why",
        )

    def _same(self, seen: _Seen) -> None:
        if seen.outcome is not None:
            raise NotConforming(f"it gave up: {type(seen.outcome).__name__}: {seen.outcome}")
        demand(seen.survey == self._once(), "it tells something else about the same system")

    def _world(self) -> World:
        return self._worlds.world(self._case.world)

    def _address(self) -> str:
        address = self._world().options.url
        if not address:
            raise NotProved("the world has no url, and what stands between it and the surveyor cannot misbehave")
        return address

    def _once(self) -> Survey:
        if self._whole is None:
            self._whole = self._look("")
        if self._whole.survey is None:
            outcome = self._whole.outcome
            raise NotConforming(f"an undisturbed survey ends with {type(outcome).__name__}: {outcome}")
        return self._whole.survey

    def _disturbed(self, trouble: Trouble) -> _Seen:
        self._once()
        limit = _PATIENCE * (self._whole.asked if self._whole else 0) + 40
        with HostileProxy(self._address(), trouble, limit + 50) as proxy:
            seen = self._look(proxy.url)
            demand(proxy.asked <= limit, f"it asked over {limit} times")
        return seen

    def _look(self, url: str) -> _Seen:
        seen = _Seen()

        def count(exchange: Any) -> None:
            seen.asked += 1

        client = self._worlds.connect(self._world(), url, count)
        kind: Any = self._case.surveyor
        role = SOURCE_SURVEYOR if issubclass(kind, SourceSurveyor) else TARGET_SURVEYOR
        demand(self._worlds.registry.find(role, kind.name) is kind, f"the {role} '{kind.name}' is not registered")
        arguments = (self._case.selection, self._case.sample) if role == SOURCE_SURVEYOR else ()
        wanted = SourceSurvey if role == SOURCE_SURVEYOR else TargetSurvey
        try:
            found = kind(client).survey(*arguments)
            demand(isinstance(found, wanted), f"it gives {shown(found)}, which is no {wanted.__name__}")
            seen.survey = found
        except Outcome as outcome:
            seen.outcome = outcome
        except NotConforming:
            raise
        except Exception as error:
            raise NotConforming(
                f"it raises {type(error).__name__}: {error}; what cannot be read is an Outcome (Retriable, Fatal, ...)"
            ) from error
        finally:
            client.close()
        return seen


def _prove_target(survey: TargetSurvey) -> None:
    for one in survey.fields:
        demand(isinstance(one, TargetField) and one.key and one.name, f"{shown(one)} is no field with a key")
        demand(one.kind in _KINDS, f"{one.key}: '{one.kind}' is no kind of the module surveys")
    _once_each("field", [one.key for one in survey.fields])
    _once_each("person", [one.login for one in survey.people])
    for values in survey.values.values():
        demand(all(isinstance(one, TargetValue) for one in values), "values of a target are TargetValue")


def _once_each(what: str, names: Sequence[str]) -> None:
    demand(all(isinstance(name, str) and name for name in names), f"a {what} has no name of its own")
    twice = sorted({name for name in names if names.count(name) > 1})
    demand(not twice, f"a {what} comes twice: {', '.join(twice)}")


def _told_in(survey: Survey) -> Any:
    """All but the remarks."""
    return {name: value for name, value in vars(survey).items() if name != "remarks"}
