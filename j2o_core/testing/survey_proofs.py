"""What every surveyor promises: it only reads, tells the truth of it, and hides nothing that it could not read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Sequence, Union

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
from ..spec.packaged import packaged_names
from .looking import Looking
from .plain import shown
from .proofs import Proof, demand
from .worlds import World, Worlds

Survey = Union[SourceSurvey, TargetSurvey]
_KINDS = frozenset(value for name, value in vars(surveys).items() if name.isupper() and isinstance(value, str))


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
    yield Proof(subject, "tells fields, values and people in the words of surveys", looking.prove_form)
    yield from looking.proofs(subject)


class _Looking(Looking[Survey]):
    who = "surveyor"
    silence = "hides nothing"

    def __init__(self, worlds: Worlds, case: SurveyorCase) -> None:
        super().__init__(worlds, case.world)
        self._case = case

    # ------------------------------------------------------------------ looking

    def look(self, client: Any) -> Survey:
        kind: Any = self._case.surveyor
        role = SOURCE_SURVEYOR if issubclass(kind, SourceSurveyor) else TARGET_SURVEYOR
        demand(self._worlds.registry.find(role, kind.name) is kind, f"the {role} '{kind.name}' is not registered")
        arguments = (self._case.selection, self._case.sample) if role == SOURCE_SURVEYOR else ()
        wanted = SourceSurvey if role == SOURCE_SURVEYOR else TargetSurvey
        found: Survey = kind(client).survey(*arguments)
        demand(isinstance(found, wanted), f"it gives {shown(found)}, which is no {wanted.__name__}")
        return found

    def demand_warned(self, told: Survey, whole: Survey, when: str) -> None:
        warned = len(told.remarks) > len(whole.remarks) or _told_in(told) == _told_in(whole)
        demand(warned, f"{when}: it tells something else, and no remark says why")

    # ------------------------------------------------------------------ proofs

    def prove_form(self) -> None:
        survey = self.once()
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
