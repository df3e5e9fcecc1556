"""Where the figures of a run go: a file for node-exporter, a Pushgateway."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Optional
from urllib.parse import urlsplit

import typer

from .failure import USAGE, Refusal

if TYPE_CHECKING:
    from ..observe.metrics.registry import Metrics


def metrics_file_option() -> Any:
    """The option ``--metrics-file``, the same for every command that runs."""
    return typer.Option(
        None,
        "--metrics-file",
        metavar="FILE.prom",
        envvar="J2O_METRICS_FILE",
        help="Keep the figures of the run there, for the textfile collector of node-exporter.",
    )


def metrics_push_option() -> Any:
    """The option ``--metrics-push``, likewise."""
    return typer.Option(
        None,
        "--metrics-push",
        metavar="URL",
        envvar="J2O_METRICS_PUSH",
        help="Push the figures of the run to this Prometheus Pushgateway.",
    )


@dataclass(frozen=True)
class Meters:
    """``file`` and ``push`` as they were asked for; ``shown``: on a dashboard. None: the ledger alone gets them."""

    file: Optional[Path] = None
    push: Optional[str] = None
    shown: bool = False


def meters(file: Optional[Path], push: Optional[str], shown: bool = False) -> Meters:
    """Checks both. Raises ``Refusal`` (2)."""
    if file is not None and file.suffix != ".prom":
        raise Refusal(f"--metrics-file {file}: the name must end in .prom, or node-exporter does not read it", USAGE)
    if file is not None and not file.absolute().parent.is_dir():
        raise Refusal(f"--metrics-file {file}: there is no folder {file.absolute().parent}", USAGE)
    if push is not None:
        try:
            parts = urlsplit(push)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            valid = False
        if not valid:
            raise Refusal("--metrics-push: expected the address of a Pushgateway, such as http://HOST:9091", USAGE)
    return Meters(file, push, shown)


@contextlib.contextmanager
def metered(asked: Meters, spec: str, home: Path, ledger: Optional[Path] = None) -> Iterator[Metrics]:
    """Within the block, figures are delivered as asked for; to the ledger they go in any case."""
    from loguru import logger

    from ..observe.metrics.delivery import Delivery, Push, Receiver, Textfile
    from ..observe.metrics.registry import Metrics
    from ..pipeline.measuring import process_figures

    metrics = Metrics(metadata.version("j2o"), wanted=asked != Meters())
    metrics.add(process_figures(home, ledger).samples)
    receivers: list[Receiver] = [Textfile(asked.file.absolute())] if asked.file is not None else []
    receivers += [Push(asked.push, spec)] if asked.push is not None else []
    hearing = logger.add(metrics.warnings.heard, level="WARNING", format="{message}")
    try:
        with Delivery(metrics, *receivers):
            try:
                yield metrics
            except BaseException as error:
                metrics.events.failed(int(getattr(error, "exit_code", 1)))
                raise
    finally:
        with contextlib.suppress(ValueError):  # the log was closed before
            logger.remove(hearing)
