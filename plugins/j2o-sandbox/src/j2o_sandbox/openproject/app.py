"""The ASGI app: authentication, content types, routing, transactions."""

from __future__ import annotations

import base64
import binascii
import logging
from typing import Any, Awaitable, Callable, Dict, MutableMapping, Optional, Sequence

from j2o_sandbox.capacity import Capacity
from j2o_sandbox.counters import Counters, path_template
from j2o_sandbox.faults import Faults
from j2o_sandbox.locks import Lock
from j2o_sandbox.openproject.controls import CONTROLS
from j2o_sandbox.openproject.errors import ApiError, not_found
from j2o_sandbox.openproject.locking import locks_of
from j2o_sandbox.openproject.messages import LANGUAGES, text
from j2o_sandbox.openproject.oauth import PATH
from j2o_sandbox.openproject.records.direct_uploads import STORAGE, store
from j2o_sandbox.openproject.requests import Answer, Request, encode
from j2o_sandbox.openproject.rooms import build_router
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.request_ids import Identify, rails_id

_log = logging.getLogger("j2o_sandbox.openproject")

# What the web server in front takes as a request line.
LONGEST_ADDRESS = 8190
_TOO_LONG = (
    b"<html><head><title>414 Request-URI Too Long</title></head><body><h1>Request-URI Too Long</h1></body></html>"
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def create_app(options: SandboxOptions, faults: Faults, counters: Counters) -> OpenProjectApp:
    """The OpenProject of a sandbox; faults are the frame's business, the counters are shown in its state.

    Raises:
        SandboxError: the setup file is wrong.
    """
    return OpenProjectApp(Server(options), counters)


class OpenProjectApp:
    """One OpenProject server as ASGI app. ``server`` is its inside, for the CLI and for tests."""

    def __init__(self, server: Server, counters: Counters) -> None:
        self.server = server
        self.counters = counters
        self._router = build_router(server.features)
        self.identify: Identify = rails_id

    @property
    def credentials(self) -> Dict[str, str]:
        """What the ready line tells beside the URL."""
        return {"api_key": self.server.token}

    def template(self, path: str) -> str:
        """The path template that requests are counted under."""
        found = self._router.find(path)
        return path_template(path) if found is None else found.template

    def begin(self) -> int:
        """Number of the last commit; a request carries it from its arrival on."""
        return self.server.store.commits

    @property
    def capacity(self) -> Capacity:
        """How many requests are worked on at once."""
        settings = self.server.settings
        waits = (settings.queue_wait, settings.pool, settings.pool_wait, settings.queue_length)
        return Capacity(settings.threads, *waits)

    @property
    def tree_lock_seconds(self) -> float:
        """For how long a create holds the lock of all trees."""
        return self.server.settings.tree_lock_ms / 1000.0

    def locks(self, method: str, path: str, body: bytes) -> Sequence[Lock]:
        """What a write locks while it runs."""
        found = self._router.find(path) if method in ("POST", "PATCH", "DELETE") else None
        return () if found is None else locks_of(self.server, method, found, body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body = message.get("body", b"")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(
            scope["method"],
            scope["path"],
            scope.get("query_string", b"").decode("latin-1"),
            headers,
            body,
            scope.get("sandbox.began", self.server.store.commits),
        )
        clock = self.server.clock
        clock.skew = scope.get("sandbox.skew", 0.0)
        try:
            answer = self.answer(request)
        finally:
            clock.skew = 0.0
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})

    def answer(self, request: Request) -> Answer:
        """Answer one request; either all of its changes are stored, or none."""
        server = self.server
        try:
            if request.path.startswith("/_sandbox/"):
                return self._control(request)
            server.tick()
            if request.path == PATH and request.method == "POST":
                return server.applications.token(request)
            if request.path.startswith(STORAGE) and request.path[len(STORAGE) :].isdigit() and request.method == "POST":
                answer = store(server, request)
                server.commit()
                return answer
            return self._handle(request)
        except ApiError as error:
            server.rollback()
            return _error(error)
        except Exception:  # noqa: BLE001
            # A bug of the sandbox: never silent, answered as the real server answers its own bugs.
            server.rollback()
            _log.exception("%s %s", request.method, request.path)
            return _error(ApiError(500, "InternalServerError", text(request.language, "code_500")))

    def _handle(self, request: Request) -> Answer:
        server = self.server
        request.language = server.settings.language
        if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
            return Answer(414, _TOO_LONG, "text/html; charset=iso-8859-1")
        found = self._router.find(request.path)
        if found is None:
            if not request.path.startswith("/api/v3"):
                return Answer(404, b"<html><body>404 Not Found</body></html>", "text/html; charset=utf-8")
            self._authenticate(request)
            raise not_found(request.language)
        method = "GET" if request.method == "HEAD" else request.method
        handler = found.methods.get(method)
        if handler is None:
            allow = ", ".join(sorted(found.methods))
            return Answer(405, b"405 Not Allowed", "text/plain", [(b"allow", allow.encode())])
        self._authenticate(request)
        if method not in ("GET", "DELETE"):
            refused = _check_content_type(request, found.template)
            if refused is not None:
                return refused
        answer: Answer = handler(server, request, *found.values)
        server.commit()
        return answer

    def _control(self, request: Request) -> Answer:
        handler = CONTROLS.get((request.method, request.path))
        if handler is None:
            return Answer(404, encode({"error": f"no such control: {request.method} {request.path}"}))
        return handler(self, request)

    def _authenticate(self, request: Request) -> None:
        user = self._user(request.headers.get("authorization", ""))
        if user is None:
            key = "code_401_wrong_credentials" if "authorization" in request.headers else "code_401"
            raise ApiError(401, "Unauthenticated", text(request.language, key))
        request.user = user
        if user.language in LANGUAGES:
            request.language = user.language

    def _user(self, authorization: str) -> Optional[Any]:
        scheme, _, rest = authorization.partition(" ")
        principals, login, token = self.server.store.principals, None, None
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
            token = secret if name == "apikey" else None
        elif scheme.lower() == "bearer":
            login = self.server.applications.user_of(rest.strip())
            if self.server.features.bearer_tokens and rest.startswith("opapi-"):
                token = rest.strip()
        user = principals.first("login", login.lower()) if login else None
        if token and self.server.settings.api_tokens:
            user = principals.first("token", token)
        return user if user is not None and user.status == "active" else None


def _check_content_type(request: Request, template: str) -> Optional[Answer]:
    kind = request.headers.get("content-type", "")
    if not kind:
        return Answer(406, b"Missing content-type header", "text/plain")
    allowed = ["application/json", "application/hal+json"]
    if template.endswith(("/attachments", "/attachments/prepare")):
        allowed = ["multipart/form-data"]
    elif "/render/" in template:
        allowed = ["text/plain"]
    if not any(kind.startswith(item) for item in allowed):
        message = text(request.language, "invalid_content_type", content_type=" ".join(allowed), actual=kind)
        return _error(ApiError(415, "TypeNotSupported", message))
    return None


def _error(error: ApiError) -> Answer:
    headers = [(b"www-authenticate", b'Basic realm="OpenProject API"')] if error.status == 401 else []
    answer = Answer(error.status, encode(error.represent()), headers=headers)
    if error.status == 429:
        answer.headers.append((b"ratelimit-reset", b"3"))
    return answer
