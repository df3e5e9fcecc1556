"""A complete answer of a server, read to its end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

_UNREAD = object()
_PAGE_STARTS = (b"<!doctype html", b"<html")


@dataclass
class Response:
    """Status, headers (by any case) and body; ``json()`` parses once."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    _json: Any = field(default=_UNREAD, repr=False)

    def json(self) -> Any:
        """The parsed body. Raises ``ValueError`` where it is not complete JSON."""
        if self._json is _UNREAD:
            try:
                self._json = json.loads(self.body)
            except RecursionError:
                raise ValueError("JSON nested too deeply") from None
        return self._json

    def json_or_none(self) -> Any:
        """The parsed body, or ``None`` where it is no JSON."""
        try:
            return self.json()
        except ValueError:
            return None

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether this is a web page, whatever it calls itself."""
        if self.content_type in ("text/html", "application/xhtml+xml"):
            return True
        return self.body[:256].lstrip().lower().startswith(_PAGE_STARTS)


Recognise = Callable[[Response], bool]
#: in which a server tells under which number its own log has the request
_REQUEST_IDS = ("x-request-id", "x-arequestid", "atl-traceid", "x-correlation-id", "x-trace-id", "cf-ray")


def request_id(headers: Mapping[str, str]) -> str:
    """The server's number of the request, or an empty text."""
    lower = {name.lower(): value for name, value in headers.items()}
    return next((lower[name][:200] for name in _REQUEST_IDS if lower.get(name)), "")


def holds_json(response: Response) -> bool:
    """Whether the answer has a JSON type and parses."""
    if "json" not in response.content_type:
        return False
    try:
        response.json()
    except ValueError:
        return False
    return True


def is_complete_json(response: Response) -> bool:
    """Whether the answer holds JSON, or is a success that announces having no body."""
    if 200 <= response.status < 300 and not response.body:
        return response.status in (204, 205) or response.headers.get("Content-Length") == "0"
    return holds_json(response)
