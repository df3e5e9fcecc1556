"""The steps of mappings, and the functions that expressions know beside them."""

from __future__ import annotations

from typing import Iterator

from ..hooks import registry as roles
from ..hooks.manager import Plugins
from ..hooks.protocols import Step
from .forms import form, keys_of, keys_table
from .markdown import code, table
from .owners import Owners


def step_list(plugins: Plugins) -> list[str]:
    """A section for each step, and one for the functions."""
    registry, owners = plugins.registry, Owners(plugins)
    lines = ["## Steps"]
    for name in registry.names(roles.STEP):
        step = registry.get(roles.STEP, name)
        lines += ["", f"### {name} {{#{name}}}", "", step.summary + owners.remark(roles.STEP, name)]
        lines += _argument(step)
        if step.takes_empty:
            lines += ["", "Empty values are given to it too."]
        shown = [
            (code(given) if given is not None else "", code(before), code(after))
            for given, before, after in step.examples
        ]
        if shown:
            lines += ["", *table(("argument", "value", "becomes"), shown)]
    functions = [(name, registry.get(roles.FUNCTION, name)) for name in registry.names(roles.FUNCTION)]
    if functions:
        rows = [(f"`{name}`", found.summary + owners.remark(roles.FUNCTION, name)) for name, found in functions]
        lines += ["", "## Functions of expressions", "", "Every step is one too: `{{ source.name | trim }}`.", ""]
        lines += table(("function", "what it gives"), rows)
    return lines


def _argument(step: Step) -> Iterator[str]:
    schema = step.schema
    if not schema or schema.get("type") == "null":
        return
    choices = [choice for choice in schema.get("oneOf", (schema,)) if choice.get("type") != "null"]
    is_optional = len(choices) < len(schema.get("oneOf", (schema,)))
    yield ""
    told = []
    for choice in choices:
        if keys_of(choice, schema):
            told.append("a mapping with the keys below")
            continue
        description = str(choice.get("description", "")).rstrip(".")
        told.append(f"{form(choice, schema)}{f' ({description})' if description else ''}")
    yield f"Argument{', which may be left out' if is_optional else ''}: {'; or '.join(told)}."
    for choice in choices:
        if keys_of(choice, schema):
            yield ""
            yield from keys_table(choice, schema)
