"""Attachments of an issue and their content."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

from j2o_core.api import ItemFailed, Part, Record, Retriable, Splitter, Stream

from .plain import iso_time

#: the number of a file in its address
_NUMBERED = re.compile(r"/(?:attachment|attachment/content)/(\d+)(?:/|$)")
#: troubles of the server that have nothing to do with this file
_SERVER_TROUBLE = ("http_429", "http_502", "http_503", "http_504", "no_answer")


class Attachments(Splitter):
    """One child per attachment: Jira's metadata, ``content`` being a path on the server."""

    name = "jira.attachments"
    #: paths of the parent that these children stand for
    consumes = ("fields.attachment",)

    def split(self, record: Record) -> Iterable[Part]:
        """In Jira's order, each once. Of those with one name texts mean the last: ``KEY^name`` is its alias."""
        listed = (record.data.get("fields") or {}).get("attachment") or ()
        last = {attachment.get("filename"): _identity(attachment, record) for attachment in listed}
        seen: dict[str, Part] = {}
        for attachment in listed:
            identifier, name = _identity(attachment, record), attachment.get("filename")
            if identifier not in seen:
                meant = (f"{record.key}^{name}",) if name and last[name] == identifier else ()
                updated = iso_time(attachment.get("created"))
                seen[identifier] = Part(identifier, f"{record.key}/{name or identifier}", attachment, meant, updated)
        return seen.values()

    @contextmanager
    def content(self, client: Any, record: Record, folder: Path) -> Iterator[Stream]:
        """The file, complete and with the announced size; it is closed afterwards.

        Raises ``ItemFailed``: gone, forbidden, a login page in its place, or again and again not the announced size.
        """
        path = record.data.get("content")
        if not path:
            raise ItemFailed(f"attachment {record.key}: Jira gives no address of its content", code="no_content")
        size = record.data.get("size")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            saved = client.http.download(path, folder, size=size if isinstance(size, int) else None)
        except ItemFailed as failure:
            raise ItemFailed(f"attachment {record.key}: {failure.message}", code=failure.code) from None
        except Retriable as trouble:
            if trouble.code in _SERVER_TROUBLE:
                raise
            raise ItemFailed(f"attachment {record.key}: {trouble.message}", code=trouble.code) from None
        with saved:
            yield saved


def _identity(attachment: Mapping[str, Any], issue: Record) -> str:
    """The id; of the oldest servers, which tell none, the number in the address, or one of issue, name and time."""
    if attachment.get("id"):
        return str(attachment["id"])
    found = _NUMBERED.search(str(attachment.get("content") or ""))
    if found:
        return found[1]
    told = f"{issue.origin.id}/{attachment.get('filename')}/{attachment.get('created')}"
    return str(int.from_bytes(hashlib.sha256(told.encode()).digest()[:12], "big"))
