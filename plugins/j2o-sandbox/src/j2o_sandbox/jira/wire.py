"""Requests and answers of the Jira server, and the errors that become answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from j2o_sandbox.jira.accounts import Viewer

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """One request, authenticated. ``base`` is scheme, host and context path as the client wrote
    them; ``node`` is the one of the cluster that answers."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    base: str
    viewer: Viewer
    loopback: bool = True
    node: int = 0

    def text(self, name: str, default: Optional[str] = None) -> Optional[str]:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def integer(self, name: str, default: int) -> int:
        """A query parameter as a number, as strictly as Jira: anything else is its 404 page."""
        value = self.text(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except ValueError:
            raise JiraError(404, f"The parameter {name} is no number: {value[:40]}") from None

    def flag(self, name: str, default: bool = False) -> bool:
        """A query parameter as a boolean."""
        value = self.text(name)
        return default if value is None else value.lower() == "true"

    def words(self, name: str) -> List[str]:
        """A repeatable, comma-separated query parameter as a list."""
        return [word.strip() for value in self.query.get(name, ()) for word in value.split(",") if word.strip()]

    def json(self) -> Dict[str, Any]:
        """The body as a JSON object.

        Raises:
            JiraError: 415 without a JSON content type, 400 where it is no JSON object.
        """
        if "json" not in self.headers.get("content-type", ""):
            raise JiraError(415, "Unsupported Media Type")
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise JiraError(400, "Unexpected character or end of input in the JSON body.") from None
        if not isinstance(value, dict):
            raise JiraError(400, "Can not deserialize instance: expected a JSON object.")
        return value


@dataclass(frozen=True)
class Answer:
    """What goes back: ``content`` is JSON data, bytes, or an iterator of bytes."""

    content: Any = None
    status: int = 200
    headers: Tuple[Tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE

    def payload(self) -> Union[bytes, Iterator[bytes]]:
        """The body as bytes; UTF-8, escaped only where the data hold lone surrogates."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        if self.content_type == JSON_TYPE and isinstance(self.content, (dict, list, str, int, bool)):
            return to_json(self.content)
        iterator: Iterator[bytes] = self.content
        return iterator


def to_json(value: Any) -> bytes:
    """JSON as bytes; UTF-8, escaped only where the data hold lone surrogates."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


@dataclass
class JiraError(Exception):
    """An error in Jira's own format."""

    status: int
    messages: Union[str, Sequence[str]] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    headers: Tuple[Tuple[str, str], ...] = ()

    def answer(self) -> Answer:
        """The answer that tells the client."""
        messages = [self.messages] if isinstance(self.messages, str) else list(self.messages)
        return Answer({"errorMessages": messages, "errors": dict(self.errors)}, self.status, self.headers)
