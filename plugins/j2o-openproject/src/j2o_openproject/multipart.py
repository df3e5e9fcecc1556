"""A multipart form with one file, made while it is sent."""

from __future__ import annotations

import secrets
from typing import Iterator

from j2o_core.api import Stream

_CHUNK = 64 * 1024


class Multipart:
    """The body of an upload: a form field ``metadata`` (without a file name, or the server answers 500) and ``file``.

    Its length is known beforehand, so that nothing is sent chunked and the file is never in memory.
    """

    def __init__(self, metadata: str, name: str, content: Stream) -> None:
        boundary = f"j2o-{secrets.token_hex(16)}"
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._content = content
        self._head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="metadata"\r\n'
            "Content-Type: application/json\r\n\r\n"
            f"{metadata}\r\n"
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{_quoted(name)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._content.size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        self._content.seek(0)
        while True:
            chunk = self._content.read(_CHUNK)
            if not chunk:
                break
            yield chunk
        yield self._tail


def _quoted(name: str) -> str:
    return name.replace("\\", "_").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
