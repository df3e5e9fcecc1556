"""The proofs of inspectors: a good one passes, and each broken promise is found by the proof that is named for it."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Callable, Iterator, Optional, Sequence

import pytest

from j2o_core.api import (
    Inspector,
    Line,
    Need,
    Needs,
    Outcome,
    Prerequisite,
    inspectors,
)
from j2o_core.testing.inspection_proofs import InspectorCase, inspector_proofs
from j2o_core.testing.worlds import Worlds

from .items import items

THERE, MISSING = Need("items", "one"), Need("items", "nine")


class Good(Inspector):
    """Items are what an administrator makes."""

    name = "items"

    def lines(self, needs: Needs) -> Sequence[Line]:
        return [Line("items", inspectors.FINE, f"{len(self.client.names())} items")]

    def server_time(self) -> Optional[float]:
        return time.time()

    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        names = self.client.names()
        return [Prerequisite(need, need.name in names, "nothing works", "by hand") for need in needs.needs]

    def script(self, prerequisites: Sequence[Prerequisite]) -> str:
        return "\n".join(f"make {one.need.name}" for one in prerequisites if not one.done)


class Speechless(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        return []


class Helpless(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        return [Line("items", inspectors.BROKEN, f"{len(self.client.names())} items are too few")]


class Shouting(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        return [replace(line, status="fatal") for line in super().lines(needs)]


class Forgetful(Good):
    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        return [one for one in super().prerequisites(needs) if one.done]


class Boastful(Good):
    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        return [replace(one, done=True) for one in super().prerequisites(needs)]


class Inventive(Good):
    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        more = Prerequisite(Need("items", "more"), False, "nothing works", "by hand")
        return [*super().prerequisites(needs), more]


class Busy(Good):
    def script(self, prerequisites: Sequence[Prerequisite]) -> str:
        return "make everything"


class Idle(Good):
    def script(self, prerequisites: Sequence[Prerequisite]) -> str:
        return ""


class Milliseconds(Good):
    def server_time(self) -> Optional[float]:
        return time.time() * 1000


class Writing(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        self.client.http.send("POST", "/items", json={"name": "mine"})
        return [Line("items", inspectors.FINE, "items can be made")]


class Hopeful(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        try:
            return super().lines(needs)
        except Outcome:
            return [Line("items", inspectors.FINE, "items as many as you like")]

    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        try:
            return super().prerequisites(needs)
        except Outcome:
            return []


class Naive(Good):
    def lines(self, needs: Needs) -> Sequence[Line]:
        return [Line("items", inspectors.FINE, f"{len(self.client.http.get_json('/items')['items'])} items")]


@pytest.fixture
def failed() -> Iterator[Callable[..., dict[str, str]]]:
    """(name: message) of each proof of an inspector that does not pass; ``only``: of the one that is called so."""
    opened: list[Worlds] = []

    def prove(inspector: Any, only: str = "") -> dict[str, str]:
        known: Any = SimpleNamespace(find=lambda role, name: inspector)
        worlds = Worlds(known)
        opened.append(worlds)
        world = items(worlds)
        case = InspectorCase(inspector, lambda _: world, [THERE], [MISSING])
        proofs = list(inspector_proofs(worlds, case))
        assert len(proofs) > 12 and (not only or only in {proof.name for proof in proofs})
        results = [proof.result() for proof in proofs if not only or proof.name == only]
        return {result.name: result.message for result in results if result.outcome != "passed"}

    yield prove
    for worlds in opened:
        worlds.close()


def test_a_good_inspector_conforms(failed: Callable[..., dict[str, str]]) -> None:
    assert failed(Good) == {}


@pytest.mark.parametrize(
    ("inspector", "name", "said"),
    [
        (Speechless, "tells lines that a person can act on", "it tells nothing"),
        (Helpless, "tells lines that a person can act on", "says not what to do about it"),
        (Shouting, "tells lines that a person can act on", "'fatal' is none of"),
        (Forgetful, "knows which of the named things are there", "it says nothing of it"),
        (Boastful, "knows which of the named things are there", "is not there, and it says the opposite"),
        (Inventive, "knows which of the named things are there", "nothing needs it"),
        (Busy, "makes what is missing, and nothing else", "a script for what is there already"),
        (Idle, "makes what is missing, and nothing else", "it makes nothing of what is missing"),
        (Milliseconds, "tells the server's clock in seconds, or nothing", "epoch seconds are wanted"),
        (Writing, "writes nothing", "holds something else"),
        (Hopeful, "calls nothing ready in silence behind broken JSON", "warns of no more than before"),
        (Naive, "does not break over null", "TypeError"),
    ],
)
def test_a_broken_promise_is_found(failed: Callable[..., dict[str, str]], inspector: Any, name: str, said: str) -> None:
    assert said in failed(inspector, name).get(name, "")
