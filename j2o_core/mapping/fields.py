"""One target field, compiled: when → from or value → steps → table → default → ref → missing.

What ``missing`` means where nothing is left after the default:

=============  =======================================================  ==============================================
policy         a plain field                                            a field with ``ref``
=============  =======================================================  ==============================================
not given      ``null``; where the loader requires the field: fail      the same
fail           the item fails                                           the same as not given
skip           the field is left out and listed; where the loader       ``null``; where the loader requires it: the
               requires it: the item is skipped                         item is skipped
null           ``null``                                                 ``null``
note           refused when compiled                                    ``null``; where required: fail
{use: key}     refused when compiled                                    ``null``; where required: a ``Ref`` to that key
=============  =======================================================  ==============================================

``skip`` also leaves out the elements of a list that have no row in the field's table, and tells each.

So an issue without assignee is not a missing user. For a reference that has a value, the policy travels in
``Ref.missing`` and ``Ref.use`` and is applied when the reference is resolved; not given is ``fail`` there.

A field whose ``when`` is false is left out in silence; where the loader requires it, the item is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Mapping, Optional

from ..expressions.empty import is_empty
from ..expressions.errors import ExpressionFailed
from ..expressions.paths import ROOTS, Getter
from ..hooks.protocols import StepError
from ..model.payload import FAIL, NULL, SKIP, Ref
from ..model.problem import Place
from . import codes, trace
from .alternatives import says_the_same
from .bound_step import BoundStep
from .claims import Claim
from .scope import Scope
from .tables import NoRow

#: what a field's expressions may start from
SOURCE_ROOTS = ROOTS - {"target"}
#: stands for a field that is left out of the payload
LEFT_OUT: Any = object()


class FieldFailed(Exception):
    """The item cannot be written because of this field."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class ItemLeftOut(Exception):
    """The item is skipped because of this field; the text says why."""


class FieldLeftOut(Exception):
    """The field is left out and listed; the text says why."""


@dataclass(frozen=True)
class Field:
    """A compiled field.

    ``claims`` are the parts of the source that it takes, by mark. Those of ``alternatives`` (one mark for each of
    ``from``) are taken unless another alternative was used that says something else; those of ``always`` whenever the
    field has a value; the others when their mark is in ``scope.seen``. ``picks``: what ``first`` and ``last`` leave
    is known from the claims.
    """

    name: str
    path: str
    place: Optional[Place]
    required: bool
    claims: Mapping[int, frozenset[Claim]]
    alternatives: tuple[int, ...]
    sometimes: tuple[tuple[int, Optional[Getter]], ...]
    picks: bool
    getters: tuple[Getter, ...]
    value: Optional[Callable[[Scope], Any]]
    steps: tuple[BoundStep, ...]
    when: Optional[Callable[[Scope], Any]]
    default: Optional[Callable[[Scope], Any]]
    refer: Optional[Callable[[Any], Any]]
    missing: Optional[str]
    use: Optional[str]
    entity: str = ""
    default_mark: int = 0
    #: whether it may leave something of what it could take even where all goes well
    chooses: bool = True
    sources: tuple[str, ...] = ()
    written_steps: int = 0

    def make(self, scope: Scope) -> Any:
        """The field's value for one record, ``LEFT_OUT`` where ``when`` is false.

        Sets ``scope.cut`` where the source's value did not come through whole.

        Raises:
            FieldFailed: the item fails.
            ItemLeftOut: the item is skipped.
            FieldLeftOut: the field is left out and listed.
        """
        try:
            if self.when is not None and not self.when(scope):
                scope.cut = True
                self._tell(scope, trace.WHEN, "when", "when", trace.NOTHING, False)
                if self.required:
                    raise ItemLeftOut(f"{self.name} is left out by its 'when', and the target requires it")
                return LEFT_OUT
            value = self._take(scope)
            if is_empty(value):
                if self.default is not None:
                    scope.seen.add(self.default_mark)
                    value = self.default(scope)
                    self._tell(scope, trace.DEFAULT, "default", "default", trace.NOTHING, value)
                if is_empty(value):
                    value = self._empty()
                    if scope.trace is not None:
                        self._tell(scope, trace.MISSING, str(self.missing or "null"), "missing", trace.NOTHING, value)
                    return value
        except ExpressionFailed as error:
            raise FieldFailed(codes.NOT_EVALUATED, str(error)) from None
        if self.refer is None:
            return value
        made = self._refer(value)
        self._tell(scope, trace.REF, self.entity, "ref", value, made)
        return made

    def untaken(self, scope: Scope) -> list[int]:
        """The marks of what the field could take and did not take of this record; asked after ``make``."""
        if scope.cut or (scope.others and not self.picks):
            return list(self.claims)
        left = [mark for mark, read in self.sometimes if mark not in scope.seen and not _is_truth(read, scope)]
        if len(self.getters) > 1:
            left.extend(self._unused(scope))
        return left

    def _unused(self, scope: Scope) -> list[int]:
        values = [getter(scope) for getter in self.getters]
        used = next((index for index, value in enumerate(values) if not is_empty(value)), len(values))
        return [
            self.alternatives[index]
            for index in range(used + 1, len(values))
            if not is_empty(values[index]) and not says_the_same(values[used], values[index], self.refer)
        ]

    def _take(self, scope: Scope) -> Any:
        value = None
        for number, getter in enumerate(self.getters):
            value = getter(scope)
            if scope.trace is not None:
                self._tell(scope, trace.FROM, self.sources[number], "from", trace.NOTHING, value)
            if not is_empty(value):
                break
        if self.value is not None:
            value = self.value(scope)
            self._tell(scope, trace.VALUE, "value", "value", trace.NOTHING, value)
        if not self.steps:
            return value
        if scope.trace is not None:
            return self._trace_steps(value, scope)
        return self._through_steps(value, scope)

    def _trace_steps(self, value: Any, scope: Scope) -> Any:
        """The steps one by one, each told with what it got and what it made."""
        for number, step in enumerate(self.steps):
            made = replace(self, steps=(step,))._through_steps(value, scope)
            written = number < self.written_steps
            where = f"steps[{number}]" if written else "table"
            self._tell(scope, trace.STEP, step.name, where, value, made)
            value = made
        return value

    def _through_steps(self, value: Any, scope: Scope) -> Any:
        step = self.steps[0]
        try:
            for step in self.steps:
                if is_empty(value):
                    if not step.takes_empty:
                        continue
                    value = step(value, scope)
                else:
                    value = step(value, scope)
                    if step.name != "table" and is_empty(value):
                        scope.cut = True
            return value
        except NoRow as error:
            raise FieldFailed(codes.NO_ROW, str(error.args[0])) from None
        except StepError as error:
            raise FieldFailed(codes.STEP_FAILED, f"step '{step.name}': {error}") from None
        except ExpressionFailed:
            raise
        except Exception as error:  # a plugin's step may raise anything; the other items go on
            raise FieldFailed(codes.STEP_FAILED, f"step '{step.name}': {type(error).__name__}: {error}") from error

    def _tell(self, scope: Scope, kind: str, name: str, where: str, before: Any, after: Any) -> None:
        if scope.trace is not None:
            scope.trace.append(trace.Part(kind, name, f"{self.path}.{where}", before, after, self.name))

    def _refer(self, value: Any) -> Any:
        assert self.refer is not None
        try:
            return self.refer(value)
        except Exception as error:  # as above
            raise FieldFailed(codes.STEP_FAILED, f"ref '{self.entity}': {type(error).__name__}: {error}") from error

    def _empty(self) -> Any:
        if self.refer is not None:
            return self._empty_reference()
        if self.missing == FAIL or (self.missing is None and self.required):
            raise FieldFailed(codes.NO_VALUE, self._no_value())
        if self.missing == SKIP:
            if self.required:
                raise ItemLeftOut(f"{self.name} is empty, and the target requires it")
            raise FieldLeftOut(f"{self.name} is empty and left out")
        return None

    def _empty_reference(self) -> Any:
        if not self.required or self.missing == NULL:
            return None
        if self.missing == SKIP:
            raise ItemLeftOut(f"{self.name} is empty, and the target requires it")
        if self.use is not None:
            return Ref(self.entity, (), "", self.missing or FAIL, self.use)
        raise FieldFailed(codes.NO_VALUE, self._no_value())

    def _no_value(self) -> str:
        if self.required:
            return f"{self.name} is empty, and the target requires it"
        return f"{self.name} is empty, and the spec says missing: fail"


def _is_truth(read: Optional[Getter], scope: Scope) -> bool:
    """A true or false that was not asked for could not change the answer: ``a or b`` of truth values says it all."""
    return read is not None and isinstance(read(scope), bool)
