"""HTTP as the engine needs it: one shared session per connection, outcomes instead of statuses."""

from __future__ import annotations

from .download import Download
from .gate import Figures, Gate
from .observation import Exchange
from .outcomes import Refused
from .response import Recognise, Response, is_complete_json
from .session import Http, ReadBounds
from .transport import Timeouts

__all__ = [
    "Download",
    "Exchange",
    "Figures",
    "Gate",
    "Http",
    "ReadBounds",
    "Recognise",
    "Refused",
    "Response",
    "Timeouts",
    "is_complete_json",
]
