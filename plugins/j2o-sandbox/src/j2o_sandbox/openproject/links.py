"""Links: written as href and title, read back with a check of what they lead to."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Union
from urllib.parse import unquote

from j2o_sandbox.openproject.errors import raise_link

# An object that is no link is refused, not taken for an empty one.
_NO_LINK = ""
_LINK = re.compile(r"/api/v3/([\w/]+)/((?:\w|[-~!$&'()*+.,:;=@]|%[0-9A-Fa-f]{2})+)\Z")


def link(href: Optional[str], title: Optional[str] = None, method: Optional[str] = None) -> Dict[str, Any]:
    """A HAL link."""
    value: Dict[str, Any] = {"href": href}
    if title is not None:
        value["title"] = title
    if method is not None:
        value["method"] = method
    return value


def read_link(language: str, attribute: str, value: Any, *namespaces: str) -> Optional[str]:
    """The id that a link object leads to; None for ``{"href": null}``.

    Raises:
        ApiError: 422 ResourceTypeMismatch, the link leads elsewhere.
    """
    href = value.get("href", _NO_LINK) if isinstance(value, dict) else value
    if href is None:
        return None
    expected = "' or '".join(f"/api/v3/{namespace}/:id" for namespace in namespaces)
    match = _LINK.search(href) if isinstance(href, str) else None
    if match is None or match.group(1) not in namespaces:
        raise_link(language, attribute, expected, href)
    return unquote(match.group(2))


def read_links(language: str, attribute: str, value: Any, *namespaces: str) -> List[str]:
    """The ids of a list of links.

    Raises:
        ApiError: 422, as ``read_link``.
    """
    values = value if isinstance(value, list) else [value]
    found = [read_link(language, attribute, item, *namespaces) for item in values]
    return [item for item in found if item is not None]


def number(text: Union[str, int, None]) -> Optional[int]:
    """An id as a number; None for what is no number, or none that a database has for an id."""
    if isinstance(text, int):
        return text
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


def numbers(texts: Iterable[str]) -> List[int]:
    """Those of some texts that are ids."""
    found = [number(text) for text in texts]
    return [one for one in found if one is not None]
