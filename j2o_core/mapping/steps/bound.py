"""Steps that use other parts of the spec or other plugins.

``table: NAME``    the value's row in a table (see ``j2o_core.mapping.tables``)
``ref: ENTITY``    a reference to an item of an entity
``rich_text``      the document tree of a text: objects are read as ADF, texts as wiki markup; ``{rich_text: NAME}``
                   names another reader. Empty text stays empty
``plain_text``     what a person reads of formatted text, without its formatting; arguments as for ``rich_text``
``json_block``     any value as a block of indented JSON, for fields with formatted text; ``{json_block: Title}``
"""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ...expressions.empty import is_empty
from ...hooks.protocols import Step, StepError
from ...hooks.registry import READER, NotProvided, Registry
from ...model.payload import RichText
from ...richtext import CodeBlock, Document, from_json, to_json, visible_text
from ..scope import Scope
from ..tables import NoRow
from .shape import maybe, whole
from .text import pretty

#: the readers for an object and for a text where the spec names none
OBJECT_READER, TEXT_READER = "adf", "wiki"


def steps(registry: Registry) -> tuple[Step, ...]:
    """The steps; ``rich_text`` finds its readers in the registry when it runs, whoever registers them."""
    read = rich_text(registry)
    reader = maybe({"type": "string", "minLength": 1, "description": "Another reader.", "examples": ["wiki"]})
    return (
        Step(
            "table",
            table,
            "Looks the value up in a table of the spec.",
            {"type": "string", "minLength": 1, "description": "A table.", "examples": ["types"]},
            "2",
        ),
        Step(
            "ref",
            ref,
            "Refers to an item of an entity.",
            {"type": "string", "minLength": 1, "description": "An entity.", "examples": ["users"]},
        ),
        Step(
            "rich_text",
            read,
            "Reads formatted text: ADF where it is an object, wiki markup where it is text.",
            reader,
        ),
        Step("plain_text", plain_text(read), "Takes what a person reads of formatted text.", reader),
        whole(
            "json_block",
            json_block,
            "Writes any value as a readable block of JSON, for fields with formatted text.",
            maybe({"type": "string", "minLength": 1, "description": "A title.", "examples": ["Approvals"]}),
            examples=(
                (
                    "Approvals",
                    {"by": "ann"},
                    RichText(to_json(Document((CodeBlock('{\n  "by": "ann"\n}', "json", "Approvals"),)))),
                ),
            ),
        ),
    )


def table(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """The row of a value; of a list the rows of its elements, without the emptied ones."""
    found = _bindings(scope).table(argument)
    if isinstance(value, list):
        rows = [found.look_up(item) for item in value]
        return [row for row in rows if row is not None]
    return found.look_up(value)


def rows_there_are(keeps_text: bool) -> Callable[[Any, Any, Mapping[str, Any]], Any]:
    """As ``table``; elements of a list without a row are left out and told, and kept as text where there is one."""

    def look_up(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
        if not isinstance(value, list) or not isinstance(scope, Scope):
            return table(value, argument, scope)
        found, rows = _bindings(scope).table(argument), []
        for item in value:
            try:
                rows.append(found.look_up(item))
            except NoRow as error:
                scope.others = scope.others or keeps_text
                scope.remarks.append(f"{error.args[0]}: left out")
        return [row for row in rows if row is not None]

    return look_up


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


def plain_text(
    read: Callable[[Any, Any, Mapping[str, Any]], Any],
) -> Callable[[Any, Any, Mapping[str, Any]], Any]:
    """The step, over ``rich_text``; a list is taken element by element."""

    def visible(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(value, list):
            made = [visible(item, argument, scope) for item in value if not is_empty(item)]
            return [item for item in made if item]
        found = read(value, argument, scope)
        return None if found is None else visible_text(from_json(found.tree)).strip() or None

    return visible


def json_block(value: Any, argument: Any) -> RichText:
    """A block of code that says JSON."""
    if isinstance(value, RichText):
        value = value.tree
    return RichText(to_json(Document((CodeBlock(pretty(value, None), "json", argument or ""),))))


def _bindings(scope: Mapping[str, Any]) -> Any:
    if not isinstance(scope, Scope):
        raise StepError("this step works only inside a mapping")
    return scope.bindings
