"""``--dashboard`` of the commands that run: the page beside the run, in the same process."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any, Iterator, Optional

import typer
import typer.core

from ..spec.model import Spec
from .dashboard import dashboard_of
from .failure import say
from .ledgers import there
from .session import Session

if TYPE_CHECKING:
    from ..observe.metrics.registry import Metrics
    from ..pipeline.health import Health


_OPTION, _DEFAULT = "--dashboard", "127.0.0.1:8787"


def dashboard_option() -> Any:
    """The option ``--dashboard`` of commands that run."""
    words = f"Show the run in a browser while it goes, at {_DEFAULT} unless another address is given."
    return typer.Option(None, _OPTION, metavar="[HOST:PORT]", help=words)


class Watched(typer.core.TyperCommand):
    """A command whose ``--dashboard`` may stand without an address, which typer has no option for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, with the address that is left out."""
        for at, one in enumerate(args):
            if one == _OPTION and (at + 1 == len(args) or args[at + 1].startswith("-")):
                args = [*args[: at + 1], _DEFAULT, *args[at + 1 :]]
                break
        return list(super().parse_args(ctx, args))


def linger_option() -> Any:
    """The option ``--dashboard-linger``, likewise."""
    return typer.Option(
        5.0, "--dashboard-linger", min=0, metavar="SECONDS", help="For how long the dashboard answers after the end."
    )


@dataclass(frozen=True)
class Watching:
    """Where a run's dashboard listens, already bound, and how long it stays."""

    listening: Optional[socket.socket] = None
    linger: float = 5.0


def watching(address: Optional[str], linger: float) -> Watching:
    """Bind the address that was asked for, before anything else is begun. Raises ``Fatal`` (2, 3)."""
    if address is None:
        return Watching()
    from ..dashboard.serving import bound, parse_address

    return Watching(bound(*parse_address(address)), linger)


@contextlib.contextmanager
def shown(asked: Watching, current: Session, spec: Spec, metrics: Optional[Metrics]) -> Iterator[Optional[Health]]:
    """Within the block, and for a while after it, the dashboard answers; gives what it wants to be told of the run."""
    if asked.listening is None:
        yield None
        return
    from ..dashboard.serving import Beside, url_of
    from ..pipeline.health import Health
    from ..pipeline.spec_ledger import ledger_url

    url, health = ledger_url(spec, current.plugins), Health(metadata.version("j2o"))
    app = dashboard_of(current, lambda: there(current.home, url), url, metrics, health)
    try:
        with Beside(app, asked.listening, asked.linger):
            say(f"dashboard: {url_of(asked.listening)}")
            yield health
    finally:
        app.state.ledgers.close()
