"""``j2o validate`` (``lint``): all that is wrong with a spec, without touching any server."""

from __future__ import annotations

from enum import Enum
from importlib import metadata
from typing import Any, Optional

import typer

from ..model.problem import ERROR, Problem
from ..spec.show import problem_json
from .document import print_json
from .failure import USAGE
from .loading import describe, environment_option, read_spec, spec_argument
from .session import session


class Format(str, Enum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def add(app: typer.Typer) -> None:
    """Add ``validate`` and its other name."""
    app.command()(validate)
    app.command("lint", hidden=True)(validate)


def validate(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    format: Format = typer.Option(Format.TEXT, "--format", help="How problems are printed."),
    json: bool = typer.Option(False, "--json", help="Short for --format json."),
) -> None:
    """Check a spec: structure, names, expressions. Exit code 2 where there is an error.

    No server is asked and no secret is read. github prints workflow commands, which mark the lines of a pull request;
    sarif prints a SARIF 2.1.0 log for tools that collect findings.

    \b
    Example:
      j2o validate acme.yaml -e production
      j2o validate acme.yaml --format sarif > acme.sarif
    """
    result = read_spec(session(context), spec, env, tests=True, environments=True)
    valid = result.spec is not None and not any(problem.severity == ERROR for problem in result.problems)
    if json or format is Format.JSON:
        print_json({"valid": valid, "problems": [problem_json(problem) for problem in result.problems]})
    elif format is Format.SARIF:
        print_json(_sarif(result.problems))
    elif format is Format.GITHUB:
        from ..spec.annotations import github_line

        for problem in result.problems:
            print(github_line(problem))
    else:
        for problem in result.problems:
            print(describe(problem, result.texts))
        print(f"{spec}: {_verdict(valid, len(result.problems))}")
    if not valid:
        raise typer.Exit(USAGE)


def _verdict(valid: bool, count: int) -> str:
    problems = f"{count} {'problem' if count == 1 else 'problems'}"
    if valid:
        return f"valid, {problems}" if count else "valid"
    return f"not valid, {problems}"


def _sarif(problems: list[Problem]) -> dict[str, Any]:
    from ..mapping.codes import CODES as OF_MAPPINGS
    from ..spec.annotations import sarif
    from ..spec.codes import CODES as OF_SPECS

    return sarif(problems, {**OF_SPECS, **OF_MAPPINGS}, metadata.version("j2o"))
