"""Steps that use other parts of the spec or other plugins.

``table: NAME``    the value's row in a table (see ``j2o_core.mapping.tables``)
``ref: ENTITY``    a reference to an item of an entity
``rich_text``      the document tree of a text: objects are read as ADF, texts as wiki markup; ``{rich_text: NAME}``
                   names another reader. Empty text stays empty
"""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ...hooks.protocols import Step, StepError
from ...hooks.registry import READER, NotProvided, Registry
from ...model.payload import RichText
from ...richtext import to_json
from ..scope import Scope
from .shape import NOTHING

#: the readers for an object and for a text where the spec names none
OBJECT_READER, TEXT_READER = "adf", "wiki"


def steps(registry: Registry) -> tuple[Step, ...]:
    """The three steps; ``rich_text`` finds its readers in the registry when it runs, whoever registers them."""
    return (
        Step("table", table, "Looks the value up in a table of the spec.", {"type": "string"}),
        Step("ref", ref, "Refers to an item of an entity.", {"type": "string"}),
        Step(
            "rich_text",
            rich_text(registry),
            "Reads formatted text: ADF where it is an object, wiki markup where it is text.",
            {"oneOf": [NOTHING, {"type": "string", "minLength": 1}]},
        ),
    )


def table(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """The row of a value; of a list the rows of its elements, without the emptied ones."""
    found = _bindings(scope).table(argument)
    if isinstance(value, list):
        rows = [found.look_up(item) for item in value]
        return [row for row in rows if row is not None]
    return found.look_up(value)


def ref(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """A reference that fails where it is not found; a field's ``missing`` is for the field's own ``ref``."""
    return _bindings(scope).referrer(argument)(value)


def rich_text(registry: Registry) -> Callable[[Any, Any, Mapping[str, Any]], Any]:
    """The step, over the readers of a registry."""

    def read(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(value, RichText):
            return value
        if not isinstance(value, (str, dict)):
            raise StepError("expected formatted text")
        if isinstance(value, str) and not value.strip():
            return None
        name = argument or (OBJECT_READER if isinstance(value, dict) else TEXT_READER)
        try:
            reader = registry.get(READER, name)
        except NotProvided as error:
            raise StepError(f"{error}; installed are: {', '.join(error.known) or 'none'}") from None
        tree, warnings = reader(value)
        if isinstance(scope, Scope):
            scope.remarks.extend(dict.fromkeys(str(warning) for warning in warnings))
        made = to_json(tree)
        return RichText(made) if made else None

    return read


def _bindings(scope: Mapping[str, Any]) -> Any:
    if not isinstance(scope, Scope):
        raise StepError("this step works only inside a mapping")
    return scope.bindings
