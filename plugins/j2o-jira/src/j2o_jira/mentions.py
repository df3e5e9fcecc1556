"""People who are named in texts only."""

from __future__ import annotations

import re
from typing import Any, Iterator

from j2o_core.api import richtext as rt

from .richtext.wiki_links import read_link

# What the reader of markup takes for a link. It never crosses a bracket: linear on any text.
_LINK = re.compile(r"\[([^\[\]\r\n]+)\]")


def mentioned(value: Any) -> Iterator[str]:
    """Names (Server) or account ids (Cloud) in all texts of a JSON value, each once, in order."""
    seen: dict[str, None] = {}
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if "~" in found:
                seen.update(dict.fromkeys(_in_markup(found)))
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


def _in_markup(text: str) -> Iterator[str]:
    for match in _LINK.finditer(text):
        link = read_link(match[1]) if "~" in match[1] else None
        if link is not None and isinstance(link.node, rt.Mention):
            yield link.node.alias_value
