"""One request and its answer, as the sandbox heard them."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import json
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional
from urllib.parse import parse_qsl, urlsplit

import requests


class NoJson(ValueError):
    """A body is none."""


@dataclass(frozen=True)
class Exchange:
    """``by_j2o``: whether j2o asked (and not a test, which may ask for what is refused)."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes
    by_j2o: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"

    @property
    def kind(self) -> str:
        """The media type of the request."""
        return _media(self.headers)

    @property
    def answer_kind(self) -> str:
        """The media type of the answer."""
        return _media(self.answer_headers)

    def sent(self) -> Any:
        """The request's body as data: of a form, its parts by name; files as text.

        Raises:
            NoJson: it is neither JSON nor a form.
        """
        if self.kind == "multipart/form-data":
            return dict(self._parts())
        return _json(self.body)

    def answered(self) -> Any:
        """The answer's body as data.

        Raises:
            NoJson: it is none.
        """
        return _json(self.answer)

    def _parts(self) -> Iterator[tuple[str, Any]]:
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode("latin-1")
        parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        for part in parsed.iter_parts():  # type: ignore[attr-defined]
            name = part.get_param("name", header="content-disposition")
            if part.get_filename() is not None:
                yield name, "file"
            else:
                yield name, _json(part.get_payload(decode=True))


def listen(*urls: str) -> None:
    """Let these servers hold what is said from now on; what they held is forgotten."""
    for url in urls:
        requests.post(f"{url}/_sandbox/exchanges", timeout=60).raise_for_status()


def heard(url: str, by_j2o: bool = True) -> list[Exchange]:
    """What was said to one server since ``listen``; what never got an answer is left out."""
    answer = requests.get(f"{url}/_sandbox/exchanges", timeout=120)
    answer.raise_for_status()
    return [one for line in answer.iter_lines() if (one := _exchange(json.loads(line), by_j2o)) is not None]


def _exchange(row: Mapping[str, Any], by_j2o: bool) -> Optional[Exchange]:
    if not row["status"]:
        return None
    address = urlsplit(row["address"])
    return Exchange(
        row["method"],
        address.path,
        tuple(parse_qsl(address.query, keep_blank_values=True)),
        row["headers"],
        base64.b64decode(row["body"]),
        row["status"],
        row["answer_headers"],
        base64.b64decode(row["answer"]),
        by_j2o,
    )


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise NoJson(str(error)) from None
