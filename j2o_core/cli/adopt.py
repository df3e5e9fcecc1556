"""``j2o adopt``: a ledger that was lost or damaged learns again what stands on the target."""

from __future__ import annotations

from typing import Optional

import typer

from ..observe.announcer import Announcer, Event
from ..observe.logs import LogEvents, close_log
from ..pipeline.options import RunOptions
from .document import print_json, print_rows
from .failure import say
from .ledgers import queries
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .metering import Meters, metered
from .progress import progress_display
from .run import check_settle, spec_name
from .session import session
from .stopping import stoppable

_COLUMNS = ("source", "known", "created", "matched", "changed", "absent", "skipped", "failed")


def add(app: typer.Typer) -> None:
    """Add ``adopt``."""
    app.command()(adopt)


def adopt(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    settle: Optional[float] = typer.Option(
        None, min=0, metavar="SECONDS", help="How long a lost request may still be running on the server."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Rebuild a lost ledger: find on the target what the spec's source has there, and write nothing.

    What bears j2o's origin mark is ours again (created); what is recognised by its name, as people and projects are, is
    others' (matched) and never ours to delete. A damaged ledger is set aside under another name first.

    \b
    Example:
      j2o adopt acme.yaml
      j2o adopt acme.yaml --json
    """
    from ..pipeline.run import run_migration
    from ..pipeline.spec_ledger import ledger_url

    current = session(context)
    notices: list[str] = []

    def told(event: Event) -> None:
        if event.get("event") == "notice":
            notices.append(str(event["message"]))

    with stoppable():
        check_settle(settle)
        loaded = require_spec(current, spec, env)
        open_log_of(current, loaded)
        display = progress_display(quiet)
        try:
            with metered(Meters(), loaded.name, current.home) as metrics:
                listeners = [one for one in (LogEvents(), display, told, metrics) if one is not None]
                options = RunOptions(settle=settle, path=spec_name(spec), adopt=True, metrics=metrics)
                result = run_migration(loaded, current.plugins, current.home, options, Announcer(*listeners))
        finally:
            if display is not None:
                display.close()
            close_log()
    if result.message:
        say(result.message)
    if result.exit_code:
        raise typer.Exit(result.exit_code)
    with queries(current.home, ledger_url(loaded, current.plugins)) as asked:
        found = asked.adopted(result.run)
    entities = {}
    for name, counts in result.entities.items():
        mine = {**dict.fromkeys(_COLUMNS, 0), **found.get(name, {}), "source": counts["source"]}
        mine.update(skipped=counts["skipped"], failed=counts["failed"])
        written = mine["created"] + mine["matched"] + mine["absent"] + mine["skipped"] + mine["failed"]
        entities[name] = {**mine, "known": max(0, mine["source"] - written)}
    if json:
        print_json({"run": result.run, "notices": notices, "entities": entities})
        return
    print_rows(("entity", *_COLUMNS), [(name, *(counts[c] for c in _COLUMNS)) for name, counts in entities.items()])
    total = {column: sum(counts[column] for counts in entities.values()) for column in _COLUMNS}
    print(f"on the target: {total['created']} of ours, {total['matched']} of others; not there: {total['absent']}")
    if total["absent"] or total["changed"]:
        print("`j2o run` with the same spec writes what is absent or has changed, and nothing else")
