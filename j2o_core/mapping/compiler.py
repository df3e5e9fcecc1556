"""What the parts of one entity's mapping are compiled with, and where their problems are gathered."""

from __future__ import annotations

from typing import Any, Callable, Collection, Container, Mapping, Optional, Sequence, Union

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from ..expressions.compiled import Compiled, Language
from ..expressions.empty import is_empty
from ..expressions.errors import AmbiguousName, ExpressionSyntaxError
from ..expressions.names import FieldNames
from ..expressions.paths import Path, parse_path
from ..hooks.protocols import Step, StepError
from ..hooks.registry import STEP, NotProvided, Registry
from ..model.payload import FAIL
from ..model.problem import ERROR, Place, Problem
from ..spec.model import Spec
from ..spec.suggestion import nearest
from . import codes
from .bound_step import BoundStep
from .patterns import compile_pattern
from .plugin_functions import PluginFunction, plugin_functions
from .references import Referrer, referrer
from .steps.dates import zone
from .tables import Table


#: display names that the source need not have
Lacking = Container[str]
NOTHING: Lacking = frozenset()


class Everything:
    """The container of every name."""

    def __contains__(self, name: object) -> bool:
        return True


class Bindings:
    """The tables and entities that steps name, made once each when they are first named."""

    def __init__(self, spec: Spec, registry: Registry) -> None:
        self._spec, self._registry = spec, registry
        self.tables: dict[str, Table] = {}
        self._referrers: dict[tuple[str, str, Optional[str]], Referrer] = {}

    def table(self, name: str) -> Table:
        """A table of the spec; ``KeyError`` where there is none, ``ValueError`` where a row cannot be used."""
        if name not in self.tables:
            self.tables[name] = Table(name, self._spec.tables[name])
        return self.tables[name]

    def referrer(self, entity: str, missing: str = FAIL, use: Optional[str] = None) -> Referrer:
        """What makes references to an entity; ``KeyError`` where there is none."""
        key = (entity, missing, use)
        if key not in self._referrers:
            self._referrers[key] = referrer(self._spec.entities[entity], self._registry, missing, use)
        return self._referrers[key]


class Compiler:
    """Compiles the texts, paths and steps of one entity. Problems are gathered, never raised."""

    def __init__(self, spec: Spec, registry: Registry, names: FieldNames, names_known: bool = True) -> None:
        self.spec, self.registry, self.names, self._names_known = spec, registry, names, names_known
        self.bindings = Bindings(spec, registry)
        self.problems: list[Problem] = []
        self.steps: dict[str, Step] = {name: registry.get(STEP, name) for name in registry.names(STEP)}
        self.used: set[str] = set()
        self.refers_to: set[str] = set()
        #: everything that any path or expression looks at
        self.reads: set[Path] = set()
        #: functions and checks of plugins
        self.functions = plugin_functions(registry)
        functions = {name: function.call for name, function in self.functions.items()}
        self.language = Language({**functions, **{name: _function(step) for name, step in self.steps.items()}}, names)

    def report(
        self, code: str, message: str, place: Optional[Place], path: str, expected: str = "", suggestion: str = ""
    ) -> None:
        """Note a problem of the spec."""
        self.problems.append(
            Problem(code, message, codes.CODES[code].severity, place, path, expected=expected, suggestion=suggestion)
        )

    @property
    def failed(self) -> bool:
        """Whether any problem so far is an error."""
        return any(problem.severity == ERROR for problem in self.problems)

    def path(self, text: str, place: Optional[Place], where: str, may_lack: Lacking = NOTHING) -> Optional[Path]:
        """A parsed path, or ``None`` after reporting why it is none.

        ``may_lack`` are the display names that the source need not have.
        """
        if "{{" in text:
            self.report(
                codes.BAD_PATH, f"'{text}' is an expression, no path", place, where, "a path; or put it in value:"
            )
            return None
        try:
            path = parse_path(text, self.names)
        except AmbiguousName as error:
            self.report(codes.AMBIGUOUS_FIELD, str(error), place, where, error.expected)
            return None
        except ExpressionSyntaxError as error:
            self.report(codes.BAD_PATH, str(error), place, where, error.expected)
            return None
        if path.root == "target":
            self.report(codes.BAD_PATH, f"'{text}': the target is not known before it is mapped", place, where)
            return None
        if path.name is not None and path.field is None:
            self._absent(path.name, place, where, path.name in may_lack)
        self.reads.add(path)
        return path

    def value(
        self, value: Any, roots: Collection[str], place: Optional[Place], where: str, may_lack: Lacking = NOTHING
    ) -> Optional[Compiled]:
        """A compiled value of the spec, or ``None`` after reporting why it cannot be; ``may_lack`` as for ``path``."""
        try:
            compiled = self.language.value(value, roots)
        except AmbiguousName as error:
            self.report(codes.AMBIGUOUS_FIELD, str(error), place, where, error.expected)
            return None
        except ExpressionSyntaxError as error:
            self.report(codes.BAD_EXPRESSION, str(error), place, where, error.expected, error.suggestion)
            return None
        for name in dict.fromkeys((*compiled.absent, *compiled.asked)):
            self._absent(name, place, where, name in may_lack or name in compiled.asked)
        self.reads |= compiled.reads
        for name, argument in sorted(compiled.arguments, key=repr):
            if name in self.steps:
                self.used.add(name)
                self._check_binding(name, argument, place, where)
            elif name in self.functions:
                self.used.add(name)
        return compiled

    def condition(self, text: str, roots: Collection[str], place: Optional[Place], where: str) -> Optional[Compiled]:
        """As ``value``, for a text that must be exactly one expression."""
        compiled = self.value(text, roots, place, where)
        if compiled is not None and not compiled.typed:
            self.report(
                codes.BAD_EXPRESSION, f"'{text}' is not exactly one expression", place, where, "{{ a condition }}"
            )
            return None
        return compiled

    def step(
        self,
        name: str,
        argument: Any,
        roots: Collection[str],
        place: Optional[Place],
        where: str,
        may_lack: Lacking = NOTHING,
    ) -> Optional[BoundStep]:
        """The step with its argument, or ``None`` after reporting why not."""
        step = self.steps.get(name)
        if step is None:
            error = NotProvided(STEP, name, list(self.steps))
            self.report(
                codes.UNKNOWN_STEP, f"unknown step '{name}'", place, where, "a step", nearest(name, error.known)
            )
            return None
        self.used.add(name)
        made = self.value(argument, {*roots, "value"}, place, where, may_lack)
        if made is None:
            return None
        if made.constant:
            argument = made.evaluate({})
            wrong = self._wrong_argument(step, argument)
            if wrong:
                self.report(codes.BAD_ARGUMENT, f"step '{name}': {wrong}", place, where, step.summary)
                return None
            if not self._check_binding(name, argument, place, where):
                return None
            return BoundStep(step, argument)
        return BoundStep(step, None, made, self.language.mark())

    def _check_binding(self, name: str, argument: Any, place: Optional[Place], where: str) -> bool:
        if name in ("table", "ref") and not isinstance(argument, str):
            self.report(codes.BAD_EXPRESSION, f"{name} takes a name in quotes", place, where)
            return False
        if name == "table":
            return self._check_table(argument, place, where)
        if name == "ref":
            return self.check_entity(argument, place, where)
        return True

    def _check_table(self, name: Any, place: Optional[Place], where: str) -> bool:
        known = name in self.bindings.tables
        try:
            table = self.bindings.table(name)
        except KeyError:
            self.report(
                codes.UNKNOWN_TABLE, f"unknown table '{name}'", place, where, "", nearest(str(name), self.spec.tables)
            )
            return False
        except ValueError as error:
            self.report(
                codes.BAD_TABLE, f"table '{name}': {error}", self.spec.places.get(f"tables.{name}", place), where
            )
            return False
        for first, second in () if known else table.collisions:
            self.report(
                codes.TABLE_COLLISION,
                f"table '{name}': the rows '{first}' and '{second}' look the same",
                self.spec.places.get(f"tables.{name}", place),
                f"tables.{name}",
            )
        return True

    def check_entity(self, name: Any, place: Optional[Place], where: str) -> bool:
        """Whether references to an entity can be made; reports why not."""
        try:
            self.bindings.referrer(name)
        except KeyError:
            self.report(
                codes.UNKNOWN_ENTITY,
                f"reference to an unknown entity '{name}'",
                place,
                where,
                "",
                nearest(str(name), self.spec.entities),
            )
            return False
        except NotProvided as error:
            self.report(codes.UNKNOWN_ENTITY, f"reference to '{name}': {error}", place, where)
            return False
        self.refers_to.add(name)
        return True

    def _wrong_argument(self, step: Step, argument: Any) -> str:
        error = best_match(Draft202012Validator(step.schema, format_checker=_FORMATS).iter_errors(argument))
        return "" if error is None else _readable(error, argument)

    def _absent(self, name: str, place: Optional[Place], where: str, may_be: bool) -> None:
        if not self._names_known:
            return
        code = codes.ABSENT_FIELD if may_be else codes.UNKNOWN_FIELD
        expected = "" if may_be else "a field of the source, or what stands in for it: default, missing, another from"
        close = nearest(name, self.names.names.values())
        self.report(code, f"the source has no field called '{name}'", place, where, expected, close)


def versions(known: Mapping[str, Union[Step, PluginFunction]], used: Collection[str]) -> Sequence[tuple[str, str]]:
    """Names and versions of the steps and functions in use, for the digest of a mapping."""
    return sorted((name, known[name].version) for name in used)


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("safe-regex", raises=ValueError)
def _is_safe_regex(value: object) -> bool:
    return not isinstance(value, str) or compile_pattern(value) is not None


@_FORMATS.checks("zone", raises=StepError)
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or zone(value) is not None


def _readable(error: Any, argument: Any) -> str:
    if error.cause is not None:
        return str(error.cause)
    if error.validator == "type" and error.validator_value == "null":
        return "takes no argument"
    if argument is None and not error.absolute_path:
        return "needs an argument"
    return str(error.message)


def _function(step: Step) -> Callable[..., Any]:
    """A step as a function of (scope, value, argument): what filters call."""

    def apply(scope: Mapping[str, Any], value: Any, argument: Any = None, *more: Any) -> Any:
        if more:
            raise StepError(f"{step.name} takes one argument")
        if is_empty(value) and not step.takes_empty:
            return value
        return step.apply(value, argument, scope)

    return apply
