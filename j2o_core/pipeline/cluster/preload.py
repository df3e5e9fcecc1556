"""Loaded by the workers of an embedded cluster: Ctrl-C in their terminal is for the coordinator, which tells them."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Called by Dask on the main thread of a new worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
