"""Functions and checks of plugins, in expressions and rules."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.hooks.manager import Plugins, load_plugins
from j2o_core.hooks.protocols import Check, Function
from j2o_core.hooks.registry import Registry
from j2o_core.mapping import builtin
from j2o_core.mapping.plugin_functions import plugin_functions


def registry(*functions: Any) -> Registry:
    made = Registry()
    builtin.j2o_register(made)
    for function in functions:
        (made.check if isinstance(function, Check) else made.function)(function)
    return made


def test_functions_of_the_core_are_left_to_the_language():
    assert plugin_functions(registry()) == {}


def test_a_function_takes_plain_values():
    found = plugin_functions(registry(Function("area", lambda x, y=1: x * y, "")))
    assert found["area"].call({}, 3, 4) == 12
    assert found["area"].call({}, 3) == 3


@pytest.mark.parametrize("said", [None, 1, "yes", []])
def test_a_check_says_true_or_false_and_nothing_else(said: Any):
    found = plugin_functions(registry(Check("fine", lambda value: said, "")))
    with pytest.raises(ValueError, match="the check 'fine' says neither true nor false"):
        found["fine"].call({}, 1)


def test_every_function_of_the_core_is_listed_with_what_it_does():
    plugins: Plugins = load_plugins({"J2O_PLUGINS": "none"}, [(builtin.NAME, builtin)])
    assert "function:first_change" in plugins.infos[0].provides
    assert all(plugins.registry.get("function", name).summary for name in plugins.registry.names("function"))
