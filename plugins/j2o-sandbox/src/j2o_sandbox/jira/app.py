"""The Jira server: one ASGI application for all editions."""

from __future__ import annotations

import ipaddress
from typing import Any, Awaitable, Callable, Dict, Iterator, MutableMapping, Optional, Tuple, Union
from urllib.parse import parse_qs

from j2o_sandbox.counters import Counters, path_template
from j2o_sandbox.faults import Faults
from j2o_sandbox.generate import Everything, GeneratedTracker
from j2o_sandbox.jira import (
    agile,
    applications,
    attachments,
    create_meta,
    field_contexts,
    issue_resources,
    metadata,
    people,
    projects,
    searches,
    service_desk,
    settings,
    shared_views,
    state,
    worklog_feed,
    writes,
)
from j2o_sandbox.jira.accounts import ADMINISTRATOR, ANONYMOUS, CLOUD_ID, Refused, Viewer
from j2o_sandbox.jira.behaviour import CLOUD, DATACENTER, Behaviour, load_behaviour
from j2o_sandbox.jira.call import Call, Installation, Nowhere, Unauthenticated
from j2o_sandbox.jira.limits import too_many
from j2o_sandbox.jira.model import Tracker
from j2o_sandbox.jira.published import read_published
from j2o_sandbox.jira.routing import Router, call_handler
from j2o_sandbox.jira.wire import Answer, JiraError, Request
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.request_ids import Identify, ServerIds, cloud_id

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Tuple[Tuple[str, str], ...]

_ROUTES = (
    *searches.ROUTES,
    *service_desk.ROUTES,
    *settings.ROUTES,
    *create_meta.ROUTES,
    *worklog_feed.ROUTES,
    *issue_resources.ROUTES,
    *people.ROUTES,
    *projects.ROUTES,
    *field_contexts.ROUTES,
    *metadata.ROUTES,
    *shared_views.ROUTES,
    *attachments.ROUTES,
    *agile.ROUTES,
    *writes.ROUTES,
    *applications.ROUTES,
)
LONGEST_ADDRESS = 8190
_TOO_LONG = b"<html><head><title>414 Request-URI Too Large</title></head><body></body></html>"
# What other hosts of Atlassian do: files, and the accounts of all sites.
_OTHER_HOSTS = ("/_media/", "/authorize", "/oauth/")
_GATEWAY = f"/ex/jira/{CLOUD_ID}"


def create_app(options: SandboxOptions, faults: Faults, counters: Counters) -> JiraServer:
    """The Jira that the options describe: generated, or published data where a file is named.

    ``faults`` act in the frame around it, before a request arrives here.

    Raises:
        SandboxError: a data file cannot be read.
    """
    behaviour = load_behaviour(options.edition, options.jira_setup, options.jira_version)
    return JiraServer(tracker_of(options), behaviour, options.attachment_bytes, counters)


def credentials(options: SandboxOptions) -> Dict[str, Optional[str]]:
    """How to log in as administrator: mail and token on Cloud, a bearer token alone elsewhere."""
    user = f"{ADMINISTRATOR.name}@example.com" if options.edition == CLOUD else None
    return {"user": user, "token": ADMINISTRATOR.token}


def tracker_of(options: SandboxOptions) -> Tracker:
    """The data that the options describe."""
    if options.jira_data is not None:
        return read_published(options.jira_data, options.jira_projects)
    generated = Everything if options.everything else GeneratedTracker
    return generated(options.seed, options.projects, options.issues, options.edition == CLOUD, options.users)


class JiraServer:
    """ASGI. Everything happens between two awaits, so that requests never see each other's half-done work."""

    def __init__(
        self,
        tracker: Tracker,
        behaviour: Behaviour,
        attachment_bytes: Optional[int] = None,
        counters: Optional[Counters] = None,
    ) -> None:
        self.installation = Installation(tracker, behaviour, attachment_bytes)
        self._router = Router(_ROUTES, behaviour.edition)
        self._counters = counters or Counters()
        self.identify: Identify = cloud_id if behaviour.cloud else ServerIds()
        self._arrived = 0

    def template(self, path: str) -> str:
        """A path with its ids replaced, for counters and faults."""
        inner = self._inner(path)[0]
        return path_template(path) if inner is None else self._router.template(inner) or path_template(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answer = self.answer(scope, body)
        payload = answer.payload()
        head = [(b"content-type", answer.content_type.encode("latin-1"))]
        head += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        if isinstance(payload, bytes):
            head.append((b"content-length", str(len(payload)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await _send_body(payload if scope["method"] != "HEAD" else b"", send)

    def answer(self, scope: Scope, body: bytes) -> Answer:
        """Answer one request."""
        raw = scope.get("raw_path") or scope["path"].encode("utf-8")
        path = raw.decode("latin-1").partition("?")[0]
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        inner, prefix = self._inner(path)
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}{prefix}"
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        client = scope.get("client")
        loopback = client is None or ipaddress.ip_address(client[0]).is_loopback
        self._arrived += 1
        node = self._arrived % self.installation.behaviour.nodes
        request = Request(scope["method"], inner or path, query, headers, body, base, ANONYMOUS, loopback, node)
        if path.startswith("/_sandbox/"):
            return self._control(path, request)
        if len(raw) + len(scope.get("query_string", b"")) > LONGEST_ADDRESS:
            return Answer(_TOO_LONG, 414, (), "text/html")
        if inner is None:
            return _nowhere(request, self.installation.behaviour)
        return self._dialect(request, path.startswith(_GATEWAY))

    def _inner(self, path: str) -> Tuple[Optional[str], str]:
        """The path below the context path or the gateway, and the prefix of addresses; ``None`` outside."""
        behaviour = self.installation.behaviour
        if behaviour.cloud and path.startswith(_GATEWAY + "/"):
            return path[len(_GATEWAY) :], ""
        context = behaviour.context_path
        if not context:
            return path, ""
        return (path[len(context) :], context) if path.startswith(context + "/") else (None, context)

    def _dialect(self, request: Request, through_gateway: bool) -> Answer:
        installation, behaviour = self.installation, self.installation.behaviour
        extra: Headers = (("X-ANODEID", f"node{request.node + 1}"),) if behaviour.edition == DATACENTER else ()
        if request.path.startswith(_OTHER_HOSTS) and behaviour.cloud:
            return self._route(request)
        try:
            viewer, login = installation.gate.authenticate(
                request.headers.get("authorization"),
                through_gateway,
                request.method,
                request.base + request.path,
                request.query,
            )
        except Refused as refused:
            kind = "text/html;charset=UTF-8" if refused.html else "application/json;charset=UTF-8"
            content = str(refused.body).encode() if refused.html else refused.body
            return Answer(content, refused.status, (*refused.headers, *extra), kind)
        limiter = installation.limiter
        counted = (request.method, self.template(request.path)) if behaviour.cloud else (viewer.name, request.node)
        admitted, limits = limiter.admit(behaviour, counted)
        if admitted and viewer.application:
            admitted, more = limiter.admit_points(behaviour)
            limits += more
        if not admitted:
            return _with(too_many(behaviour.cloud), (*extra, *limits))
        answer = self._route(Request(**{**request.__dict__, "viewer": viewer}))
        if viewer.application:
            limiter.charge(answer.content)
        return _with(answer, (*login, *extra, *limits))

    def _route(self, request: Request) -> Answer:
        match, known = self._router.find(request.method, request.path)
        if match is None or not self.installation.behaviour.at_least(*match.since):
            if match is None and known:
                return Answer({"message": "HTTP 405 Method Not Allowed", "status-code": 405}, 405)
            return _nowhere(request, self.installation.behaviour)
        try:
            return call_handler(match, Call(self.installation, request, match.version))
        except JiraError as error:
            return error.answer()
        except Nowhere:
            return _nowhere(request, self.installation.behaviour)
        except Unauthenticated:
            message = "Client must be authenticated to access this resource."
            return Answer({"message": message, "status-code": 401}, 401)

    def _control(self, path: str, request: Request) -> Answer:
        if not request.loopback:
            return Answer({"error": "/_sandbox answers on loopback only"}, 403)
        users = self.installation.tracker.users
        viewer = Viewer(users.get(ADMINISTRATOR.name), True)
        call = Call(self.installation, Request(**{**request.__dict__, "viewer": viewer}), None)
        try:
            if path == "/_sandbox/state" and request.method == "GET":
                return state.state(call, self._counters.rows())
            if path == "/_sandbox/behaviour" and request.method == "POST":
                return state.behave(call)
            if path == "/_sandbox/issues" and request.method == "POST":
                return state.edit(call)
        except JiraError as error:
            return error.answer()
        return Answer({"error": f"no such control: {request.method} {path}"}, 404)


def _with(answer: Answer, headers: Headers) -> Answer:
    return Answer(answer.content, answer.status, (*answer.headers, *headers), answer.content_type)


def _nowhere(request: Request, behaviour: Behaviour) -> Answer:
    if behaviour.cloud:
        page = "<!DOCTYPE html><html><head><title>Oops, you've found a dead link.</title></head><body></body></html>"
        return Answer(page.encode(), 404, (), "text/html;charset=UTF-8")
    if behaviour.at_least(10):
        return Answer({"message": "HTTP 404 Not Found", "status-code": 404, "sub-code": -1}, 404)
    return Answer({"message": f"null for uri: {request.base}{request.path}", "status-code": 404}, 404)


async def _send_body(payload: Union[bytes, Iterator[bytes]], send: Send) -> None:
    if isinstance(payload, bytes):
        await send({"type": "http.response.body", "body": payload})
        return
    for chunk in payload:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
