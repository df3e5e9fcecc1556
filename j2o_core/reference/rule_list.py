"""The kinds of rules, the packaged rule sets, and the conditions that plugins add."""

from __future__ import annotations

from typing import Any

from ..hooks import registry as roles
from ..hooks.manager import Plugins
from ..hooks.summaries import summary_of
from ..spec.node import plain
from ..spec.packaged import PREFIX, packaged_rule_set, packaged_rule_sets, schema
from ..spec.reading import read_yaml
from .forms import keys_table
from .markdown import table
from .owners import Owners


def rule_list(plugins: Plugins) -> list[str]:
    """A section for each kind of rule, for each packaged set, and for the conditions."""
    document = schema("migration")
    lines = ["## Kinds of rules", "", document["$defs"]["rule"]["description"]]
    for kind in document["$defs"]["rule"]["oneOf"]:
        (name,) = kind["required"]
        lines += ["", f"### {name} {{#{name}}}", "", *keys_table(kind, document)]
    lines += ["", "## Rule sets", "", document["$defs"]["rules"]["properties"]["use"]["description"]]
    for name in packaged_rule_sets():
        rows = [
            (f"`{rule}`", str(form.get("message", "")), f"`{form.get('on_fail', 'fail')}`")
            for rule, form in _rules(name).items()
            if isinstance(form, dict)
        ]
        lines += ["", f"### {PREFIX}{name} {{#set-{name}}}", "", *table(("rule", "message", "on_fail"), rows)]
    registry, owners = plugins.registry, Owners(plugins)
    holds = [
        (f"`{name}`", summary_of(registry.get(roles.CHECK, name)) + owners.remark(roles.CHECK, name))
        for name in registry.names(roles.CHECK)
    ]
    if holds:
        lines += ["", "## Conditions of plugins", "", *table(("condition", "when it holds"), holds)]
    return lines


def _rules(name: str) -> dict[str, Any]:
    path = packaged_rule_set(name)
    node = read_yaml(path.read_bytes(), path.name)[0] if path is not None else None
    return dict(plain(node)) if node is not None else {}
