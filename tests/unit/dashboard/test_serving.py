"""Where a dashboard may listen."""

from __future__ import annotations

import pytest

from j2o_core.dashboard.serving import bound, parse_address, url_of
from j2o_core.model.outcome import Fatal


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("127.0.0.1:9000", ("127.0.0.1", 9000)),
        (":9000", ("127.0.0.1", 9000)),
        ("9000", ("127.0.0.1", 9000)),
        ("localhost", ("localhost", 8787)),
        ("[::1]:9000", ("::1", 9000)),
        ("[::1]", ("::1", 8787)),
    ],
)
def test_an_address_may_be_short(given: str, address: tuple[str, int]) -> None:
    assert parse_address(given) == address


@pytest.mark.parametrize(
    "given", ["0.0.0.0:8787", "example.org:80", "[::]:80", "10.0.0.1", "127.0.0.1:x", "1.2.3.4:99999"]
)
def test_what_others_could_reach_or_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Fatal) as refused:
        parse_address(given)
    assert refused.value.exit_code == 2


def test_a_word_is_no_address_of_another_machine() -> None:
    with pytest.raises(Fatal, match="'nonsense' is no address: expected HOST:PORT, such as"):
        parse_address("nonsense")
    with pytest.raises(Fatal, match="its own machine alone"):
        parse_address("db.example.org")


def test_a_port_that_is_taken_is_told() -> None:
    with bound("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        assert url_of(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(Fatal, match=str(port)) as refused:
            bound("127.0.0.1", port)
    assert refused.value.exit_code == 3
