"""OAuth 2: codes for consents, tokens for codes, and new tokens for refresh tokens, each of which works once.

On Cloud this is the server of all Atlassian accounts, elsewhere a part of Jira (8.22 and later). Who is asked for
consent is the administrator, who gives it at once; a browser would show a page.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Optional
from urllib.parse import parse_qs, urlencode, urlsplit

from j2o_sandbox.jira.model import Json

CLIENT, SECRET = "j2o-sandbox-client", "j2o-sandbox-client-secret"
OFFLINE = "offline_access"


class Refusal(Exception):
    """No token; ``error`` and the message are those of the answer."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class _Grant:
    scope: str
    redirect: str
    until: float


class Tokens:
    """What was granted and not used up yet. Times are those of ``clock``, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._codes: Dict[str, _Grant] = {}
        self._refresh: Dict[str, str] = {}
        self._access: Dict[str, float] = {}

    def consent(self, query: Mapping[str, List[str]]) -> str:
        """Where the browser is sent after consent: the application's address, with a code.

        Raises:
            Refusal: the request is none of a known application.
        """
        asked = {name: values[0] for name, values in query.items() if values}
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT or not urlsplit(redirect).scheme:
            raise Refusal("invalid_request", "client_id or redirect_uri is missing or unknown")
        if asked.get("response_type") != "code":
            raise Refusal("unsupported_response_type", "response_type must be code")
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Grant(asked.get("scope", ""), redirect, self._clock() + 60)
        back = {"code": code, **({"state": asked["state"]} if "state" in asked else {})}
        return f"{redirect}{'&' if urlsplit(redirect).query else '?'}{urlencode(back)}"

    def exchange(self, asked: Mapping[str, str], seconds: int, always_refresh: bool) -> Json:
        """Tokens for a code or a refresh token. Without ``always_refresh``, new ones need the scope offline_access.

        Raises:
            Refusal: the client, the code or the refresh token is not good, or not any more.
        """
        if asked.get("client_id") != CLIENT or asked.get("client_secret") != SECRET:
            raise Refusal("invalid_client", "client authentication failed")
        kind = asked.get("grant_type")
        if kind == "authorization_code":
            grant = self._codes.pop(asked.get("code", ""), None)
            if grant is None or grant.until < self._clock() or grant.redirect != asked.get("redirect_uri"):
                raise Refusal("invalid_grant", "the code is invalid, expired or used")
            scope = grant.scope
        elif kind == "refresh_token":
            found = self._refresh.pop(asked.get("refresh_token", ""), None)
            if found is None:
                raise Refusal("invalid_grant", "refresh_token is invalid")
            scope = found
        else:
            raise Refusal("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        return self._issue(scope, seconds, always_refresh)

    def is_good(self, token: str) -> Optional[bool]:
        """Whether an access token is good: not any more is False, never was is None."""
        until = self._access.get(token)
        return None if until is None else until > self._clock()

    def _issue(self, scope: str, seconds: int, always_refresh: bool) -> Json:
        access = secrets.token_urlsafe(24)
        self._access[access] = self._clock() + seconds
        answer: Json = {"access_token": access, "token_type": "Bearer", "expires_in": seconds, "scope": scope}
        if always_refresh or OFFLINE in scope.split():
            refresh = secrets.token_urlsafe(24)
            self._refresh[refresh] = scope
            answer["refresh_token"] = refresh
        return answer


def form(body: bytes) -> Dict[str, str]:
    """A form as data; the first of a name counts."""
    return {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
