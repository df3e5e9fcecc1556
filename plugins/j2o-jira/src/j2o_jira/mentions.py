"""People who are named in texts only."""

from __future__ import annotations

import re
from typing import Any, Iterator

# ``[~name]``, ``[text|~name]`` and ``[text|~name|tip]``. Bounded, and it never crosses a bracket: linear on any text.
_WIKI = re.compile(
    r"\[(?:~([^\[\]|\r\n]{1,255})|[^\[\]|\r\n]{0,255}\|\s*~([^\[\]|\r\n]{1,255})(?:\|[^\[\]|\r\n]{0,255})?)\]"
)


def mentioned(value: Any) -> Iterator[str]:
    """Names (Server) or account ids (Cloud) in all texts of a JSON value, each once, in order."""
    seen: dict[str, None] = {}
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if "~" in found:
                for alone, named in _WIKI.findall(found):
                    name = (alone or named).strip()
                    seen.setdefault(name[len("accountid:") :] if name.startswith("accountid:") else name)
        elif isinstance(found, dict):
            if found.get("type") == "mention" and isinstance(found.get("attrs"), dict):
                identifier = found["attrs"].get("id")
                if isinstance(identifier, str) and identifier:
                    seen.setdefault(identifier)
            else:
                waiting.extend(reversed(list(found.values())))
        elif isinstance(found, list):
            waiting.extend(reversed(found))
    yield from (name for name in seen if name)
