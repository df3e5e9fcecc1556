"""``j2o config import-legacy``: the configuration of the older tool as a spec, and what each of its keys became."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import typer

from ..model.problem import ERROR, Problem
from ..spec.show import problem_json
from .document import print_json
from .failure import USAGE, Refusal, say
from .init import write_spec
from .loading import describe
from .schema import schema_from
from .session import environment, session

if TYPE_CHECKING:
    from ..spec.legacy import Translation

_STDOUT = "-"


def join(group: typer.Typer) -> None:
    """Add ``import-legacy`` to the group ``config``."""
    group.command("import-legacy")(import_legacy)


def import_legacy(
    context: typer.Context,
    config: Path = typer.Argument(..., metavar="CONFIG", help="The config.yaml of the older jira-to-openproject tool."),
    env_file: Optional[list[Path]] = typer.Option(
        None,
        "--env-file",
        metavar="FILE",
        help="A file of its variables; of several the later wins. By default .env and .env.local of its folder.",
    ),
    components: Optional[list[str]] = typer.Option(
        None,
        "--components",
        metavar="NAMES",
        help="What to migrate, as the older tool names it: users,projects,issues.",
    ),
    output: Optional[Path] = typer.Option(
        None, "--output", "-o", metavar="FILE", help="The spec to write; - prints it."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the spec where there is one."),
    json: bool = typer.Option(False, "--json", help="Print the report as one JSON document."),
) -> None:
    """Write a spec from a configuration of the older tool, and tell what became of each key and variable.

    Tokens become references to variables. Without --output only the report is printed.

    \b
    Example:
      j2o config import-legacy config/config.yaml -o acme.yaml
      j2o config import-legacy config/config.yaml --components users,projects,issues --json
    """
    from ..spec.load import load_spec

    if json and output is not None and str(output) == _STDOUT:
        raise Refusal("--json and --output - both want stdout: name a file", USAGE)
    _check_files(env_file or ())
    names = [name for text in components or () for name in text.replace(",", " ").split()]
    variables = {name: value for name, value in environment().items() if name != "J2O_ENV"}
    folder = output.parent if output is not None and str(output) != _STDOUT else None
    registry = session(context).plugins.registry
    result = load_spec(
        config, None, registry, variables, env_files=env_file or None, components=names or None, folder=folder
    )
    translation = result.translation
    if translation is None:
        for problem in result.problems:
            print(describe(problem, result.texts), file=sys.stderr)
        raise Refusal(f"{config} is no configuration of the older tool", USAGE)
    failed = [problem for problem in result.problems if problem.severity == ERROR]
    text = draft(translation).text(schema_from(folder or Path(), registry))
    if output is not None and not failed:
        if str(output) == _STDOUT:
            print(text, end="")
        else:
            write_spec(output, text, force)
    _report(translation, result.problems, result.texts, output, text, json)
    if failed:
        raise Refusal(f"{config}: {len(failed)} errors; no spec was written", USAGE)
    if output is not None and str(output) != _STDOUT:
        say(f"{output} is written; look it over, then: j2o validate {output}")


def draft(translation: Translation) -> Any:
    """The spec to be written: beside each value the old key that it comes from, above it what to look after."""
    from ..spec.drafts import Draft
    from ..spec.legacy import remarks

    introduction = [
        f"From {translation.file}, the configuration of the older {translation.tool} tool.",
        "",
        "Extends a packaged template and says only what differs: `j2o render` prints all of it. Values that begin with",
        "${env: come from variables; j2o reads no .env file for a spec (set -a; . ./.env; set +a).",
    ]
    return Draft(translation.document, introduction, remarks(translation))


def _report(
    translation: Translation,
    problems: list[Problem],
    texts: Any,
    output: Optional[Path],
    text: str,
    json: bool,
) -> None:
    from ..spec.legacy import report_lines

    if json:
        keys = [
            {
                "name": line.name,
                "place": str(line.place) if line.place else None,
                "outcome": line.outcome,
                "became": list(line.became),
                "says": line.says,
                "suggestion": line.suggestion,
            }
            for line in translation.lines
        ]
        printed = {"file": translation.file, "output": str(output) if output else None, "keys": keys, "spec": text}
        print_json({**printed, "problems": [problem_json(problem) for problem in problems]})
        return
    out = sys.stderr if output is not None and str(output) == _STDOUT else sys.stdout
    for one in report_lines(translation):
        print(one, file=out)
    for problem in problems:
        print(describe(problem, texts), file=sys.stderr)


def _check_files(files: Any) -> None:
    for file in files:
        if not os.access(file, os.R_OK) or not file.is_file():
            raise Refusal(f"--env-file {file}: there is no such file, or it cannot be read", USAGE)
