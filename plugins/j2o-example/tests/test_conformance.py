"""The plugin keeps the promises that j2o relies on."""

from __future__ import annotations

from typing import Iterator

import pytest

from j2o_core.testing import Conformance, Proof

conformance = Conformance("example")


@pytest.fixture(scope="module", autouse=True)
def worlds() -> Iterator[None]:
    with conformance:
        yield


@pytest.mark.parametrize("proof", conformance.proofs, ids=str)
def test_it_conforms(proof: Proof) -> None:
    proof()
