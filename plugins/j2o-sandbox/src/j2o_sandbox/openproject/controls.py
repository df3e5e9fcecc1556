"""What tests and the demo ask the sandbox itself, below ``/_sandbox`` (loopback only, no credentials).

* ``GET /_sandbox/state``: everything the server holds; ``?only=work_packages,requests`` for a part of it
* ``GET /_sandbox/identity``: what stays the same over restarts with one state folder
* ``POST /_sandbox/clock`` ``{"advance": seconds}``: let time pass; ``GET`` tells it
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

from j2o_sandbox.openproject.requests import Answer, Request, encode
from j2o_sandbox.openproject.state import state


def _state(app: Any, request: Request) -> Answer:
    app.server.tick()
    only = request.query.get("only")
    wanted = None if only is None else set(only.split(","))
    return Answer(200, state(app.server, app.counters, wanted), "application/json")


def _identity(app: Any, request: Request) -> Answer:
    return Answer(200, encode({"instance": app.server.instance}), "application/json")


def _clock(app: Any, request: Request) -> Answer:
    if request.method == "POST":
        seconds = request.json().get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            return Answer(422, encode({"error": "'advance' is a number of seconds, not negative"}))
        app.server.move_clock(float(seconds))
        app.server.tick()
    return Answer(200, encode({"now": app.server.clock.stamp()}), "application/json")


CONTROLS: Dict[Tuple[str, str], Callable[[Any, Request], Answer]] = {
    ("GET", "/_sandbox/state"): _state,
    ("GET", "/_sandbox/identity"): _identity,
    ("GET", "/_sandbox/clock"): _clock,
    ("POST", "/_sandbox/clock"): _clock,
}
