"""What a connection says about certificates reaches what speaks over it."""

from __future__ import annotations

from typing import Any, Mapping

import pytest

from j2o_core.hooks.manager import load_plugins
from j2o_core.http.transport import Transport
from j2o_core.mapping import builtin
from j2o_core.model.outcome import Fatal
from j2o_core.model.problem import Place
from j2o_core.pipeline.wiring import connect_only
from j2o_core.spec.build import build_spec
from j2o_core.spec.node import tree

PLUGINS = load_plugins({}, [(builtin.NAME, builtin)])


@pytest.mark.parametrize(
    ("tls", "verify"), [({}, True), ({"verify": False}, False), ({"verify": True}, True), ({"ca": __file__}, __file__)]
)
def test_certificates_are_verified_as_the_connection_says(
    tls: Mapping[str, Any], verify: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    used: list[Any] = []

    class Watched(Transport):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            used.append(options["verify"])
            super().__init__(*arguments, **options)

    monkeypatch.setattr("j2o_core.http.session.Transport", Watched)
    connection = {"plugin": "openproject", "url": "https://127.0.0.1:9", "auth": {"api_key": "x"}, "tls": tls}
    document = {
        "apiVersion": "j2o/v1",
        "kind": "Migration",
        "name": "x",
        "connections": {"openproject": connection},
        "entities": {},
        "runtime": {"retry": {"attempts": 1}},
    }
    spec = build_spec(tree(document, Place("x.yaml", 1, 1)), None, ())
    with pytest.raises(Fatal):  # nobody listens there
        connect_only(spec, PLUGINS, tmp_path)
    assert used == [verify]
