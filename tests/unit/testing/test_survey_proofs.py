"""The proofs of surveyors: a good one passes, and each broken promise is found by the proof that is named for it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Callable, Iterator

import pytest

from j2o_core.api import (
    Client,
    ConnectionOptions,
    Connector,
    Outcome,
    Retriable,
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
from j2o_core.testing.item_server import ItemServer
from j2o_core.testing.survey_proofs import SurveyorCase, surveyor_proofs
from j2o_core.testing.worlds import World, Worlds


class Items(Client):
    """A client of the items' server."""

    def __init__(self, http: Any) -> None:
        self.http, self.identity, self.url = http, "items", http.base_url
        http.authorize(bearer="t")

    def check(self) -> Any:
        return {}

    def close(self) -> None:
        self.http.close()

    def items(self) -> list[Any]:
        answer = self.http.get_json("/items")
        found = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(isinstance(item, dict) and item.get("id") for item in found):
            raise Retriable("no list of items")
        return found


class ItemsConnector(Connector):
    """Opens them."""

    name = "items"

    def open(self, options: ConnectionOptions, http: Any) -> Items:
        return Items(http)


class Source(SourceSurveyor):
    """Tells the items' names as values."""

    name = "items"

    def survey(self, selection: Any, sample: int) -> SourceSurvey:
        items = self.client.items()
        return SourceSurvey(
            template="demo",
            extractor="jira.issues",
            items=len(items),
            sampled=min(sample, len(items)),
            exact=True,
            fields=[SourceField("name", "Name", "fields.name", surveys.TEXT, filled=len(items), of=len(items))],
            values={"names": [SourceValue(str(item["name"]), 1) for item in items]},
            people=[SourcePerson("1", ("ann",))],
        )


class Target(TargetSurveyor):
    """The same of a target."""

    name = "items"

    def survey(self) -> TargetSurvey:
        values = [TargetValue(str(item["name"])) for item in self.client.items()]
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
        server = worlds.enter(ItemServer([{"name": "one"}, {"name": "two"}, {"name": "three"}]))
        world = World(ItemsConnector, ConnectionOptions("items", server.url, "check"), server.state)
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
