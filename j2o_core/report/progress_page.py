"""How a run stands, as one HTML page to keep or to print; it needs nothing else."""

from __future__ import annotations

from typing import Any, Mapping

from .html_report import moment
from .pages import environment
from .summary import OUTCOMES, percent


def progress_page(overview: Mapping[str, Any]) -> str:
    """The page of an overview: ``run``, ``entities``, ``totals``, ``success_rate``, ``adds_up`` and ``as_of``."""
    run = overview["run"]
    facts = [
        ("Spec", run["spec"]),
        ("State", run["state"] if run["exit_code"] is None else f"{run['state']}, exit code {run['exit_code']}"),
        ("Stage", run["stage"]),
        ("From", run["source"]),
        ("To", run["target"]),
        ("Begun", moment(run["started"])),
        ("Counted", moment(overview["as_of"])),
    ]
    return (
        environment()
        .get_template("progress.html")
        .render(
            run=run["run"],
            facts=facts,
            columns=("source", *OUTCOMES, "sent"),
            entities=overview["entities"],
            totals=overview["totals"],
            rate=percent(overview["success_rate"]),
            adds_up=overview["adds_up"],
        )
    )
