"""Requests as handlers see them, and their answers."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import parse_qsl

from j2o_sandbox.openproject.bodies import can_be_kept, parse_json, read_object
from j2o_sandbox.openproject.errors import bad_request

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Request:
    """One request of an authenticated user."""

    __slots__ = ("_query", "began", "body", "headers", "language", "method", "path", "query_string", "user")

    def __init__(
        self,
        method: str,
        path: str,
        query_string: str,
        headers: Dict[str, str],
        body: bytes,
        began: int,
    ) -> None:
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.began = began
        self.user: Any = None
        self.language = "en"
        self._query: Optional[Dict[str, str]] = None

    @property
    def query(self) -> Dict[str, str]:
        """Query parameters; the last of a name counts.

        Raises:
            ApiError: 400, not UTF-8.
        """
        if self._query is None:
            try:
                self._query = dict(parse_qsl(self.query_string, keep_blank_values=True, errors="strict"))
            except UnicodeDecodeError as error:
                self._query = {}
                raise bad_request(self.language, "invalid %-encoding") from error
        return self._query

    @property
    def notify(self) -> bool:
        """Whether mails are wanted: all but exactly ``notify=false``."""
        return self.query.get("notify") != "false"

    def json(self, required: bool = True) -> Dict[str, Any]:
        """The body as an object.

        Raises:
            ApiError: as ``read_object``.
        """
        return read_object(self.body, self.language, required)

    def json_parameter(self, name: str) -> Any:
        """A query parameter that holds JSON, or None where absent or empty.

        Raises:
            ApiError: 400, it is no JSON.
        """
        raw = self.query.get(name)
        if raw is None or raw == "":
            return None
        try:
            value = parse_json(raw.encode())
            if not can_be_kept(value):
                raise ValueError("text that no database keeps")
            return value
        except ValueError as error:
            raise bad_request(self.language, f"{name} is no valid JSON") from error


class Answer:
    """Status, headers and bytes."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = "application/hal+json; charset=utf-8",
        headers: Optional[List[Tuple[bytes, bytes]]] = None,
    ) -> None:
        self.status = status
        self.body = body
        self.headers: List[Tuple[bytes, bytes]] = list(headers or [])
        if status != 204:
            self.headers.append((b"content-type", content_type.encode()))
            self.headers.append((b"content-length", str(len(body)).encode()))


def encode(value: Any) -> bytes:
    """JSON as the server sends it."""
    return _encode(value).encode("utf-8", "surrogatepass")


def hal(value: Any, status: int = 200) -> Answer:
    """A HAL answer."""
    return Answer(status, encode(value))


def no_content(status: int = 204) -> Answer:
    """An answer without body."""
    return Answer(status)
