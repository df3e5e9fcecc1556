"""Multipart bodies of uploads: a ``metadata`` field and a ``file``."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from j2o_sandbox.openproject.bodies import can_be_kept, parse_json
from j2o_sandbox.openproject.errors import ApiError
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.requests import Request


class Part(NamedTuple):
    """One part: its file name, if it has one, its declared type and its bytes."""

    file_name: Optional[str]
    content_type: str
    data: bytes


class Upload(NamedTuple):
    """What an upload holds."""

    metadata: Dict[str, Any]
    file: Part


def read_upload(request: Request) -> Upload:
    """Read an upload.

    Raises:
        ApiError: 400 for missing parts, 500 for a ``metadata`` part with a file name (the server's own bug).
    """
    parts = read_form(request)
    if not parts or "metadata" not in parts or "file" not in parts or parts["file"].file_name is None:
        raise ApiError(400, "InvalidRequestBody", text(request.language, "multipart_body_error"))
    if parts["metadata"].file_name is not None:
        raise ApiError(500, "InternalServerError", text(request.language, "code_500"))
    try:
        metadata = parse_json(parts["metadata"].data)
    except ValueError as error:
        raise ApiError(400, "InvalidRequestBody", text(request.language, "invalid_json")) from error
    if not isinstance(metadata, dict):
        raise ApiError(400, "InvalidRequestBody", text(request.language, "not_an_object"))
    if not can_be_kept(metadata):
        raise ApiError(500, "InternalServerError", text(request.language, "code_500"))
    return Upload(metadata, parts["file"])


def read_form(request: Request) -> Optional[Dict[str, Part]]:
    """The parts of any multipart body by name; None where it is none."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    return _parts(request.body, boundary) if boundary else None


class _Collector:
    def __init__(self) -> None:
        self.parts: Dict[str, Part] = {}
        self.ended = False
        self._headers: Dict[bytes, bytes] = {}
        self._field = b""
        self._value = b""
        self._data: List[bytes] = []

    def part_begin(self) -> None:
        self._headers, self._data = {}, []

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def part_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        file_name = options.get(b"filename")
        kind = self._headers.get(b"content-type", b"").decode("latin-1")
        decoded = None if file_name is None else file_name.decode("utf-8", "replace")
        self.parts[name] = Part(decoded, kind, b"".join(self._data))

    def end(self) -> None:
        self.ended = True


def _parts(body: bytes, boundary: bytes) -> Optional[Dict[str, Part]]:
    collector = _Collector()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": collector.part_begin,
            "on_part_data": collector.part_data,
            "on_part_end": collector.part_end,
            "on_header_field": collector.header_field,
            "on_header_value": collector.header_value,
            "on_header_end": collector.header_end,
            "on_end": collector.end,
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError:
        return None
    return collector.parts if collector.ended else None
