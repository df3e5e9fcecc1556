"""``j2o dashboard``: how runs stand, in a browser."""

from __future__ import annotations

from typing import Optional

import typer

from .failure import say
from .history import ledger_option
from .ledgers import fixes_of, ledger_urls
from .session import Session, session


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
    app = dashboard_of(session(context), ledger)
    say(f"dashboard: {url_of(listening)} (Ctrl-C ends it)")
    try:
        serve(app, listening)
    finally:
        listening.close()
        app.state.books.close()


def dashboard_of(current: Session, ledger: Optional[str]):  # type: ignore[no-untyped-def]  # FastAPI is not imported for every command
    """The application over the ledger that was named, else over all of the home folder."""
    from ..dashboard.app import create_app
    from ..dashboard.books import Books

    return create_app(Books(current.home, lambda: ledger_urls(current.home, ledger), fixes_of(current.plugins)), ledger)
