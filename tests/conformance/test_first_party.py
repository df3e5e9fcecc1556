"""The plugins that come with j2o keep the promises that every plugin makes."""

from __future__ import annotations

from typing import Iterator

import pytest

from j2o_core.testing import Conformance, NotProved, Proof

PLUGINS = {name: Conformance(name) for name in ("steps", "archive", "jira", "openproject", "sandbox")}
PROOFS = [proof for conformance in PLUGINS.values() for proof in conformance.proofs]

#: an edition of Jira in a server's every mood takes half a minute
_MOODS = (" despite ", " in silence ", " does not break over ")


def is_quick(proof: Proof) -> bool:
    """Whether the proof is for every run of the tests: of the moods of servers, those of one small extractor."""
    return not any(mood in proof.name for mood in _MOODS) or proof.subject == "extractor:jira.versions [cloud]"


@pytest.fixture(scope="module", autouse=True)
def worlds() -> Iterator[None]:
    yield
    for conformance in PLUGINS.values():
        conformance.worlds.close()


def prove(proof: Proof) -> None:
    try:
        proof()
    except NotProved as error:
        pytest.fail(f"nothing proves it: {error}")


@pytest.mark.xdist_group("conformance")
@pytest.mark.parametrize("proof", [proof for proof in PROOFS if is_quick(proof)], ids=str)
def test_it_conforms(proof: Proof) -> None:
    prove(proof)


@pytest.mark.long
@pytest.mark.parametrize("proof", [proof for proof in PROOFS if not is_quick(proof)], ids=str)
def test_it_conforms_in_every_mood_of_a_server(proof: Proof) -> None:
    prove(proof)


def test_every_extractor_splitter_and_loader_is_proved() -> None:
    for name, conformance in PLUGINS.items():
        proved = {proof.subject.split(" [")[0] for proof in conformance.proofs}
        for part in conformance.info.provides:
            if part.split(":")[0] in ("extractor", "splitter", "loader", "step", "function", "check"):
                assert part in proved, f"{name}: {part}"
