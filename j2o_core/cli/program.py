"""The program itself: builds the commands, loads the plugins, runs one command, gives its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from importlib import metadata
from itertools import takewhile
from pathlib import Path
from typing import Any, Optional, Sequence

import typer
import typer.core
from typer.models import CommandInfo, TyperInfo

from ..hooks.discovery import ALLOWED
from ..hooks.manager import Plugins, load_plugins
from ..hooks.patience import Patience
from ..mapping import builtin
from ..observe.harmless import HarmlessStream
from . import (
    adopt,
    check,
    config,
    control,
    convert,
    coverage,
    dashboard,
    docs,
    doctor,
    explaining,
    extract,
    history,
    init,
    logs,
    metrics,
    plan,
    plugins,
    preflight,
    render,
    report,
    resume,
    run,
    schema,
    spec,
    stopping,
    templates,
    test,
    validate,
    verify,
)
from .failure import explain, say, silence
from .plugin_commands import join_commands, named
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
    given = list(sys.argv[1:] if arguments is None else arguments)
    _open_what_is_closed()
    stopping.is_program = arguments is None
    harmless = contextlib.redirect_stdout(HarmlessStream(sys.stdout)) if sys.stdout.isatty() else None
    with harmless or contextlib.nullcontext():
        code = _main(given)
    if stopping.is_program:
        # All is done and told: who stops it now, perhaps a second time, only has to learn how it ended.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    return code


def _open_what_is_closed() -> None:
    """Give a process that was started without them its streams, to nowhere: the next file would be taken for one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            opened = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - as long as the process lives
            setattr(sys, name, opened)


def _main(given: list[str]) -> int:
    app = build(given)
    _narrow(app, given)
    try:
        app(args=given, prog_name="j2o")
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    with contextlib.suppress(ValueError):  # already closed
        try:
            sys.stdout.flush()
        except OSError:  # its reader has left, or its terminal is gone
            silence(sys.stdout)
    return code if isinstance(code, int) else 0 if code is None else 1


def build(arguments: Sequence[str] = ("run",)) -> typer.Typer:
    """The app with all commands that these arguments need: ours, then those of the plugins."""
    patience = Patience(say, _WONDER, _HELP_LIMIT if _asks_for_help(arguments) else _LIMIT)
    if "--version" in takewhile(lambda argument: argument.startswith("-"), arguments):
        loaded = load_plugins({ALLOWED: builtin.NAME})
    else:
        loaded = load_plugins(environment(), [(builtin.NAME, builtin)], patience)
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
        for warning in (*loaded.warnings, *_left_out(loaded)):
            say(warning)
        context.obj = Session(home_folder(environment()), loaded, debug or wants_debug(environment()))

    for family in (
        init,
        templates,
        run,
        resume,
        adopt,
        validate,
        render,
        test,
        doctor,
        preflight,
        extract,
        check,
        plan,
        verify,
        history,
        control,
        dashboard,
        report,
        metrics,
        coverage,
        explaining,
        logs,
        convert,
        config,
        schema,
        spec,
        docs,
        plugins,
    ):
        family.add(app)
    loaded = join_commands(app, loaded, patience)
    return app


def _narrow(app: typer.Typer, arguments: Sequence[str]) -> None:
    # Reading the parameters of all commands takes longer than many a command; where one is called by its name, the
    # others are not asked for anything.
    called = next((argument for argument in arguments if argument != "--debug"), "")
    entries = [entry for name, entry in named(app) if name == called]
    if entries and _COMPLETING not in environment():
        app.registered_commands = [entry for entry in entries if isinstance(entry, CommandInfo)]
        app.registered_groups = [entry for entry in entries if isinstance(entry, TyperInfo)]


def _asks_for_help(arguments: Sequence[str]) -> bool:
    return not arguments or "--help" in arguments or "-h" in arguments or _COMPLETING in environment()


def _left_out(loaded: Plugins) -> list[str]:
    left_out = [info for info in loaded.infos if info.error]
    return [f"plugin {info.name} ({info.distribution} {info.version}): {info.error}" for info in left_out]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"j2o {metadata.version('j2o')}")
        raise typer.Exit(0)


#: seconds that one plugin of others may take to load, and where a person only wants to read a help
_LIMIT, _HELP_LIMIT = 30.0, 4.0
#: seconds after which a person wonders what is going on
_WONDER = 3.0
#: the variable by which a shell asks how a line can go on
_COMPLETING = "_J2O_COMPLETE"

_HELP = """Declarative migrations from Jira to OpenProject, over their public REST APIs alone.

\b
Example:
  j2o run j2o:demo        migrate a generated Jira into a generated OpenProject
  j2o validate acme.yaml  check a spec without touching any server
"""
