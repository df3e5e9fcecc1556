"""Lists that clients read page by page: what each question was answered last, for the fault ``duplicate``.

A question is a request without what says which of its pages is wanted: ``startAt``, ``offset``, a token, or the
``key > X`` of a JQL query that goes on after X.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, List, MutableMapping, Optional, Tuple
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_PLACES = frozenset({"startAt", "offset", "nextPageToken"})
_FIRST = ("", "startAt=0", "offset=1")
_AFTER = re.compile(r"""\s+AND\s+key\s*>\s*(?:"[^"]*"|'[^']*'|\S+)|key\s*>\s*(?:"[^"]*"|'[^']*'|\S+)\s+AND\s+""", re.I)


@dataclass(frozen=True)
class Page:
    """One page as it was answered, and the place in its list that was asked for."""

    place: str
    content_type: str
    body: bytes


class PagedLists:
    """The last page of each list of one server. Only what was answered 200 counts."""

    def __init__(self, server: str) -> None:
        self._reads = ("GET", "POST") if server == "jira" else ("GET",)
        self._last: Dict[str, Page] = {}

    def before(self, scope: Scope, body: bytes) -> Optional[Page]:
        """The page that was answered before the one that this request asks for; ``None``: there is none."""
        asked = self._asked(scope, body)
        if asked is None:
            return None
        question, place = asked
        last = None if place in _FIRST else self._last.get(question)
        return last if last is not None and last.place != place else None

    def watch(self, scope: Scope, body: bytes, send: Send) -> Send:
        """Remember what is answered to this request; the answer is to be sent by what is returned."""
        asked = self._asked(scope, body)
        if asked is None:
            return send
        question, place = asked
        parts: List[bytes] = []
        kind = b""

        async def answer(message: Message) -> None:
            nonlocal kind
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"") if message["status"] == 200 else b""
            elif b"json" in kind:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    self._last[question] = Page(place, kind.decode("latin-1"), b"".join(parts))
            await send(message)

        return answer

    def _asked(self, scope: Scope, body: bytes) -> Optional[Tuple[str, str]]:
        """The question, and which of its pages is wanted; ``None`` for what is no list."""
        if scope["method"] not in self._reads:
            return None
        asked: Dict[str, Any] = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        if scope["method"] == "POST":
            try:
                asked.update(json.loads(body))
            except ValueError:
                return None
        place = [f"{name}={asked.pop(name)}" for name in sorted(_PLACES & set(asked))]
        if isinstance(asked.get("jql"), str):
            place += _AFTER.findall(asked["jql"])
            asked["jql"] = " ".join(_AFTER.sub(" ", asked["jql"]).split())
        if not place and "jql" not in asked:
            return None
        return f"{scope['method']} {scope['path']} {json.dumps(asked, sort_keys=True)}", " ".join(place)
