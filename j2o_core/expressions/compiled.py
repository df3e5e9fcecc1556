"""Texts of a spec, compiled once: typed expressions, templates and literals.

A text is read whole when it is compiled, and refused then; its code is generated when it is first evaluated, which
checking a spec never does. Only texts of the spec come here. What comes from a source is data to them: it is never
compiled, evaluated or rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Callable, Collection, Mapping, Optional

from jinja2 import nodes, pass_context
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context

from .empty import EMPTY, plain
from .errors import ExpressionFailed, ExpressionSyntaxError
from .functions import FUNCTIONS
from .names import FieldNames
from .paths import Path, field_value
from .sandbox import Sandbox
from .syntax import FIELD_FILTER, SEEN_FILTER, Reader, parse, pieces

#: the longest text that a template may make, in characters
TEXT_LIMIT = 1_000_000

Scope = Mapping[str, Any]
_RESULT = "result"


@dataclass(frozen=True)
class Compiled:
    """A value of the spec, ready to be evaluated.

    ``reads`` are the paths it may look at: those of ``always`` whenever it is evaluated, the others when the mark that
    ``sometimes`` has for them was added to ``scope.seen``. ``arguments`` are the (function, first constant argument)
    pairs it uses, ``absent`` the display names that no field bears though their value is used, ``asked`` those that
    are only asked for. ``constant``: it reads nothing and is always the same.
    """

    evaluate: Callable[[Scope], Any]
    reads: frozenset[Path] = frozenset()
    arguments: frozenset[tuple[str, Any]] = frozenset()
    absent: tuple[str, ...] = ()
    constant: bool = False
    typed: bool = False
    asked: tuple[str, ...] = ()
    always: frozenset[Path] = frozenset()
    sometimes: Mapping[int, Path] = field(default_factory=dict)


class Language:
    """Compiles the texts of one entity. ``functions`` take (scope, value, *arguments)."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]], names: FieldNames) -> None:
        self.names = names
        self.functions = frozenset({*functions, *FUNCTIONS, "field"})
        #: gives a number that this language has not given before
        self.mark: Callable[[], int] = count(1).__next__
        filters: dict[str, Callable[..., Any]] = {FIELD_FILTER: _field, SEEN_FILTER: _seen}
        filters.update({name: _plain_filter(function) for name, function in FUNCTIONS.items()})
        filters.update({name: _scoped_filter(function) for name, function in functions.items()})
        self._environment = Sandbox(filters)

    def value(self, value: Any, roots: Collection[str]) -> Compiled:
        """Any value of the spec: texts in it are expressions, templates or literals; lists and objects go deep.

        Raises:
            ExpressionSyntaxError: a text with ``{{ }}`` is not in the language.
        """
        if isinstance(value, str):
            return self.text(value, roots)
        if isinstance(value, (list, tuple)):
            return _collect([self.value(item, roots) for item in value], list)
        if isinstance(value, dict):
            keys = list(value)
            return _collect([self.value(item, roots) for item in value.values()], lambda made: dict(zip(keys, made)))
        return Compiled(lambda scope: value, constant=True)

    def text(self, text: str, roots: Collection[str]) -> Compiled:
        """Exactly one ``{{ ... }}``: a typed expression; other text with ``{{ }}``: a template; else a literal."""
        if "{{" not in text:
            return Compiled(lambda scope: text, constant=True)
        reader = Reader(roots, self.functions, self.names, self.mark)
        parts = [reader.visit(part) for part in pieces(parse(self._environment, text))]
        spoken = [part for part in parts if not (isinstance(part, nodes.TemplateData) and part.data.isspace())]
        typed = len(spoken) == 1 and not isinstance(spoken[0], nodes.TemplateData)
        if typed:
            code = _Code(self._environment, nodes.Assign(nodes.Name(_RESULT, "store"), spoken[0]), text)
            evaluate = self._expression(code, text)
        else:
            code = _Code(self._environment, nodes.Output(parts), text)
            evaluate = self._template(code, text)
        if not reader.is_ordinary:
            code.generate()
        if not reader.reads and not reader.arguments:
            try:
                made = evaluate({})
            except ExpressionFailed as error:
                raise ExpressionSyntaxError(str(error)) from None
            return Compiled(lambda scope: made, constant=True, typed=typed)
        return Compiled(
            evaluate,
            frozenset(reader.reads),
            frozenset(reader.arguments),
            tuple(reader.absent),
            typed=typed,
            asked=tuple(reader.asked),
            always=frozenset(reader.always),
            sometimes=reader.sometimes,
        )

    def _expression(self, code: _Code, text: str) -> Callable[[Scope], Any]:
        environment = self._environment

        def evaluate(scope: Scope) -> Any:
            context = Context(environment, scope, None, {})  # type: ignore[arg-type]
            try:
                for _ in (code.root or code.generate())(context):
                    pass
                return plain(context.vars[_RESULT])
            except Exception as error:  # noqa: BLE001 - a plugin's function may raise anything
                raise _failed(text, error) from None

        return evaluate

    def _template(self, code: _Code, text: str) -> Callable[[Scope], Any]:
        environment = self._environment

        def evaluate(scope: Scope) -> Any:
            context = Context(environment, scope, None, {})  # type: ignore[arg-type]
            try:
                made = "".join((code.root or code.generate())(context))
            except Exception as error:  # noqa: BLE001 - a plugin's function may raise anything
                raise _failed(text, error) from None
            if len(made) > TEXT_LIMIT:
                raise ExpressionFailed(f"'{_short(text)}' makes a text longer than {TEXT_LIMIT} characters")
            return made

        return evaluate


class _Code:
    """The code of one checked statement, generated when it is first asked for; two threads may both do so."""

    def __init__(self, environment: Sandbox, statement: nodes.Stmt, text: str) -> None:
        self.root: Optional[Callable[[Context], Any]] = None
        self._environment, self._statement, self._text = environment, statement, text

    def generate(self) -> Callable[[Context], Any]:
        """The function that evaluates it in a context. Raises ``ExpressionSyntaxError``."""
        template = nodes.Template([self._statement], lineno=1)
        template.set_lineno(1).set_environment(self._environment)
        try:
            self.root = self._environment.from_string(template).root_render_func
        except (TemplateError, SyntaxError, RecursionError, MemoryError, ValueError, OverflowError) as error:
            raise ExpressionSyntaxError(f"'{_short(self._text)}' cannot be compiled: {error}") from None
        return self.root


def _failed(text: str, error: BaseException) -> ExpressionFailed:
    return ExpressionFailed(f"'{_short(text)}' cannot be evaluated: {error}")


def _collect(parts: list[Compiled], build: Callable[[list[Any]], Any]) -> Compiled:
    evaluators = [part.evaluate for part in parts]
    return Compiled(
        lambda scope: build([evaluate(scope) for evaluate in evaluators]),
        frozenset().union(*(part.reads for part in parts)),
        frozenset().union(*(part.arguments for part in parts)),
        tuple(name for part in parts for name in part.absent),
        constant=all(part.constant for part in parts),
        asked=tuple(name for part in parts for name in part.asked),
        always=frozenset().union(*(part.always for part in parts)),
        sometimes={mark: path for part in parts for mark, path in part.sometimes.items()},
    )


def _plain_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(value: Any, *arguments: Any) -> Any:
        made = function(value, *arguments)
        return EMPTY if made is None else made

    return apply


def _scoped_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def apply(context: Context, value: Any, *arguments: Any) -> Any:
        made = function(context.parent, plain(value), *(plain(argument) for argument in arguments))
        return EMPTY if made is None else made

    return apply


def _field(source: Any, identifier: Any) -> Any:
    value = field_value(source, identifier) if identifier is not None else None
    return EMPTY if value is None else value


@pass_context
def _seen(context: Context, value: Any, mark: int) -> Any:
    seen = getattr(context.parent, "seen", None)
    if seen is not None:
        seen.add(mark)
    return value


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:80] + "…"
