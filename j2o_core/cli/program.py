"""The program itself: builds the commands, loads the plugins, runs one command, gives its exit code."""

from __future__ import annotations

import contextlib
import sys
from importlib import metadata
from typing import Any, Optional, Sequence

import typer
import typer.core

from ..hooks.manager import load_plugins
from ..hooks.registry import NameTaken
from ..mapping import builtin
from . import extract, history, plugins, render, report, run, test, validate, verify
from .failure import explain, say, silence
from .session import Session, environment, home_folder, wants_debug


class Commands(typer.core.TyperGroup):
    """The commands of ``j2o``; what one of them raises becomes a message and an exit code here, and nowhere else."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except BaseException as error:
            found = ctx.find_object(Session)
            code = explain(error, debug=found.debug if found else wants_debug(environment()))
            if code is None:
                raise
            raise typer.Exit(code) from None


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run ``j2o`` with these arguments (the process's own by default) and return its exit code."""
    try:
        app = build()
    except NameTaken as error:
        return explain(error, wants_debug(environment())) or 0
    try:
        app(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="j2o")
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    with contextlib.suppress(ValueError):  # already closed
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            silence(sys.stdout)
    return code if isinstance(code, int) else 0 if code is None else 1


def build() -> typer.Typer:
    """The app with all commands: ours, then those of the plugins. Raises ``NameTaken``."""
    loaded = load_plugins(environment(), [(builtin.NAME, builtin)])
    app = typer.Typer(
        cls=Commands,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        add_completion=True,
        context_settings={"help_option_names": ["--help", "-h"]},
    )

    @app.callback(help=_HELP)
    def call(
        context: typer.Context,
        debug: bool = typer.Option(False, "--debug", help="Show tracebacks (also: J2O_DEBUG=1)."),
        version: bool = typer.Option(
            False, "--version", is_eager=True, callback=_print_version, help="Print the version and leave."
        ),
    ) -> None:
        context.obj = Session(home_folder(environment()), loaded, debug or wants_debug(environment()))

    for family in (run, validate, render, test, extract, verify, history, report, plugins):
        family.add(app)
    for name, plugin in loaded.manager.list_name_plugin():
        others = [other for other in loaded.manager.get_plugins() if other is not plugin]
        try:
            loaded.manager.subset_hook_caller("j2o_commands", others)(app=app)
        except Exception as error:  # noqa: BLE001 - the other commands must still work
            say(f"the commands of plugin '{name}' are left out: {type(error).__name__}: {error}")
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"j2o {metadata.version('j2o')}")
        raise typer.Exit(0)


_HELP = """Declarative migrations from Jira to OpenProject, over their public REST APIs alone.

\b
Example:
  j2o run j2o:demo        migrate a generated Jira into a generated OpenProject
  j2o validate acme.yaml  check a spec without touching any server
"""
