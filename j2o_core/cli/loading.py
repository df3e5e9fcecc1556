"""Loading plugins and specs for commands, with the problems of a spec told as they should be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Optional

from ..model.problem import ERROR
from ..spec.model import Spec
from .failure import USAGE, Refusal
from .problem_text import render
from .session import Session, environment

if TYPE_CHECKING:
    from ..spec.load import LoadResult


def read_spec(current: Session, path: str, environment_name: Optional[str]) -> LoadResult:
    """The spec at ``path`` (or ``j2o:NAME``) merged for one environment, with whatever is wrong with it."""
    from ..spec.load import load_spec  # brings jsonschema, which `j2o --help` need not wait for

    return load_spec(path, environment_name, current.plugins.registry, environment())


def require_spec(current: Session, path: str, environment_name: Optional[str]) -> Spec:
    """The same, for commands that cannot work with a faulty one: prints every problem, then refuses."""
    result = read_spec(current, path, environment_name)
    errors = 0
    for problem in result.problems:
        errors += problem.severity == ERROR
        print(render(problem, result.texts), file=sys.stderr)
    if result.spec is None or errors:
        raise Refusal(f"{path}: {errors} {'error' if errors == 1 else 'errors'}; nothing was started", USAGE)
    return result.spec
