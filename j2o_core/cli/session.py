"""What every command needs: the home folder, the plugins, and whether tracebacks are wanted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Optional

import typer

from ..hooks.manager import Plugins


@dataclass(frozen=True)
class Session:
    """One call of ``j2o``. ``home`` is absolute and may not exist yet."""

    home: Path
    plugins: Plugins
    debug: bool = False


def home_folder(environment: Mapping[str, str]) -> Path:
    """The folder that holds whatever runs leave: ``J2O_HOME``, else ``.j2o`` in the current folder."""
    return Path(environment.get("J2O_HOME") or ".j2o").expanduser().absolute()


def session(context: typer.Context) -> Session:
    """The session of the call that a command belongs to."""
    found: Optional[Session] = context.find_object(Session)
    if found is None:
        raise RuntimeError("this command was started without a session")
    return found


def wants_debug(environment: Mapping[str, str]) -> bool:
    """Whether ``J2O_DEBUG`` asks for tracebacks."""
    return environment.get("J2O_DEBUG", "").lower() not in ("", "0", "false", "no")


def environment() -> Mapping[str, str]:
    """The process's environment, as commands see it."""
    return os.environ
