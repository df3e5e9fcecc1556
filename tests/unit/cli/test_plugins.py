"""``j2o plugins list``."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest


def listed(j2o: Callable[..., Any]) -> dict[str, Any]:
    return {plugin["name"]: plugin for plugin in json.loads(j2o("plugins", "list", "--json").out)}


def test_each_plugin_is_listed_with_what_it_provides(j2o: Callable[..., Any]) -> None:
    plugins = listed(j2o)
    assert {"jira", "openproject", "sandbox"} <= set(plugins)
    assert all(set(p) == {"name", "version", "distribution", "provides", "error"} for p in plugins.values())
    assert [plugin["name"] for plugin in plugins.values() if plugin["error"]] == []
    assert "system:sandbox" in plugins["sandbox"]["provides"]
    assert plugins["sandbox"]["distribution"] == "j2o"


def test_plugins_can_be_left_out_or_chosen(j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("J2O_DISABLE_PLUGINS", "jira, openproject")
    assert {"jira", "openproject"}.isdisjoint(listed(j2o))
    monkeypatch.delenv("J2O_DISABLE_PLUGINS")
    monkeypatch.setenv("J2O_PLUGINS", "sandbox")
    assert {"jira", "openproject"}.isdisjoint(listed(j2o))
    assert "sandbox" in listed(j2o)
