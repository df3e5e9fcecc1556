"""Addresses in texts: where they lead in the source, and where the same thing stands on the target."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional, Sequence
from urllib.parse import parse_qs, unquote, urlsplit

_KEY = r"(?P<key>[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*)"
_ISSUE = re.compile(rf"/(?:browse|(?:.*/)?issues)/{_KEY}/?")
_WHOLE_KEY = re.compile(_KEY)
_FILE = re.compile(
    r"/(?:secure/(?:attachment|thumbnail)|rest/api/(?:2|3|latest)/attachment/(?:content|thumbnail))/(?P<id>[0-9]+)(?:/.*)?"
)


class Named(NamedTuple):
    """What an address of the source names: an issue by its key, or a file by its id."""

    issue: str = ""
    file: str = ""
    is_comment: bool = False


class Addresses:
    """Reads addresses of the source, under any of its base URLs, and makes those of the target."""

    def __init__(self, target_url: str, source_urls: Sequence[str]) -> None:
        self._prefix = urlsplit(target_url).path.rstrip("/")
        bases = [urlsplit(url) for url in source_urls if url]
        self._bases = [(base.netloc.rpartition("@")[2].casefold(), base.path.rstrip("/")) for base in bases]

    def work_package(self, identifier: str) -> str:
        """A work package's page; the host is left out, as a server may be moved."""
        return f"{self._prefix}/work_packages/{identifier}"

    def comments(self, identifier: str) -> str:
        """The comments of a work package."""
        return f"{self._prefix}/work_packages/{identifier}/activity"

    def file(self, identifier: str) -> str:
        """The bytes of an attachment."""
        return f"{self._prefix}/api/v3/attachments/{identifier}/content"

    def named(self, url: str) -> Optional[Named]:
        """What an address of the source names, or ``None``: something else, or of another system."""
        if not url.startswith(("http://", "https://")):
            return None
        try:
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2].casefold()
            query = parse_qs(parts.query)
        except ValueError:
            return None
        for base, path in self._bases:
            if host == base and parts.path.startswith(f"{path}/"):
                return _named(parts.path[len(path) :], query, parts.fragment)
        return None


def _named(path: str, query: dict[str, list[str]], fragment: str) -> Optional[Named]:
    file = _FILE.fullmatch(path)
    if file:
        return Named(file=file["id"])
    issue = _ISSUE.fullmatch(unquote(path))
    key = issue["key"] if issue else query.get("selectedIssue", [""])[0]
    if not _WHOLE_KEY.fullmatch(key):
        return None
    return Named(issue=key.upper(), is_comment="focusedCommentId" in query or fragment.startswith("comment-"))
