"""Text rendered by the server, until version 18 dropped it."""

from __future__ import annotations

from j2o_sandbox.openproject.errors import ApiError, not_found
from j2o_sandbox.openproject.live_text import to_html
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.requests import Answer, Request
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import plain

routes = Routes()


@routes("POST", "/render/{id}")
def render(server: Server, request: Request, kind: str) -> Answer:
    """HTML of Markdown or plain text; the body is text, not JSON."""
    if kind not in ("markdown", "plain"):
        raise not_found(request.language)
    try:
        raw = request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(400, "InvalidRequestBody", text(request.language, "invalid_json")) from error
    page = to_html(server, raw) if kind == "markdown" else plain(raw)["html"]
    return Answer(200, page.encode(), "text/html")
