"""From a path to the function that answers it."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Pattern, Sequence, Tuple
from urllib.parse import unquote

from j2o_sandbox.jira.behaviour import CLOUD, DATACENTER, SERVER
from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.wire import Answer

ANY = (SERVER, DATACENTER, CLOUD)
ON_PREMISE = (SERVER, DATACENTER)
ONLY_CLOUD = (CLOUD,)

Handler = Callable[..., Answer]


class Route(NamedTuple):
    """``path`` holds ``{names}`` for single segments; ``API`` stands for ``/rest/api/{version}``.

    ``since`` is the version of Server and Data Center that brought it.
    """

    method: str
    path: str
    handler: Handler
    editions: Sequence[str] = ANY
    since: Tuple[int, ...] = ()


class Match(NamedTuple):
    """A route that fits, the API version in the path, the values of the names, and since when there is one."""

    handler: Handler
    version: Optional[str]
    values: Tuple[str, ...]
    since: Tuple[int, ...] = ()


class Router:
    """All routes of one edition."""

    def __init__(self, routes: Sequence[Route], edition: str) -> None:
        versions = "(2|3|latest)" if edition == CLOUD else "(2|latest)"
        self._open: List[Tuple[Pattern[str], str, Dict[str, Route]]] = []
        places: Dict[str, Dict[str, Route]] = {}
        for route in routes:
            if edition in route.editions:
                places.setdefault(route.path, {})[route.method] = route
        for path, routes in places.items():
            pattern = re.escape(path).replace("API", f"/rest/api/{versions}", 1)
            pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", pattern)
            self._open.append((re.compile(pattern), path, routes))

    def find(self, method: str, raw_path: str) -> Tuple[Optional[Match], bool]:
        """The match, and whether the path exists at all (with another method)."""
        for pattern, path, routes in self._open:
            found = pattern.fullmatch(raw_path)
            if found is None:
                continue
            route = routes.get("GET" if method == "HEAD" else method)
            if route is None:
                return None, True
            values = found.groups()
            version = None
            if path.startswith("API"):
                version, values = values[0], values[1:]
            return Match(route.handler, version, tuple(unquote(value) for value in values), route.since), True
        return None, False

    def template(self, path: str) -> Optional[str]:
        """The path with ids replaced by names, as counters show it."""
        for pattern, template, _ in self._open:
            found = pattern.fullmatch(path)
            if found is not None:
                if template.startswith("API"):
                    template = f"/rest/api/{found[1]}" + template[3:]
                return re.sub(r"\{\w+\}", "{id}", template)
        return None


def call_handler(match: Match, call: Call) -> Answer:
    """Run the handler of a match."""
    arguments: Sequence[Any] = match.values
    return match.handler(call, *arguments)
