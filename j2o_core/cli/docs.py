"""``j2o docs``: the reference as Markdown, written from schemas, plugins and codes."""

from __future__ import annotations

from pathlib import Path

import typer

from .failure import FINDINGS, USAGE, Refusal, say
from .session import session

_HELP = """The reference as Markdown, for mkdocs or any other reader.

\b
Example:
  j2o docs build --output docs/reference
  j2o docs build --check
"""


def add(app: typer.Typer) -> None:
    """Add the family ``docs``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("build")(build_docs)
    app.add_typer(family, name="docs")


def build_docs(
    context: typer.Context,
    output: Path = typer.Option(
        Path("docs/reference"), "--output", "-o", metavar="DIR", help="The folder of the pages."
    ),
    check: bool = typer.Option(
        False, "--check", help="Write nothing; exit code 1 where a page is not what would be written."
    ),
) -> None:
    """Write the reference: command line, spec, connectors and loaders, steps, rules, error codes.

    It tells of j2o and of every installed plugin. In a page that exists only what stands between the two marks is
    replaced, so that text of your own above and below stays.

    \b
    Example:
      j2o docs build
      J2O_DISABLE_PLUGINS=example j2o docs build --check
    """
    from ..reference import drifts, pages, write
    from ..reference.writing import Unmarked
    from .command_reference import command_lines
    from .program import build

    plugins = session(context).plugins
    broken = [info.name for info in plugins.infos if info.error]
    if broken:
        names = ", ".join(broken)
        raise Refusal(
            f"the reference would not tell all of {names}: mend it or leave it out (J2O_DISABLE_PLUGINS)", USAGE
        )
    made = pages(plugins, command_lines(build()))
    if not check:
        try:
            changed = write(made, output)
        except Unmarked as error:
            raise Refusal(str(error), USAGE) from None
        for path in changed:
            print(path)
        say(f"{len(changed)} of {len(made)} pages changed")
        return
    found = drifts(made, output)
    for drift in found:
        print(f"{drift.file}: {f'the section {drift.section!r} ' if drift.section else ''}{drift.what}")
    if found:
        say(f"{output} is not what would be written: j2o docs build --output {output}")
        raise typer.Exit(FINDINGS)
