"""Proxies and CA bundle, resolved once: requests would look them up again for every request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Mapping, Union
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies

from ..model.outcome import Fatal


def proxies_for(url: str) -> Mapping[str, str]:
    """Proxies for a URL as the environment says, ``NO_PROXY`` respected."""
    proxies: Mapping[str, str] = get_environ_proxies(url, no_proxy=None)
    return proxies


def verification(verify: Union[bool, str]) -> Union[bool, str]:
    """How certificates are checked: the given way, else by the environment's CA bundle. ``Fatal``: no such file."""
    if verify is True:
        verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    if isinstance(verify, str) and not Path(verify).exists():
        raise Fatal(f"the CA bundle {verify} does not exist", code="ca_bundle")
    return verify


def checked_base(url: str) -> str:
    """The base URL without a trailing slash. ``Fatal`` where it is none, or holds credentials."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        shown = "a URL with credentials" if "@" in url else f"'{url}'"
        raise Fatal(f"{shown} is no address: expected http(s)://host[:port][/path]", code="url")
    if parts.username or parts.password:
        raise Fatal(f"the URL of {parts.hostname} holds credentials: move them to `auth`", code="url")
    if parts.query or parts.fragment:
        raise Fatal(f"'{url}' must end with its path: no query, no fragment", code="url")
    return url.rstrip("/")


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL, for comparison."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port
