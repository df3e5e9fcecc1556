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


def test_a_plugin_is_shown_with_options_fields_and_descriptions(j2o: Callable[..., Any]) -> None:
    shown = j2o("plugins", "show", "openproject").out
    assert shown.startswith("openproject ")
    assert "loader openproject.watchers" in shown
    assert "field user*: the person" in shown
    assert "option origin_field: Name of a text custom field" in shown
    document = json.loads(j2o("plugins", "show", "jira", "--json").out)
    parts = {(part["role"], part["name"]): part for part in document["parts"]}
    assert "page_size" in parts["extractor", "jira.issues"]["options"]["properties"]
    assert all(part["description"] for part in document["parts"] if part["role"] != "command")
    assert set(document) >= {
        "name",
        "version",
        "distribution",
        "provides",
        "error",
        "module",
        "hooks",
        "trace",
        "parts",
    }


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_plugin_that_is_not_there_is_told_with_the_nearest(j2o: Callable[..., Any], command: str) -> None:
    called = j2o("plugins", command, "jria")
    assert called.code == 2
    assert "no installed plugin is called 'jria'; did you mean 'jira'?" in called.err


def test_checking_prints_what_failed_and_how_many_passed(j2o: Callable[..., Any]) -> None:
    called = j2o("plugins", "check", "steps")
    assert called.code == 0
    assert called.out.startswith("1 plugins: ")
    assert " 0 failed, 0 unproved" in called.out
    rows = json.loads(j2o("plugins", "check", "steps", "--json").out)
    assert {row["outcome"] for row in rows} == {"passed"}
    assert set(rows[0]) == {"plugin", "distribution", "subject", "check", "outcome", "message"}
