"""Which display shows the progress of long work."""

from __future__ import annotations

import os
import sys
from typing import Optional, Union

from ..observe.lines import PlainLines
from ..observe.live import LiveProgress


def progress_display(quiet: bool) -> Optional[Union[LiveProgress, PlainLines]]:
    """Bars on a terminal that can redraw, plain lines elsewhere, nothing where it shall be quiet; on stderr."""
    if quiet:
        return None
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return LiveProgress(sys.stderr)
    return PlainLines(sys.stderr)
