"""``j2o spec``: what is done to the files of a spec themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Optional

import typer

from ..spec.show import render_problem
from .failure import FINDINGS, USAGE, Refusal, say

_HELP = """The files of specs.

\b
Example:
  j2o spec upgrade acme.yaml --in-place
"""


def add(app: typer.Typer) -> None:
    """Add the family ``spec``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("upgrade")(upgrade_spec)
    app.add_typer(family, name="spec")


def upgrade_spec(
    file: Path = typer.Argument(
        ..., metavar="FILE", help="The file; what it extends or includes is upgraded by itself."
    ),
    in_place: bool = typer.Option(False, "--in-place", "-i", help="Write the file itself."),
    output: Optional[Path] = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Write this file; it must not exist."
    ),
    check: bool = typer.Option(
        False, "--check", help="Write nothing; exit code 1 where the file is of an older version."
    ),
    version: Optional[str] = typer.Option(
        None, "--from", metavar="VERSION", help="The version of a file that says none: an overlay, a rule set, a part."
    ),
) -> None:
    """Rewrite a spec of an older apiVersion in the current one, keeping comments and layout.

    Where a decision is needed, nothing is written and each place is told (exit code 2). A file of the current version
    stays as it is. Without --in-place or --output the result is printed.

    \b
    Example:
      j2o spec upgrade acme.yaml --in-place
      j2o spec upgrade environments/staging.yaml --from j2o/v1beta1 -o staging.yaml
    """
    from ..spec.upgrade import OLDER, excerpts, upgrade

    if sum((in_place, output is not None, check)) > 1:
        raise Refusal("--in-place, --output and --check exclude each other", USAGE)
    if version is not None and version not in OLDER:
        raise Refusal(f"--from {version[:80]}: the older versions are {', '.join(OLDER)}", USAGE)
    data = file.read_bytes()
    result = upgrade(data, str(file), version)
    if result.data is None:
        text = excerpts(data.decode("utf-8-sig", "replace"))
        for problem in result.problems:
            print(render_problem(problem, text), file=sys.stderr)
        raise Refusal(f"{file}: not upgraded; nothing was written", USAGE)
    is_current = len(result.versions) == 1
    if is_current:
        say(f"{file} is written in {result.versions[0]}, the current version")
    else:
        say(f"{file}: {' -> '.join(result.versions)}")
    for remark in result.remarks:
        say(f"{file}: {remark}")
    if check:
        if not is_current:
            raise typer.Exit(FINDINGS)
    elif in_place:
        if result.data != data:
            _write(file.resolve(), result.data)
    elif output is not None:
        if output.exists():
            raise Refusal(f"{output} exists: name another file, or say --in-place", USAGE)
        _write(output, result.data)
    else:
        sys.stdout.write(result.data.decode("utf-8-sig"))


def _write(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, with the permissions that it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.upgraded")
    beside.write_bytes(data)
    if path.exists():
        beside.chmod(path.stat().st_mode & 0o7777)
    beside.replace(path)
