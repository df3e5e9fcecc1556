"""What keeps j2o from working here, found by looking at everything that it stands on: each with what to do about it."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Iterator, Mapping, Optional, Sequence

import psutil
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from ..hooks.discovery import OURS, version_of
from ..hooks.manager import Plugins
from ..hooks.protocols import Line
from ..hooks.protocols.inspectors import BROKEN, FINE, NOTICE
from ..ledger.address import Address, parse
from ..ledger.damage import damage
from ..ledger.lock import is_abandoned
from ..ledger.queries import Queries
from ..ledger.runs import RUNNING
from ..ledger.server import Unreachable, open_server
from ..ledger.store import HEAD, revision_of
from ..model.outcome import Fatal
from ..spec.model import RuntimeSpec, Spec
from .guard import fitted, size
from .health import disk_lines, ledger_line
from .machine import processes_here
from .spec_ledger import ledger_url

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

#: open files and sockets that one process of a run needs beside those of its workers, and for each of them
_FILES, _FILES_EACH = 128, 6
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_OWN = ("J2O_ENV", "J2O_PLUGINS", "J2O_DISABLE_PLUGINS", "J2O_DEBUG")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def versions() -> Iterator[Line]:
    """What runs, and whether all of it is installed."""
    python = f"Python {platform.python_version()} on {platform.system()} {platform.release()} ({platform.machine()})"
    yield Line("versions", FINE, f"j2o {version_of(OURS)}, {python}, SQLite {sqlite3.sqlite_version}")
    missing = [name for name in _required() if not _is_installed(name)]
    if missing:
        advice = f"{Path(sys.executable).name} -m pip install --upgrade j2o"
        yield Line("versions", BROKEN, f"not installed, and needed: {', '.join(missing)}", advice)


def plugin_lines(plugins: Plugins) -> Iterator[Line]:
    """Each plugin that was left out, and what is to be said of the choice."""
    for info in plugins.infos:
        if info.error:
            message = f"{info.name} ({info.distribution} {info.version}) was left out: {info.error}"
            advice = f"Update or remove {info.distribution}; `j2o --debug plugins show {info.name}` tells more"
            yield Line("plugins", BROKEN, message, advice)
    for warning in plugins.warnings:
        yield Line("plugins", NOTICE, warning, "Correct J2O_PLUGINS or J2O_DISABLE_PLUGINS")
    working = [info.name for info in plugins.infos if not info.error]
    yield Line("plugins", FINE, f"{len(working)} work: {', '.join(working)}")


def environment_lines(variables: Mapping[str, str]) -> Iterator[Line]:
    """What the environment says to j2o; of proxies only that they are there, since an address may hold a password."""
    told = [f"{name}={variables[name]}" for name in _OWN if variables.get(name)]
    yield Line("environment", FINE, ", ".join(told) if told else "none of the variables that steer j2o is set")
    proxies = [name for name in _PROXIES if variables.get(name) or variables.get(name.lower())]
    if proxies:
        advice = "Where a system lies within your own network, name its host in NO_PROXY"
        yield Line("proxy", NOTICE, f"requests may go through a proxy: {', '.join(proxies)} set", advice)


def home_lines(home: Path) -> Iterator[Line]:
    """Whether the home folder can be written to."""
    there = home if home.is_dir() else next((one for one in home.parents if one.is_dir()), None)
    advice = "Name another home folder with J2O_HOME, or give this user the right to write there"
    if there is None or (home.exists() and not home.is_dir()):
        yield Line("home", BROKEN, f"{home} cannot be a folder", advice)
        return
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        yield Line("home", BROKEN, f"{there} cannot be written to: {error.strerror or error}", advice)
        return
    made = "" if there == home else ", and is made by the first run"
    yield Line("home", FINE, f"{home} can be written to{made}")


def machine_lines(spec: Optional[Spec], folders: Sequence[Path]) -> Iterator[Line]:
    """Disk, memory and open files, against what a run asks of them."""
    runtime = RuntimeSpec() if spec is None else spec.runtime
    yield from disk_lines(folders, runtime.guard)
    limit = fitted(runtime.guard, processes_here(runtime)).memory
    free = psutil.virtual_memory().available
    told = f"{size(free)} of memory are free"
    if limit and free < limit:
        message = f"{told}; a run may use {size(limit)}"
        yield Line("memory", NOTICE, message, "End other programs, or state less in runtime.guard.memory")
    else:
        yield Line("memory", FINE, told)
    if resource is not None:
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        needed = _FILES + _FILES_EACH * runtime.workers
        if allowed != resource.RLIM_INFINITY and allowed < needed:
            message = f"{allowed} files and sockets may be open, and {runtime.workers} workers may need {needed}"
            yield Line("files", NOTICE, message, f"`ulimit -n {4 * needed}`, or fewer runtime.workers")


def ledger_lines(spec: Optional[Spec], plugins: Plugins, home: Path) -> Iterator[Line]:
    """The ledger of a spec, else each that lies in the home folder. None is made, migrated or locked by looking."""
    try:
        urls = [ledger_url(spec, plugins)] if spec is not None else [f"sqlite:///{one.name}" for one in _files(home)]
    except Fatal as error:
        yield Line("ledger", BROKEN, error.message, "Set what runtime.ledger refers to")
        return
    for url in urls:
        try:
            yield from _ledger(url, home)
        except Fatal as error:
            yield Line("ledger", BROKEN, error.message)
    if not urls:
        yield Line("ledger", FINE, f"there is none in {home} yet: the first run makes one")


def ledger_folder(spec: Optional[Spec], plugins: Plugins, home: Path) -> list[Path]:
    """The folder of a spec's ledger, where it is a file."""
    if spec is None:
        return []
    try:
        path = parse(ledger_url(spec, plugins), home).path
    except Fatal:
        return []
    return [] if path is None else [path.parent]


def _ledger(url: str, home: Path) -> Iterator[Line]:
    address = parse(url, home)
    path = address.path
    if path is not None and not path.exists():
        yield Line("ledger", FINE, f"{path} does not exist yet: the first run makes it")
        return
    if path is not None:
        lock = path.resolve().with_name(path.resolve().name + ".lock")
        reason = damage(path, lock.exists(), examined=True)
        if reason is not None:
            advice = "`j2o run SPEC` or `j2o adopt SPEC` sets it aside and rebuilds it from the marks on the target"
            yield Line("ledger", BROKEN, f"{path} is damaged: {reason}", advice)
            return
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            message = f"{path} (or its folder) may not be written to by this user"
            yield Line("ledger", BROKEN, message, "Give this user the right to write both")
            return
        yield from _answering(address, is_abandoned(lock))
    else:
        yield from _answering(address, False)


def _answering(address: Address, abandoned: bool) -> Iterator[Line]:
    engine = open_server(address) if address.path is None else create_engine(address.url)
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
        if revision is None:
            yield Line("ledger", FINE, f"{address.shown} is empty: the first run makes its tables")
        elif revision > HEAD:
            message = f"{address.shown} was written by a newer j2o (tables {revision}; this one knows {HEAD})"
            yield Line("ledger", BROKEN, message, "Use that version of j2o, or a later one")
        else:
            if revision < HEAD:
                message = f"{address.shown} was written by an older j2o; the next run brings its tables up to date"
                yield Line("ledger", NOTICE, message, "Keep a copy of it until that has gone well")
            else:
                runs = Queries(engine).runs() if abandoned else []
                for run in (one for one in runs if one["state"] == RUNNING):
                    message = f"run {run['run']} was interrupted: its process has died"
                    yield Line("run", NOTICE, message, f"`j2o resume {run['run']}` goes on with it")
            yield ledger_line(engine, address.shown)
    except Unreachable as error:
        yield Line("ledger", BROKEN, error.message, "See that the database runs, and that this user may log in")
    except SQLAlchemyError as error:
        yield Line("ledger", BROKEN, f"{address.shown}: {address.redact(str(getattr(error, 'orig', None) or error))}")
    finally:
        engine.dispose()


def _files(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("*.db") if path.with_name(path.name + ".lock").exists())


def _required() -> list[str]:
    try:
        stated = metadata.requires(OURS) or []
    except metadata.PackageNotFoundError:
        return []
    found = (_NAME.match(one) for one in stated if ";" not in one)
    return [match.group() for match in found if match is not None]


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True
