"""Lists that Jira gives by page."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, Optional

from j2o_core.api import Retriable

Fetch = Callable[[int], Any]


def offset_pages(fetch: Fetch, what: str, entries: Optional[str] = None) -> Iterator[list[Any]]:
    """Pages by offset to their end, each entry once; ``fetch(start)`` gives a list, or an object with one.

    It goes on by the number of entries received, since servers cap pages in silence, until a page is empty, is said to
    be the last, or reaches the announced total. Raises ``Retriable`` where a page brings nothing new.
    """
    start = 0
    seen: set[str] = set()
    while True:
        answer = fetch(start)
        listed = _entries(answer, entries)
        new = [entry for entry in listed if _identity(entry) not in seen]
        if not listed:
            return
        if not new:
            raise Retriable(f"{what}: the page at {start} repeats entries of earlier pages", code="repeated_page")
        seen.update(_identity(entry) for entry in new)
        yield new
        start += len(listed)
        if isinstance(answer, Mapping):
            total = answer.get("total")
            if answer.get("isLast") is True or (isinstance(total, int) and start >= total):
                return


def _entries(answer: Any, name: Optional[str]) -> list[Any]:
    found = answer.get(name or "values") if isinstance(answer, Mapping) else answer
    return found if isinstance(found, list) else []


def _identity(entry: Any) -> str:
    if isinstance(entry, Mapping):
        for name in ("id", "accountId", "groupId", "key", "name"):
            if entry.get(name) is not None:
                return f"{name}={entry[name]}"
    return repr(entry)
