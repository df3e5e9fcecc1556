"""Times in Jira's JSON."""

from __future__ import annotations

import calendar
import re
from typing import Any, Optional

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d*)?(?:Z|([+-])(\d\d):?(\d\d))?")


def epoch_milliseconds(text: Any) -> Optional[int]:
    """``2019-10-08T22:05:25.000+0000`` and its kin as milliseconds; ``None`` for anything else."""
    found = _TIME.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    moment = calendar.timegm(tuple(int(part) for part in found.groups()[:6]))
    if found[8]:
        offset = int(found[9]) * 3600 + int(found[10]) * 60
        moment -= offset if found[8] == "+" else -offset
    return moment * 1000 + int((found[7] or "0").ljust(3, "0"))


def epoch_seconds(text: Any) -> Optional[int]:
    """The same in whole seconds."""
    milliseconds = epoch_milliseconds(text)
    return None if milliseconds is None else milliseconds // 1000
