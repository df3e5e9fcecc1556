"""``j2o plugins``: what is installed and what was left out and why, proofs of it, and a plugin to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator, Optional

import typer

from ..hooks.manager import PluginInfo
from ..spec.suggestion import nearest
from .document import print_json, print_rows
from .failure import FINDINGS, USAGE, Refusal, say
from .session import Session, session

_HELP = """The installed plugins: what they provide, whether they keep their promises, and how to begin another.

\b
Example:
  j2o plugins list --json
  j2o plugins show jira
  j2o plugins check
  j2o plugins new acme
"""


def add(app: typer.Typer) -> None:
    """Add the family ``plugins``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("list")(list_plugins)
    family.command("show")(show_plugin)
    family.command("check")(check_plugins)
    family.command("new")(new_plugin)
    app.add_typer(family, name="plugins")


def list_plugins(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """List the plugins with what they provide, or with the error for which one was left out.

    \b
    Example:
      j2o plugins list --json
    """
    infos = session(context).plugins.infos
    if json:
        print_json([_line(info) for info in infos])
        return
    rows = [
        (
            info.name,
            info.version,
            info.distribution,
            f"error: {info.error}" if info.error else _summary(info.provides),
        )
        for info in infos
    ]
    print_rows(("plugin", "version", "distribution", "provides"), rows)


def show_plugin(
    context: typer.Context,
    name: str = typer.Argument(..., metavar="NAME", help="The name of a plugin, as `j2o plugins list` shows it."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Show a plugin whole: its distribution, hooks, and everything it provides with options and description.

    \b
    Example:
      j2o plugins show openproject
    """
    from ..report.plugin_pages import described, plugin_text

    current = session(context)
    info = _named(current, name)
    about = {**_line(info), "module": info.module, "hooks": list(info.hooks)}
    parts = described(current.plugins.registry, info)
    if json:
        print_json({**about, "trace": info.trace or None, "parts": parts})
        return
    print(plugin_text(about, parts))
    if info.trace and current.debug:
        say(info.trace)


def check_plugins(
    context: typer.Context,
    names: Optional[list[str]] = typer.Argument(None, metavar="[NAME]...", help="Plugins to check; all by default."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Print what was proved, too."),
) -> None:
    """Prove that plugins keep the promises of their roles; exit code 1 where one does not.

    Extractors: pages, reading on after every page, stable identities, hostile servers. Steps and splitters: the same
    from the same, nothing changed. Loaders: found after create, written once, taken back, nothing sent by a dry run.
    What a plugin gives no case for is told as unproved.

    \b
    Example:
      j2o plugins check example
    """
    from ..testing import Conformance  # brings what only checking needs
    from ..testing.proofs import FAILED, PASSED, UNPROVED

    current = session(context)
    infos = [_named(current, name) for name in names] if names else list(current.plugins.infos)
    results = []
    for info in infos:
        with Conformance(info.name, current.plugins, info) as conformance:
            for proof in conformance.proofs:
                result = proof.result()
                results.append((info, result))
                if not json and (verbose or result.outcome != PASSED):
                    print(f"{result.outcome:8}  {info.name}  {result.subject} {result.name}{_because(result.message)}")
    outcomes = [result.outcome for _, result in results]
    counts = {outcome: outcomes.count(outcome) for outcome in (PASSED, FAILED, UNPROVED)}
    if json:
        print_json(
            [
                {
                    "plugin": info.name,
                    "distribution": info.distribution,
                    "subject": result.subject,
                    "check": result.name,
                    "outcome": result.outcome,
                    "message": result.message,
                }
                for info, result in results
            ]
        )
    else:
        print(f"{len(infos)} plugins: {', '.join(f'{count} {outcome}' for outcome, count in counts.items())}")
    if counts[FAILED]:
        raise typer.Exit(FINDINGS)


def new_plugin(
    name: str = typer.Argument(..., metavar="NAME", help="Small letters, digits and hyphens, such as acme."),
    folder: Optional[Path] = typer.Option(None, "--folder", help="Where to make it; default: j2o-NAME here."),
) -> None:
    """Make a distribution with a plugin to begin with: connector, extractor, step, check, loader, and passing tests.

    \b
    Example:
      j2o plugins new acme
      cd j2o-acme && pip install -e '.[test]' && pytest
    """
    from ..testing.scaffold import BadName, scaffold

    try:
        made = scaffold(name, folder)
    except BadName as error:
        raise Refusal(str(error), USAGE) from None
    for path in made:
        print(path)


def _named(current: Session, name: str) -> PluginInfo:
    infos = current.plugins.infos
    found = [info for info in infos if info.name == name]
    if not found:
        guess = nearest(name, [info.name for info in infos])
        meant = f"; did you mean '{guess}'?" if guess else f"; installed are: {', '.join(info.name for info in infos)}"
        raise Refusal(f"no installed plugin is called '{name[:80]}'{meant}", USAGE)
    return found[0]


def _line(info: PluginInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "version": info.version,
        "distribution": info.distribution,
        "provides": list(info.provides),
        "error": info.error,
    }


def _because(message: str) -> str:
    return f": {message}" if message else ""


def _summary(provides: tuple[str, ...]) -> str:
    return ", ".join(_counted(provides))


def _counted(provides: tuple[str, ...]) -> Iterator[str]:
    roles: dict[str, int] = {}
    for entry in provides:
        role = entry.partition(":")[0].replace("_", " ")
        roles[role] = roles.get(role, 0) + 1
    for role, count in roles.items():
        yield f"{count} {role}{'' if count == 1 else 's'}"
