"""OAuth 2 with client credentials: tokens of applications, each of which acts as one user."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from typing import Any, Callable, Dict, Mapping, Optional, Tuple
from urllib.parse import parse_qs

from j2o_sandbox.openproject.requests import Answer, Request, encode

PATH = "/oauth/token"
LIFETIME = 7200  # seconds


class Applications:
    """The registered applications (by name: client_id, client_secret, user) and their tokens that still live."""

    def __init__(self, registered: Mapping[str, Mapping[str, Any]], clock: Callable[[], float]) -> None:
        self._secrets = {entry["client_id"]: (entry["client_secret"], entry["user"]) for entry in registered.values()}
        self._clock = clock
        self._tokens: Dict[str, Tuple[str, float]] = {}

    def user_of(self, token: str) -> Optional[str]:
        """The login that a token stands for, if it lives."""
        login, until = self._tokens.get(token, ("", 0.0))
        return login if until > self._clock() else None

    def token(self, request: Request) -> Answer:
        """``POST /oauth/token``: a form, the client in it or in the Authorization header."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return _refusal(400, "invalid_request", "The request needs the form of OAuth.")
        asked = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        if asked.get("grant_type") != "client_credentials":
            return _refusal(400, "unsupported_grant_type", "The grant type is not supported.")
        client, secret = _client(request, asked)
        known = self._secrets.get(client)
        if known is None or known[0] != secret:
            return _refusal(401, "invalid_client", "Client authentication failed.")
        scope = asked.get("scope", "api_v3")
        if scope != "api_v3":
            return _refusal(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (known[1], self._clock() + LIFETIME)
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}
        body = encode({**granted, "created_at": int(time.time())})
        return Answer(200, body, "application/json; charset=utf-8", [(b"cache-control", b"no-store")])


def _client(request: Request, asked: Mapping[str, str]) -> Tuple[str, str]:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return asked.get("client_id", ""), asked.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _refusal(status: int, error: str, text: str) -> Answer:
    return Answer(status, encode({"error": error, "error_description": text}), "application/json; charset=utf-8")
