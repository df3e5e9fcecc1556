"""Where figures go while a run goes: a file for node-exporter, a Pushgateway for runs too short to be scraped."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Optional, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

from loguru import logger

from .registry import Metrics

#: seconds between two deliveries, and for which a Pushgateway is waited for
EVERY, PATIENCE = 15.0, 5.0
#: the job under which figures are pushed
JOB = "j2o"


class Receiver(Protocol):
    """Takes the figures somewhere. May raise ``OSError``."""

    def __call__(self, metrics: Metrics) -> None:
        """As they stand now."""
        ...


class Textfile:
    """A file that always holds one whole set of figures: written beside it, then put in its place."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, metrics: Metrics) -> None:
        """Write it anew. Raises ``OSError``."""
        # The collector of node-exporter reads *.prom alone: a name with another end is never read half written.
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            beside.write_bytes(metrics.text())
            beside.chmod(0o644)
            beside.replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise

    def __str__(self) -> str:
        return str(self.path)


class Push:
    """A Pushgateway. Figures are grouped by spec and machine, so that a later run replaces those of the one before."""

    def __init__(self, url: str, spec: str) -> None:
        """``url`` may hold user and password; they are sent as credentials and shown nowhere."""
        parts = urlsplit(url)
        self._address = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._group = {"spec": spec or "unnamed", "instance": socket.gethostname()}

    def __call__(self, metrics: Metrics) -> None:
        """Replace the group. Raises ``OSError``."""
        from prometheus_client.exposition import push_to_gateway

        handler: dict[str, Any] = {"handler": self._handler} if self._user else {}
        push_to_gateway(self._address, JOB, metrics.registry(), self._group, timeout=PATIENCE, **handler)

    def _handler(self, url: str, method: str, timeout: Any, headers: Any, data: bytes) -> Callable[[], None]:
        from prometheus_client.exposition import basic_auth_handler

        return basic_auth_handler(url, method, timeout, headers, data, self._user, self._password)

    def __str__(self) -> str:
        return self._address


class Delivery:
    """Within ``with``, hands the figures to all receivers now and then, and once more at the end.

    Who does not take them is told of once in the log, and again when he does: the run goes on.
    """

    def __init__(self, metrics: Metrics, *receivers: Receiver, every: float = EVERY) -> None:
        self._metrics, self._receivers, self._every = metrics, receivers, every
        self._failing: set[Receiver] = set()
        self._ended = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def __enter__(self) -> Delivery:
        if self._receivers:
            self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self.deliver()

    def deliver(self) -> None:
        """Hand them out now."""
        for receiver in self._receivers:
            try:
                receiver(self._metrics)
            except Exception as error:  # noqa: BLE001 - figures are no reason to stop what they are of
                if receiver not in self._failing:
                    self._failing.add(receiver)
                    logger.warning("the metrics do not arrive at {}: {}", receiver, error)
            else:
                if receiver in self._failing:
                    self._failing.discard(receiver)
                    logger.info("the metrics arrive at {} again", receiver)

    def _run(self) -> None:
        while True:
            self.deliver()
            if self._ended.wait(self._every):
                return
