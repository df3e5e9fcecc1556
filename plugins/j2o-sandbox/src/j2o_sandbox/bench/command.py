"""``j2o bench``."""

from __future__ import annotations

import json as jsonlib
import sys
import tempfile
from pathlib import Path
from typing import List

import typer

from j2o_core.api import Fatal

from ..options import SandboxError, SandboxOptions
from .measure import Measured, needed_writes, run
from .rows import Row, rows

_IDENTITIES = {"JIRA_IDENTITY": "bench-jira", "OPENPROJECT_IDENTITY": "bench-openproject"}


def bench(
    spec: str = typer.Argument("j2o:demo", help="A spec that reads JIRA_URL, OPENPROJECT_URL and so on."),
    issues: int = typer.Option(500, min=1, help="How many issues are generated."),
    projects: int = typer.Option(4, min=1, help="In how many projects."),
    seed: int = typer.Option(1, help="Equal seeds give equal data."),
    latency: float = typer.Option(0.0, min=0, metavar="MS", help="Milliseconds added to each answer."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Migrate generated data twice and print what it cost. Exit 1 where a goal is missed.

    \b
    Example:
      j2o bench --issues 1000 --latency 50
    """
    from ..serving import start

    with tempfile.TemporaryDirectory(prefix="j2o-bench-") as folder:
        try:
            running = start(
                SandboxOptions(seed=seed, projects=projects, issues=issues, latency_ms=latency, attachment_bytes=4096)
            )
        except SandboxError as error:
            raise Fatal(f"the sandbox does not start: {error}") from error
        with running:
            variables = {
                **_IDENTITIES,
                "JIRA_URL": running.jira["url"],
                "JIRA_USER": running.jira["user"] or "",
                "JIRA_TOKEN": running.jira["token"],
                "OPENPROJECT_URL": running.openproject["url"],
                "OPENPROJECT_API_KEY": running.openproject["api_key"],
            }
            needed = needed_writes(running.jira["url"])
            first = _checked(run(spec, Path(folder), variables, []))
            second = _checked(run(spec, Path(folder), variables, []))
    counts = first.entities.get("work_packages", {})
    table = rows(first, second, needed, counts.get("created", 0))
    _show(table, first, json)
    raise typer.Exit(0 if all(row.holds for row in table) else 1)


def _checked(measured: Measured) -> Measured:
    if measured.exit_code not in (0, 1):
        raise Fatal(f"the measured run ended with {measured.exit_code}:\n{measured.errors[-2000:]}", exit_code=1)
    return measured


def _show(table: List[Row], first: Measured, as_json: bool) -> None:
    if as_json:
        typer.echo(jsonlib.dumps({"results": [row.to_json() for row in table]}, indent=2))
        return
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in first.stages.items())
    typer.echo(f"first run: {first.seconds:.1f} s ({stages})", err=True)
    width = max(len(row.name) for row in table)
    for row in table:
        form = row.to_json()
        goal = "" if form["goal"] is None else f"   {'holds' if row.holds else 'MISSED'} (goal {form['goal']})"
        sys.stdout.write(f"{row.name:<{width}}  {row.value:>10.3f} {row.unit:<6}{goal}\n")
