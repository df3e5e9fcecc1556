"""Loading specs for commands, with the problems of a spec told as they should be."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional

import typer

from ..model.problem import ERROR, Problem
from ..observe.logs import open_log
from ..observe.redaction import Redactor
from ..spec.model import Spec
from ..spec.show import render_problem
from .failure import USAGE, Refusal
from .session import Session, environment

if TYPE_CHECKING:
    from ..mapping.compiled import EntityMapping
    from ..spec.legacy import Translation
    from ..spec.load import LoadResult


def spec_argument() -> Any:
    """The argument SPEC, the same for every command."""
    return typer.Argument(..., metavar="SPEC", help="A path, or j2o:NAME for a packaged one.")


def environment_option() -> Any:
    """The option ``--env``, the same for every command."""
    return typer.Option(None, "--env", "-e", envvar="J2O_ENV", help="The environment to merge into the spec.")


def read_spec(
    current: Session,
    path: str,
    environment_name: Optional[str],
    tests: bool = False,
    compiled: Optional[dict[str, EntityMapping]] = None,
    environments: bool = False,
) -> LoadResult:
    """The spec at ``path`` (or ``j2o:NAME``) merged for one environment, with whatever is wrong with it.

    ``tests``: with the tests beside it, and with what is wrong with any test. ``compiled`` takes in the mappings, which
    are compiled without the source's field names. ``environments``: it is checked in each of its environments too.
    """
    from ..mapping.offline import check_mappings
    from ..spec.load import load_spec  # brings jsonschema, which `j2o --help` need not wait for
    from ..spec.structure import in_order

    result = load_spec(path, environment_name, current.plugins.registry, environment(), tests, environments)
    if result.translation is not None:
        tell_translation(result.translation)
    if result.spec is None:
        told = {(one.place.file, one.place.line, one.place.column) for one in result.problems if one.place}
        more = check_mappings(result.rest, current.plugins.registry) if result.rest is not None else []
        more = [one for one in more if one.place and (one.place.file, one.place.line, one.place.column) not in told]
        return replace(result, problems=in_order([*result.problems, *more]))
    found = check_mappings(result.spec, current.plugins.registry, compiled)
    return replace(result, problems=in_order([*result.problems, *found])) if found else result


def require_spec(
    current: Session,
    path: str,
    environment_name: Optional[str],
    listener: Optional[Callable[[Mapping[str, Any]], None]] = None,
    tests: bool = False,
    compiled: Optional[dict[str, EntityMapping]] = None,
) -> Spec:
    """The same, for commands that cannot work with a faulty one: tells every problem, then refuses."""
    result = read_spec(current, path, environment_name, tests, compiled)
    errors = 0
    for problem in result.problems:
        errors += problem.severity == ERROR
        print(describe(problem, result.texts), file=sys.stderr)
        if listener is not None:
            listener(_event(problem))
    if result.spec is None or errors:
        raise Refusal(f"{path}: {errors} {'error' if errors == 1 else 'errors'}; nothing was started", USAGE)
    return result.spec


def tell_translation(translation: Translation) -> None:
    """The report on the configuration of an older tool; what its ``.env`` files set is set for this process."""
    from ..spec.legacy import report_lines

    for line in report_lines(translation):
        print(line, file=sys.stderr)
    for name, value in translation.variables.items():
        os.environ[name] = os.environ.get(name) or value


def describe(problem: Problem, texts: Mapping[str, str]) -> str:
    """A problem as people read it; ``texts`` are the files by the name they have in places."""
    return render_problem(problem, texts.get(problem.place.file, "") if problem.place else "")


def open_log_of(current: Session, spec: Spec) -> Path:
    """Open the log as the spec, and ``J2O_LOG``, have it; returns its path. Whoever calls it closes it."""
    from ..pipeline.log_policy import log_policy_of

    policy = log_policy_of(spec, environment(), current.home, current.plugins.registry)
    return open_log(current.home, secrets_of(current, spec), current.debug, policy)


def secrets_of(current: Session, spec: Spec) -> Redactor:
    """Hides what the spec's connections log in with, as far as it has values here."""
    from ..pipeline.secret_words import redactor_of

    return redactor_of(spec, current.plugins, environment())


def _event(problem: Problem) -> Mapping[str, Any]:
    return {
        "event": "problem",
        "stage": "validate",
        "severity": problem.severity,
        "code": problem.code,
        "entity": problem.entity,
        "key": problem.key,
        "message": problem.message,
        "place": str(problem.place) if problem.place else None,
    }
