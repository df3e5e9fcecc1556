"""The proofs of surveyors: a good one passes, and each broken promise is found by the proof that is named for it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Callable, Iterator

import pytest

from j2o_core.api import (
    Outcome,
    SourceField,
    SourcePerson,
    SourceSurvey,
    SourceSurveyor,
    SourceValue,
    TargetField,
    TargetPerson,
    TargetSurvey,
    TargetSurveyor,
    TargetValue,
    surveys,
)
from j2o_core.testing.survey_proofs import SurveyorCase, surveyor_proofs
from j2o_core.testing.worlds import Worlds

from .items import items


class Source(SourceSurveyor):
    """Tells the items' names as values."""

    name = "items"

    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        names = self.client.names()
        return SourceSurvey(
            template="demo",
            extractor="jira.issues",
            items=len(names),
            sampled=min(sample, len(names)),
            exact=True,
            fields=[SourceField("name", "Name", "fields.name", surveys.TEXT, filled=len(names), of=len(names))],
            values={"names": [SourceValue(name, 1) for name in names]},
            people=[SourcePerson("1", ("ann",))],
        )


class Target(TargetSurveyor):
    """The same of a target."""

    name = "items"

    def survey(self) -> TargetSurvey:
        values = [TargetValue(name) for name in self.client.names()]
        return TargetSurvey([TargetField("cf:Name", "Name", surveys.TEXT)], {"names": values}, [TargetPerson("ann")])


class Doubled(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        found = super().survey(selection, sample)
        return replace(found, fields=[*found.fields, *found.fields])


class Unknown(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        found = super().survey(selection, sample)
        return replace(found, fields=[replace(found.fields[0], kind="texts")])


class Overfull(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        found = super().survey(selection, sample)
        return replace(found, fields=[replace(found.fields[0], filled=99)])


class Greedy(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        return replace(super().survey(selection, sample), sampled=sample + 1)


class Writing(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        self.client.http.send("POST", "/items", json={"name": "mine"})
        return super().survey(selection, sample)


class Silent(Source):
    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        try:
            return super().survey(selection, sample)
        except Outcome:
            return SourceSurvey("demo", "jira.issues", 0, 0, True, [], {}, [])


class Naive(Target):
    def survey(self) -> TargetSurvey:
        items = self.client.http.get_json("/items")["items"]
        return TargetSurvey([], {"names": [TargetValue(item["name"]) for item in items]}, [])


@pytest.fixture
def failed() -> Iterator[Callable[..., dict[str, str]]]:
    """(name: message) of each proof of a surveyor that does not pass."""
    opened: list[Worlds] = []

    def prove(surveyor: Any, sample: int = 2) -> dict[str, str]:
        known: Any = SimpleNamespace(find=lambda role, name: surveyor if "surveyor" in role else object())
        worlds = Worlds(known)
        opened.append(worlds)
        world = items(worlds)
        results = [
            proof.result() for proof in surveyor_proofs(worlds, SurveyorCase(surveyor, lambda _: world, sample=sample))
        ]
        assert len(results) > 10
        return {result.name: result.message for result in results if result.outcome != "passed"}

    yield prove
    for worlds in opened:
        worlds.close()


@pytest.mark.parametrize("surveyor", [Source, Target])
def test_a_good_surveyor_conforms(failed: Callable[..., dict[str, str]], surveyor: Any) -> None:
    assert failed(surveyor) == {}


@pytest.mark.parametrize(
    ("surveyor", "name", "said"),
    [
        (Doubled, "tells fields, values and people in the words of surveys", "a field comes twice: name"),
        (Unknown, "tells fields, values and people in the words of surveys", "'texts' is no kind"),
        (Overfull, "tells fields, values and people in the words of surveys", "filled in 99 of 3"),
        (Greedy, "tells fields, values and people in the words of surveys", "it reads more than was asked for"),
        (Writing, "writes nothing", "holds something else"),
        (Silent, "hides nothing in silence behind broken JSON", "no remark says why"),
        (Naive, "does not break over null", "TypeError"),
    ],
)
def test_a_broken_promise_is_found(failed: Callable[..., dict[str, str]], surveyor: Any, name: str, said: str) -> None:
    assert said in failed(surveyor).get(name, "")
