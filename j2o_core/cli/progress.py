"""Which display shows the progress of long work."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Optional, Union

from ..observe.lines import PlainLines

if TYPE_CHECKING:
    from ..observe.live import LiveProgress


def progress_display(quiet: bool) -> Optional[Union[LiveProgress, PlainLines]]:
    """Bars on a terminal that can redraw, plain lines elsewhere, nothing where it shall be quiet; on stderr.

    The log of a CI keeps each redrawing as a line, also where it pretends to be a terminal.
    """
    if quiet:
        return None
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not _in_ci():
        from ..observe.live import LiveProgress  # brings rich's bars, which only a terminal shows

        return LiveProgress(sys.stderr)
    return PlainLines(sys.stderr)


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
