"""What steps, functions, checks and splitters promise: the same from the same, and nothing changed on the way."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence

from jsonschema import Draft202012Validator

from ..hooks.protocols import Check, Function, Part, Splitter, Step, StepError
from ..model.record import Record
from .plain import VALUES, frozen, is_plain, shown
from .proofs import NotConforming, Proof, demand
from .worlds import NotProved, Worlds

#: arguments to try where a schema gives no examples; those that it allows are used
_ARGUMENTS: tuple[Any, ...] = (
    *("text", "a", ".", "2024-01-01", "UTC", "Europe/Berlin", "name", "%Y", "[a-z]+", "first"),
    *(1, 5, 0, 2.5, True, False, ["a", "b"], {}, {"from": "a", "to": "b"}, {"length": 5}, {"name": "x"}),
)


@dataclass(frozen=True)
class StepCase:
    """A step with an argument, and values that it is meant for; ``expect`` pairs a value with its result."""

    name: str
    argument: Any = None
    values: Sequence[Any] = ()
    expect: Sequence[tuple[Any, Any]] = ()


@dataclass(frozen=True)
class SplitterCase:
    """A splitter and records with children for it."""

    splitter: type[Splitter]
    records: Callable[[Worlds], Iterable[Record]]
    label: str = ""
    _held: list[Record] = field(default_factory=list, compare=False, repr=False)


def step_proofs(step: Step, cases: Sequence[StepCase]) -> Iterator[Proof]:
    """Proofs of one step, over everything that a source may hold, its own examples, and its cases."""
    examples = [StepCase(step.name, argument, expect=((value, made),)) for argument, value, made in step.examples]
    cases = [*examples, *cases]
    subject = f"step:{step.name}"
    yield Proof(subject, "gives the same twice and changes nothing", lambda: _prove_step(step, cases))
    yield Proof(subject, "fails with StepError alone, and gives plain data", lambda: _prove_results(step, cases))
    if any(case.expect for case in cases):
        yield Proof(subject, "gives what is expected", lambda: _prove_expected(step, cases))


def function_proofs(function: Any) -> Iterator[Proof]:
    """Proofs of a function or check of the expression language."""
    role = "check" if isinstance(function, Check) else "function"
    yield Proof(
        f"{role}:{function.name}", "gives the same twice and changes nothing", lambda: _prove_function(function)
    )


def splitter_proofs(worlds: Worlds, case: SplitterCase) -> Iterator[Proof]:
    """Proofs of one splitter over the records of its case."""
    subject = f"splitter:{case.splitter.name}{f' [{case.label}]' if case.label else ''}"
    for name, prove in (
        ("gives the same twice and changes nothing", _prove_split),
        ("gives whole parts with ids of their own", _prove_parts),
    ):
        yield Proof(subject, name, partial(_prove_records, prove, worlds, case))


# ------------------------------------------------------------------ steps


def _prove_step(step: Step, cases: Sequence[StepCase]) -> None:
    for argument, value in _tried(step, cases):
        given, with_ = copy.deepcopy(value), copy.deepcopy(argument)
        first, second = _applied(step, given, with_), _applied(step, copy.deepcopy(value), copy.deepcopy(argument))
        shown_call = f"{step.name}({shown(value)}, {shown(argument)})"
        demand(frozen(given) == frozen(value), f"{shown_call} changes the value it is given")
        demand(frozen(with_) == frozen(argument), f"{shown_call} changes its argument")
        demand(first == second, f"{shown_call} gives {first}, and then {second}")


def _prove_results(step: Step, cases: Sequence[StepCase]) -> None:
    for argument, value in _tried(step, cases):
        try:
            made = step.apply(copy.deepcopy(value), copy.deepcopy(argument), {})
        except StepError as error:
            demand(str(error), f"{step.name}({shown(value)}) fails without a message")
        except Exception as error:
            raise NotConforming(
                f"{step.name}({shown(value)}, {shown(argument)}) raises {type(error).__name__}: {error}; "
                "a value that it cannot take is a StepError"
            ) from error
        else:
            demand(is_plain(made, symbolic=True), f"{step.name}({shown(value)}) gives {shown(made)}, no plain data")


def _prove_expected(step: Step, cases: Sequence[StepCase]) -> None:
    for case in cases:
        for value, wanted in case.expect:
            made = step.apply(copy.deepcopy(value), case.argument, {})
            demand(made == wanted, f"{step.name}({shown(value)}) gives {shown(made)}, not {shown(wanted)}")


def _tried(step: Step, cases: Sequence[StepCase]) -> Iterator[tuple[Any, Any]]:
    for case in cases:
        for value in (*case.values, *(value for value, _ in case.expect)):
            yield case.argument, value
    arguments = [case.argument for case in cases] or list(_arguments(step))[:3]
    if not arguments:
        raise NotProved("no argument is known: give its schema `examples`, or a case with kit.step(name, argument)")
    for argument in arguments:
        for value in VALUES:
            if step.takes_empty or value not in (None, "", [], {}):
                yield argument, value


def _arguments(step: Step) -> Iterator[Any]:
    validator = Draft202012Validator(dict(step.schema))
    given: Any = step.schema.get("examples", ())
    for candidate in (*given, None, *_ARGUMENTS):
        if validator.is_valid(candidate):
            yield candidate


def _applied(step: Step, value: Any, argument: Any) -> str:
    try:
        return frozen(step.apply(value, argument, {}))
    except Exception as error:  # noqa: BLE001 - that it fails is proved elsewhere; here it must fail alike
        return f"{type(error).__name__}: {error}"


# ------------------------------------------------------------------ functions


def _prove_function(function: Any) -> None:
    call: Callable[..., Any] = function.holds if isinstance(function, Check) else function.apply
    answered = 0
    for value in VALUES:
        for more in ((), ("text",), (1, 2)):
            given = copy.deepcopy(value)
            first, second = _called(call, given, more), _called(call, copy.deepcopy(value), more)
            shown_call = f"{function.name}({shown(value)})"
            demand(frozen(given) == frozen(value), f"{shown_call} changes the value it is given")
            demand(first[0] == second[0], f"{shown_call} gives {first[0]}, and then {second[0]}")
            if first[1] is None:
                continue
            answered += 1
            (made,) = first[1]
            if isinstance(function, Check):
                demand(made is True or made is False, f"{shown_call} says {shown(made)}, not true or false")
            elif isinstance(function, Function):
                demand(is_plain(made, symbolic=True), f"{shown_call} gives {shown(made)}, no plain data")
    demand(answered, "it fails whatever it is given")


def _called(call: Callable[..., Any], value: Any, more: Sequence[Any]) -> tuple[str, Optional[tuple[Any]]]:
    try:
        made = call(value, *more)
    except Exception as error:  # noqa: BLE001 - it fails the item, with its message
        return f"{type(error).__name__}: {error}", None
    return frozen(made), (made,)


# ------------------------------------------------------------------ splitters


def _prove_records(prove: Callable[[SplitterCase, Sequence[Record]], None], worlds: Worlds, case: SplitterCase) -> None:
    prove(case, _records(worlds, case))


def _records(worlds: Worlds, case: SplitterCase) -> Sequence[Record]:
    if not case._held:
        case._held.extend(case.records(worlds))
    return case._held


def _prove_split(case: SplitterCase, records: Sequence[Record]) -> None:
    for record in records:
        before = frozen(record.data)
        first, second = list(case.splitter().split(record)), list(case.splitter().split(record))
        demand(frozen(record.data) == before, f"{record.key}: the record's data are changed")
        demand(first == second, f"{record.key}: its children differ between two splits")


def _prove_parts(case: SplitterCase, records: Sequence[Record]) -> None:
    found = 0
    for record in records:
        seen: set[str] = set()
        for part in case.splitter().split(record):
            demand(isinstance(part, Part), f"{record.key}: it gives {shown(part)}, which is no Part")
            demand(isinstance(part.id, str) and part.id, f"{record.key}: an id is {shown(part.id)}, not a text")
            demand(part.id not in seen, f"{record.key}: two children have the id {part.id}")
            seen.add(part.id)
            demand(isinstance(part.key, str) and part.key, f"{record.key}: a child's key is {shown(part.key)}")
            whole: Mapping[str, Any] = part.data
            demand(isinstance(whole, Mapping) and is_plain(whole), f"{record.key}: a child's data are not plain JSON")
            found += 1
    demand(found, "no record has children: a case needs records to split")
