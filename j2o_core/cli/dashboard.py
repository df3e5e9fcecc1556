"""``j2o dashboard``: how runs stand, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional, Sequence

import typer

from .failure import say
from .history import ledger_option
from .ledgers import fixes_of, ledger_urls, there, where
from .session import Session, session

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ..observe.metrics.registry import Metrics
    from ..pipeline.health import Health


def add(app: typer.Typer) -> None:
    """Add ``dashboard``."""
    app.command()(dashboard)


def dashboard(
    context: typer.Context,
    address: str = typer.Argument(
        "127.0.0.1:8787", metavar="[HOST:PORT]", help="Where it listens: on this machine; port 0 is any that is free."
    ),
    ledger: Optional[str] = ledger_option(),
) -> None:
    """Serve a page that shows how runs stand, live, and lets you pause, throttle, stop and resume them.

    It reads the ledger, from this machine or over PostgreSQL from another, and stays until Ctrl-C. Its REST API is
    described at /docs.

    \b
    Example:
      j2o dashboard
      j2o dashboard 127.0.0.1:9000 --ledger postgresql://db.example.org/j2o
    """
    from ..dashboard.serving import bound, parse_address, serve, url_of

    listening = bound(*parse_address(address))
    current = session(context)

    def urls() -> Sequence[str]:  # a file that is not there yet is not made by looking at it
        return there(current.home, ledger) if ledger else ledger_urls(current.home, None)

    if ledger and not urls():
        say(f"there is no ledger yet at {where(current.home, ledger)}; it is shown as soon as there is one")
    app = dashboard_of(current, urls, ledger)
    say(f"dashboard: {url_of(listening)} (Ctrl-C ends it)")
    try:
        serve(app, listening)
    finally:
        listening.close()
        app.state.ledgers.close()


def dashboard_of(
    current: Session,
    urls: Callable[[], Sequence[str]],
    ledger: Optional[str],
    metrics: Optional[Metrics] = None,
    health: Optional[Health] = None,
) -> FastAPI:
    """The application over these ledgers; ``ledger``: the only one, where it was named; the rest is of a run here."""
    from ..dashboard.app import create_app
    from ..dashboard.ledgers import Ledgers

    return create_app(Ledgers(current.home, urls, fixes_of(current.plugins), metrics), ledger, health)
