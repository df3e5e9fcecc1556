"""``--dashboard`` of the commands that run."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from j2o_core.model.outcome import Fatal


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["run", "j2o:demo", "--dashboard"], "127.0.0.1:8787"),
        (["run", "--dashboard", "--json", "j2o:demo"], "127.0.0.1:8787"),
        (["run", "j2o:demo", "--dashboard", "127.0.0.1:9000"], "127.0.0.1:9000"),
        (["run", "j2o:demo", "--dashboard=:9000"], "127.0.0.1:9000"),
    ],
)
def test_a_dashboard_is_shown_at_its_usual_address_unless_another_is_given(
    j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, arguments: list[str], address: str
) -> None:
    def taken(host: str, port: int) -> Any:
        raise Fatal(f"{host}:{port} is taken", exit_code=3)

    monkeypatch.setattr("j2o_core.dashboard.serving.bound", taken)
    called = j2o(*arguments)
    assert called.code == 3
    assert f"{address} is taken" in called.err
