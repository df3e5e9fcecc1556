"""A dashboard for Grafana and alert rules for Prometheus, as j2o brings them."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def grafana() -> str:
    """A dashboard as Grafana imports it: JSON."""
    return (_FOLDER / "grafana.json").read_text(encoding="utf-8")


def alerts() -> str:
    """Rules as Prometheus reads them: YAML."""
    return (_FOLDER / "alerts.yaml").read_text(encoding="utf-8")
