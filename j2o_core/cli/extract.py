"""``j2o extract``: reads the source into the snapshot, and writes nothing anywhere else."""

from __future__ import annotations

from dataclasses import asdict
from typing import Optional

import typer

from ..observe.announcer import Announcer
from ..observe.logs import LogEvents, close_log
from ..pipeline.options import RunOptions
from .document import print_json, print_rows
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .progress import progress_display
from .session import session
from .stopping import stoppable

#: help of the option of ``run`` and ``extract``
LOOK_FOR_DELETED = "Where only what changed is read: list all issues too, and find those that are gone."


def add(app: typer.Typer) -> None:
    """Add ``extract``."""
    app.command()(extract)


def extract(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    fresh: bool = typer.Option(False, "--fresh", help="Drop what was read, also of a reading that was stopped."),
    look_for_deleted: bool = typer.Option(False, "--look-for-deleted", help=LOOK_FOR_DELETED),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Read the source into the snapshot; the target is not even asked. A run of the same selection goes on from it.

    Where all was read before, only what changed since is asked for.

    \b
    Example:
      j2o extract acme.yaml
      j2o coverage acme.yaml
    """
    from ..pipeline.reading import read_source

    current = session(context)
    with stoppable():
        loaded = require_spec(current, spec, env)
        open_log_of(current, loaded)
        display = progress_display(quiet)
        listeners = [listener for listener in (LogEvents(), display) if listener is not None]
        options = RunOptions(fresh, look_for_deleted=look_for_deleted)
        try:
            read = read_source(loaded, current.plugins, current.home, options, Announcer(*listeners))
        finally:
            if display is not None:
                display.close()
            close_log()
    if json:
        problems = [{**asdict(problem), "place": str(problem.place or "")} for problem in read.problems]
        print_json({"snapshot": str(read.path), "entities": dict(read.entities), "problems": problems})
        return
    print_rows(("entity", "records"), list(read.entities.items()))
    if read.problems:
        print()
        print_rows(("code", "entity", "key", "what"), [(p.code, p.entity, p.key, p.message) for p in read.problems])
    print(f"snapshot: {read.path}")
