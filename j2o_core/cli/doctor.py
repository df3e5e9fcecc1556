"""``j2o doctor``: what keeps j2o from working here, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Optional

import typer

from ..model.outcome import Fatal
from ..model.problem import ERROR
from ..observe.logs import close_log
from .document import print_json
from .failure import FINDINGS, UNREACHABLE, USAGE
from .loading import describe, environment_option, open_log_of, read_spec
from .session import Session, environment, session
from .stopping import stoppable

if TYPE_CHECKING:
    from ..hooks.protocols import Line
    from ..pipeline.preflight import Preflight
    from ..spec.model import Spec

#: a line with its connection; empty: of none
Told = tuple[str, "Line"]
#: what to do where nothing more particular is known, by topic
_ADVICE = {
    "spec": "`j2o validate SPEC` shows the place",
    "ledger": "See that it may be read and written, and that its database runs",
    "connection": "Correct `url` and `auth` of the connection, or see that the server runs and may be reached",
    "connections": "`j2o preflight SPEC` looks at them again; `--debug` before it shows where it broke",
}


def add(app: typer.Typer) -> None:
    """Add ``doctor``."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    spec: Optional[str] = typer.Argument(None, metavar="[SPEC]", help="A path, or j2o:NAME: its systems too."),
    env: Optional[str] = environment_option(),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Look at everything that j2o stands on here and tell what is wrong, each with what to do; write nothing.

    Versions, plugins, environment, home folder, disk, memory, ledger; with SPEC also the spec itself, both systems,
    their clocks, and what the accounts may do, as `j2o preflight` finds it.

    \b
    Exit code 0: nothing keeps j2o from working; 1: something does; 2: the spec or what it refers to; 3: a system does
    not answer, or something that the spec marks `required` is not there.

    \b
    Example:
      j2o doctor
      j2o doctor acme.yaml --json
    """
    current = session(context)
    with stoppable():
        lines, code = _look(current, spec, env)
    if json:
        print_json({"healthy": code == 0, "exit_code": code, "lines": [_row(name, line) for name, line in lines]})
    else:
        for text in _told(lines):
            print(text)
        print("nothing keeps j2o from working here" if code == 0 else "what is marked `error` has to be mended first")
    if code:
        raise typer.Exit(code)


def _look(current: Session, name: Optional[str], env: Optional[str]) -> tuple[list[Told], int]:
    """Everything that was seen, and the exit code that follows."""
    from ..hooks.protocols.inspectors import BROKEN, Line
    from ..pipeline import doctor as looking

    code = 0
    loaded: Optional[Spec] = None
    lines: list[Told] = [("", line) for line in looking.versions()]
    lines += [("", line) for line in looking.plugin_lines(current.plugins)]
    lines += [("", line) for line in looking.environment_lines(environment())]
    if name is not None:
        loaded, found = _spec(current, name, env)
        lines += [("", line) for line in found]
        code = USAGE if loaded is None else 0
    home = current.home
    lines += [("", line) for line in looking.home_lines(home)]
    folders = [home, *looking.ledger_folder(loaded, current.plugins, home)]
    lines += [("", line) for line in looking.machine_lines(loaded, folders)]
    lines += [("", line) for line in looking.ledger_lines(loaded, current.plugins, home)]
    if loaded is not None:
        try:
            seen = _systems(current, loaded)
        except Fatal as error:
            advice = "Set what the spec refers to" if error.exit_code == USAGE else ""
            lines.append(("", Line("connections", BROKEN, error.message, advice)))
            code = error.exit_code
        except OSError as error:
            message = f"not looked at: {error.filename or 'a file'}: {error.strerror or error}"
            lines.append(("", Line("connections", BROKEN, message, "See what is said of the home folder and the disk")))
        else:
            lines += seen.lines
            code = UNREACHABLE if seen.unreachable or seen.missing else code
    broken = any(line.status == BROKEN for _, line in lines)
    return [(name, _advised(line)) for name, line in lines], code or (FINDINGS if broken else 0)


def _advised(line: Line) -> Line:
    """Whoever found it may not know what to do; where to read on is always known."""
    from ..hooks.protocols.inspectors import FINE

    if line.status == FINE or line.advice:
        return line
    return replace(line, advice=_ADVICE.get(line.topic, "Mend what it tells of; `j2o --debug doctor` shows where"))


def _spec(current: Session, name: str, env: Optional[str]) -> tuple[Optional[Spec], list[Line]]:
    """The spec, unless it has errors; and a line about it, or about each of its problems."""
    from ..hooks.protocols.inspectors import BROKEN, FINE, NOTICE, Line

    result = read_spec(current, name, env)
    lines = [
        Line(
            "spec",
            BROKEN if problem.severity == ERROR else NOTICE,
            describe(problem, {}).strip(),
            f"`j2o validate {name}` shows the place",
        )
        for problem in result.problems
    ]
    errors = any(problem.severity == ERROR for problem in result.problems)
    if result.spec is None or errors:
        return None, lines or [Line("spec", BROKEN, f"{name} cannot be read")]
    of = f" for {result.spec.environment}" if result.spec.environment else ""
    return result.spec, [*lines, Line("spec", FINE, f"{name} is valid{of}")]


def _systems(current: Session, spec: Spec) -> Preflight:
    from ..pipeline.preflight import look_before

    try:
        open_log_of(current, spec)
    except OSError:  # told by the line about the home folder
        close_log()
    try:
        return look_before(spec, current.plugins, current.home)
    finally:
        close_log()


def _row(connection: str, line: Line) -> dict[str, Any]:
    return {
        "connection": connection,
        "topic": line.topic,
        "status": line.status,
        "message": line.message,
        "advice": line.advice,
    }


def _told(lines: Iterable[Told]) -> Iterator[str]:
    for name, line in lines:
        where = f"{name}: " if name else ""
        yield f"{line.status:<5} {where}{line.topic}: {line.message}"
        if line.advice:
            yield f"      {line.advice}"
