"""``j2o coverage``: how much of what was read survives a spec."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Optional

import typer

from .document import print_json, print_rows
from .explaining import snapshot_option
from .failure import FINDINGS, say
from .history import json_option
from .loading import environment_option, require_spec, spec_argument
from .session import session


def add(app: typer.Typer) -> None:
    """Add ``coverage``."""
    app.command()(coverage)


def coverage(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    fail_under: Optional[float] = typer.Option(
        None, "--fail-under", min=0, max=100, metavar="PERCENT", help="Exit code 1 where fewer values survive."
    ),
    lost: bool = typer.Option(False, "--lost", help="Show only fields of which some value is lost."),
    snapshot: Optional[Path] = snapshot_option(),
    json: bool = json_option(),
) -> None:
    """Count, for each source field, how many items have a value and what becomes of those values: mapped to a target
    field, preserved as text, dropped by a line of the spec (or with the item), or lost. Reads the snapshot alone.

    \b
    Example:
      j2o extract acme.yaml
      j2o coverage acme.yaml --fail-under 98
    """
    from ..pipeline.coverage import cover
    from ..pipeline.recorded import open_recorded

    current = session(context)
    recorded = open_recorded(require_spec(current, spec, env), current.plugins, current.home, snapshot)
    try:
        fields = list(cover(recorded))
    finally:
        recorded.close()
    values, gone = sum(field.items for field in fields), sum(field.lost for field in fields)
    survived = 100.0 * (values - gone) / values if values else 100.0
    shown = [field for field in fields if field.lost or not lost]
    if json:
        rows = [{**asdict(field), "survived": round(field.survived, 4)} for field in shown]
        print_json({"values": values, "lost": gone, "survived": round(survived, 4), "fields": rows})
    else:
        print_rows(
            ("entity", "field", "items", "mapped", "preserved", "dropped", "lost", "for example"),
            [
                (f.entity, f.field, f.items, f.mapped, f.preserved, f.dropped, f.lost, ", ".join(f.samples[:2]))
                for f in shown
            ],
        )
        print(f"{survived:.2f} % of {values} values survive; {gone} are lost")
    if fail_under is not None and survived < fail_under:
        say(f"{survived:.2f} % survive, less than {fail_under:g} %")
        raise typer.Exit(FINDINGS)
