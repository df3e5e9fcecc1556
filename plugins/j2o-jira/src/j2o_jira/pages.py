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
        listed = _entries(answer, entries, what)
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


def an_object(answer: Any, what: str) -> Mapping[str, Any]:
    """The answer, which must be an object. Raises ``Retriable``: a proxy or a broken server answers otherwise."""
    if not isinstance(answer, Mapping):
        raise Retriable(f"{what} gives no object", code="broken_page")
    return answer


def a_list(answer: Any, what: str) -> list[Any]:
    """The answer, which must be a list; likewise."""
    if not isinstance(answer, list):
        raise Retriable(f"{what} gives no list", code="broken_page")
    return answer


def objects_in(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of objects under a name; none where there is no such list."""
    return [an_object(entry, name) for entry in a_list(answer.get(name) or [], name)]


def _entries(answer: Any, name: Optional[str], what: str) -> list[Mapping[str, Any]]:
    found = answer.get(name or "values") or [] if isinstance(answer, Mapping) else answer
    return [an_object(entry, what) for entry in a_list(found, what)]


def _identity(entry: Any) -> str:
    if isinstance(entry, Mapping):
        for name in ("id", "accountId", "groupId", "key", "name"):
            if entry.get(name) is not None:
                return f"{name}={entry[name]}"
    return repr(entry)
