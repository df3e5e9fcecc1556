"""The plugins that come with j2o keep the promises that every plugin makes."""

from __future__ import annotations

from typing import Iterable, Iterator

import pytest

from j2o_core.testing import Conformance, Proof

PLUGINS = {name: Conformance(name) for name in ("steps", "archive", "jira", "openproject", "sandbox")}
PROOFS = [proof for conformance in PLUGINS.values() for proof in conformance.proofs]
SUBJECTS = list(dict.fromkeys(proof.subject for proof in PROOFS))

#: an edition of Jira in a server's every mood takes half a minute
_MOODS = (" despite ", " in silence ", " does not break over ")


WITH_MOODS = ("extractor", "source_surveyor", "target_surveyor", "inspector")
#: roles of which a proof by deed is asked
PROVED = ("extractor", "splitter", "loader", "source_surveyor", "target_surveyor", "inspector")
PROVED += ("step", "function", "check")


def is_quick(proof: Proof) -> bool:
    """Whether the proof is for every run of the tests: of the moods of servers, those of one small extractor."""
    return not any(mood in str(proof) for mood in _MOODS) or proof.subject == "extractor:jira.versions [cloud]"


def prove(proofs: Iterable[Proof]) -> None:
    results = [proof.result() for proof in proofs]
    assert [result for result in results if result.outcome != "passed"] == []


@pytest.fixture(scope="module", autouse=True)
def worlds() -> Iterator[None]:
    yield
    for conformance in PLUGINS.values():
        conformance.worlds.close()


@pytest.mark.xdist_group("conformance")
@pytest.mark.parametrize("subject", SUBJECTS)
def test_it_conforms(subject: str) -> None:
    prove(proof for proof in PROOFS if proof.subject == subject and is_quick(proof))


@pytest.mark.long
@pytest.mark.parametrize("subject", [subject for subject in SUBJECTS if subject.split(":")[0] in WITH_MOODS])
def test_it_conforms_in_every_mood_of_a_server(subject: str) -> None:
    prove(proof for proof in PROOFS if proof.subject == subject and not is_quick(proof))


def test_every_extractor_splitter_and_loader_is_proved() -> None:
    for name, conformance in PLUGINS.items():
        proved = {proof.subject.split(" [")[0] for proof in conformance.proofs}
        for part in conformance.info.provides:
            if part.split(":")[0] in PROVED:
                assert part in proved, f"{name}: {part}"
