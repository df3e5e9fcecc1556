"""What the parts of one entity's mapping are compiled with, and where their problems are gathered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Collection, Container, Mapping, Optional, Sequence, Union

from ..expressions.compiled import Compiled, Language
from ..expressions.empty import is_empty
from ..expressions.errors import AmbiguousName, ExpressionSyntaxError
from ..expressions.names import FieldNames
from ..expressions.paths import Path, parse_path
from ..hooks.protocols import Step, StepError
from ..hooks.registry import STEP, NotProvided, Registry
from ..model.problem import ERROR, Place, Problem
from ..model.secret import Secret
from ..spec.model import Spec
from ..spec.suggestion import nearest
from . import codes
from .arguments import wrong_argument
from .bindings import Bindings
from .bound_step import BoundStep
from .plugin_functions import PluginFunction, plugin_functions
from .secrets import Resolve, fingerprint, is_reference, resolved, secret_names

#: display names that the source need not have
Lacking = Container[str]
NOTHING: Lacking = frozenset()


class Everything:
    """The container of every name."""

    def __contains__(self, name: object) -> bool:
        return True


class Compiler:
    """Compiles the texts, paths and steps of one entity. Problems are gathered, never raised."""

    def __init__(
        self,
        spec: Spec,
        registry: Registry,
        names: FieldNames,
        names_known: bool = True,
        resolve: Optional[Resolve] = None,
    ) -> None:
        self.spec, self.registry, self.names, self._names_known = spec, registry, names, names_known
        self.resolve = resolve
        #: whether the target has a text that keeps what no field takes
        self.keeps_text = True
        #: of the secrets that steps use
        self.fingerprints: set[str] = set()
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
        argument, secrets = self._secrets(step, argument, place, where)
        made = self.value(argument, {*roots, "value"}, place, where, may_lack)
        if made is None:
            return None
        if secrets:
            made = replace(made, evaluate=_joined(made.evaluate, secrets))
        if made.constant:
            argument = made.evaluate({})
            wrong = wrong_argument(step.schema, argument)
            if wrong:
                self.report(codes.BAD_ARGUMENT, f"step '{name}': {wrong}", place, where, step.summary)
                return None
            if not self._check_binding(name, argument, place, where):
                return None
            return BoundStep(step, argument)
        return BoundStep(step, None, made, self.language.mark())

    def _secrets(
        self, step: Step, argument: Any, place: Optional[Place], where: str
    ) -> tuple[Any, Mapping[str, Secret]]:
        """The argument without its secrets, and these by name: never looked at as expressions."""
        names = secret_names(step.schema)
        if not names or not isinstance(argument, dict):
            return argument, {}
        found: dict[str, Secret] = {}
        for name in sorted(names & argument.keys()):
            if not is_reference(argument[name]):
                message = f"step '{step.name}': '{name}' is written out, or is no reference"
                self.report(codes.BAD_ARGUMENT, message, place, where, "a reference such as ${env:NAME}")
                continue
            found[name] = resolved(argument[name], f"{where}.{step.name}.{name}", self.resolve)
            if self.resolve is not None:
                self.fingerprints.add(fingerprint(found[name]))
        return {name: part for name, part in argument.items() if name not in names}, found

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


def _function(step: Step) -> Callable[..., Any]:
    """A step as a function of (scope, value, argument): what filters call."""

    def apply(scope: Mapping[str, Any], value: Any, argument: Any = None, *more: Any) -> Any:
        if more:
            raise StepError(f"{step.name} takes one argument")
        if is_empty(value) and not step.takes_empty:
            return value
        return step.apply(value, argument, scope)

    return apply


def _joined(evaluate: Callable[[Any], Any], secrets: Mapping[str, Secret]) -> Callable[[Any], Any]:
    return lambda scope: {**evaluate(scope), **secrets}
