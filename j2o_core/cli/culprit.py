"""Which plugin an unforeseen error comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from ..hooks.discovery import OURS, installed


def plugin_at_fault(error: BaseException, within: str = "") -> Optional[str]:
    """The plugin of a third party in whose code the error was raised, with the place; ``None`` where it is ours.

    ``within`` names a package of ours that must have called it: plugins' own commands may end as they like.
    """
    owners = {one.value.partition(":")[0].partition(".")[0]: one for one in installed() if one.distribution != OURS}
    found, called = None, not within
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        called = called or module.startswith(within)
        package = module.partition(".")[0]
        if called and package in owners:
            place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
            found = f"{owners[package].label} ({place})"
        trace = trace.tb_next
    return found
