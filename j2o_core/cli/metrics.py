"""``j2o metrics``: what is measured of a run, and what shows and watches it."""

from __future__ import annotations

import typer

from .document import print_json, print_rows

_HELP = """What is measured of a run, and what shows and watches it.

\b
Example:
  j2o metrics list
  j2o metrics grafana > j2o-grafana.json
  j2o metrics alerts > j2o-alerts.yaml
"""


def add(app: typer.Typer) -> None:
    """Add the family ``metrics``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("list")(list_metrics)
    family.command("grafana")(grafana)
    family.command("alerts")(alerts)
    app.add_typer(family, name="metrics")


def list_metrics(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """List every metric with its kind, its labels and what it tells.

    \b
    Example:
      j2o metrics list --json
    """
    from ..observe.metrics.families import FAMILIES

    if json:
        print_json([{"name": one.name, "kind": one.kind, "labels": one.labels, "help": one.tells} for one in FAMILIES])
        return
    rows = [(one.name, one.kind, ", ".join(one.labels), one.tells) for one in FAMILIES]
    print_rows(("metric", "kind", "labels", "what"), rows)


def grafana() -> None:
    """Print a dashboard to import into Grafana.

    \b
    Example:
      j2o metrics grafana > j2o-grafana.json
    """
    from ..observe.metrics import packaged

    print(packaged.grafana(), end="")


def alerts() -> None:
    """Print alert rules for the `rule_files` of Prometheus.

    \b
    Example:
      j2o metrics alerts > j2o-alerts.yaml
    """
    from ..observe.metrics import packaged

    print(packaged.alerts(), end="")
