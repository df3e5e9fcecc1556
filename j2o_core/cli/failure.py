"""How a command that cannot go on says so: a message for the user, an exit code, no traceback unless asked for."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from pathlib import Path
from typing import Optional

from ..hooks.registry import NotProvided
from ..model.outcome import Fatal, Outcome
from ..observe.harmless import harmless
from ..observe.redaction import without_known_secrets, without_secrets
from ..security.secrets import Unresolved
from ..spec.show import render_problem
from .culprit import plugin_at_fault
from .session import home_folder

FINDINGS, USAGE, UNREACHABLE, STOPPED, REFUSED = 1, 2, 3, 4, 5
#: how the system says that nothing more can be written to a disk
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Refusal(Exception):
    """The command cannot do what was asked; the message says what, where, and what to do."""

    def __init__(self, message: str, exit_code: int = USAGE, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.code = code


def explain(error: BaseException, debug: bool) -> Optional[int]:
    """Tell the user on stderr what stopped the command; returns the exit code, or ``None`` for what is not ours."""
    if isinstance(error, BrokenPipeError):
        silence(sys.stdout)
        return 0  # the reader had enough
    if isinstance(error, KeyboardInterrupt):
        say("stopped; the same command carries on where it was")
        return STOPPED
    if hasattr(error, "show") or type(error).__name__ in ("Exit", "Abort"):
        return None  # the parser's own: it prints usage and ends the call itself
    if debug:
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        with contextlib.suppress(OSError):
            print(harmless(without_secrets("".join(lines))), file=sys.stderr, end="")
    if isinstance(error, (Refusal, Outcome)):
        say(f"{error.code} {error.message}".strip())
        return error.exit_code if isinstance(error, (Refusal, Fatal)) else FINDINGS
    if isinstance(error, Unresolved):
        for problem in error.problems:
            print(render_problem(problem, ""), file=sys.stderr)
        return USAGE
    if isinstance(error, NotProvided):
        say(str(error))
        return USAGE
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f"{error.filename}: " if error.filename else ""
        say(f"{where}{error.strerror}; make room, then the same command goes on")
        return STOPPED
    if isinstance(error, OSError) and error.filename:
        home = _of_the_home(str(error.filename))
        say(f"{error.filename}: {error.strerror}{home}")
        # A disk turns read-only by itself when it breaks: nobody has used j2o wrongly.
        return STOPPED if home and error.errno == errno.EROFS else USAGE
    if _told_as_problems(error):
        return USAGE
    if isinstance(error, SystemExit):
        culprit = plugin_at_fault(error, within="j2o_core.pipeline")
        if culprit is None:
            return None
        say(f"plugin {culprit} tried to end the program")
        return FINDINGS
    if isinstance(error, Exception):
        hint = "" if debug else "; `j2o --debug ...` shows where"
        culprit = plugin_at_fault(error)
        what = f"plugin {culprit} broke" if culprit else "internal error"
        say(f"{what}: {type(error).__name__}: {without_secrets(str(error))}{hint}")
        return FINDINGS
    return None


def _of_the_home(path: str) -> str:
    """What to do about a file of the home folder that cannot be used."""
    home = home_folder(os.environ)
    inside = home == Path(path) or home in Path(path).parents
    return "; name another home folder with J2O_HOME" if inside else ""


def _told_as_problems(error: BaseException) -> bool:
    """Tell a mapping whose faults only the source's field names could show."""
    from ..mapping.compiled import CompileError  # brings jsonschema, which `j2o --help` need not wait for

    if not isinstance(error, CompileError):
        return False
    for problem in error.problems:
        print(render_problem(problem, ""), file=sys.stderr)
    return True


def say(message: str) -> None:
    """One line on stderr, under the program's name; nothing where the terminal is gone."""
    with contextlib.suppress(OSError):
        print(f"j2o: {harmless(without_known_secrets(message))}", file=sys.stderr)


def silence(stream: object) -> None:
    """Let a stream whose reader is gone swallow what is still buffered, so that nothing complains at exit."""
    fileno = getattr(stream, "fileno", None)
    if fileno is None:
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, fileno())
    except OSError:
        return  # a stream without a file, as in tests
    finally:
        os.close(null)
