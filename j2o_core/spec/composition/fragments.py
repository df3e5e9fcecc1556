"""What plugins say of their own options and arguments, made fit to stand in the schema of a whole spec."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from ...hooks.protocols import Step
from ...hooks.registry import SCHEMA, Registry
from ..validator import validator_for
from .walking import changed, or_else, within

#: a text that is a reference or holds one: what it stands for is not known before a run
_REFERENCE = {"type": "string", "pattern": r"\$\{"}
#: a text with an expression in it: its value is not known before a record is mapped
_EXPRESSION = {"type": "string", "pattern": r"\{\{"}
_TEXT_KEYWORDS = frozenset(("pattern", "format", "enum", "const", "minLength", "maxLength"))


def options(registry: Registry, name: str, own: Sequence[str], at: str) -> dict[str, Any]:
    """The options of the plugin ``name`` beside the keys of the core, ``own``; any other key is refused.

    ``at`` is where the fragment will stand, such as ``#/$defs/load.acme``.
    """
    fragment = changed(moved(registry.find(SCHEMA, name) or {}, at), _or_reference)
    properties = {**dict.fromkeys(own, True), **fragment.get("properties", {})}
    return {"type": "object", "additionalProperties": False, **fragment, "properties": properties}


def arguments(steps: Mapping[str, Step], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each step's argument, with what the step does; ``at`` is where each will stand, with ``{}`` in it
    for its name."""
    for name, step in steps.items():
        schema = _takes(changed(moved(step.schema, at.format(name)), _or_expression), _EXPRESSION)
        inner: dict[str, Any] = {"description": step.summary}
        given = [argument for argument, _, _ in step.examples if argument is not None]
        given += [example for form in step.schema.get("oneOf", ()) for example in form.get("examples", ())]
        if given and "examples" not in schema:
            inner["examples"] = given
        form = schema.get("description")
        if form and form != step.summary and schema.get("type") != "null":
            inner["description"] = f"{step.summary} Argument: {form}"
        yield name, {**schema, **inner}


def needs_no_argument(step: Step) -> bool:
    """Whether the step can be written as its name alone."""
    return not step.schema or validator_for(step.schema).is_valid(None)


def moved(fragment: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The fragment with its references to its own parts leading to where it will stand."""

    def move(part: Mapping[str, Any]) -> dict[str, Any]:
        reference = part.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#"):
            return dict(part)
        return {**part, "$ref": at + reference[1:]}

    made: dict[str, Any] = changed(dict(fragment), move)
    return made


def _or_reference(part: Mapping[str, Any]) -> Any:
    return within(part, lambda keyword, held: _takes(held, _REFERENCE) if keyword in _VALUES else held)


def _or_expression(part: Mapping[str, Any]) -> Any:
    return within(part, lambda keyword, held: _takes(held, _EXPRESSION) if keyword in _VALUES else held)


#: keywords whose schemas describe values within, so that a text can stand in their place
_VALUES = ("properties", "patternProperties", "additionalProperties", "items")


def _takes(schema: Any, text: Mapping[str, Any]) -> Any:
    """``schema``, that also takes such a text: a reference in place of a text, an expression in place of anything."""
    if not isinstance(schema, Mapping) or "$ref" in schema:
        return schema
    if "oneOf" in schema or "anyOf" in schema:
        return or_else(schema, text) if text is _EXPRESSION else schema
    types = schema.get("type", ())
    types = [types] if isinstance(types, str) else list(types)
    is_text = "string" in types or not types
    if is_text and not (schema.keys() & _TEXT_KEYWORDS):
        return schema
    if types == ["null"] or (not is_text and text is _REFERENCE):
        return schema
    return or_else(schema, text)
