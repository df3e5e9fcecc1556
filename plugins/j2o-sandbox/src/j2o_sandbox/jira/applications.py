"""The resources of OAuth 2: consent, tokens, and the sites that a token reaches."""

from __future__ import annotations

from typing import Dict

from j2o_sandbox.jira.accounts import CLOUD_ID
from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.oauth2 import Refusal, form
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError


def authorize(call: Call) -> Answer:
    """Consent of the administrator: back to the application with a code."""
    _since(call)
    try:
        place = call.installation.gate.tokens.consent({name: list(v) for name, v in call.request.query.items()})
    except Refusal as refusal:
        return Answer({"error": refusal.error, "error_description": str(refusal)}, 400)
    return Answer(None, 302, (("Location", place),), "text/html")


def token(call: Call) -> Answer:
    """Tokens for a code or a refresh token, which is used up. Jira itself wants a form, Cloud takes JSON too."""
    _since(call)
    asked = _asked(call)
    behaviour = call.installation.behaviour
    try:
        answer = call.installation.gate.tokens.exchange(asked, behaviour.access_token_seconds, not call.cloud)
    except Refusal as refusal:
        error, status = refusal.error, 401 if refusal.error == "invalid_client" else 400
        if call.cloud and error == "invalid_grant" and asked.get("grant_type") == "refresh_token":
            error, status = "unauthorized_client", 403
        return Answer({"error": error, "error_description": str(refusal)}, status)
    return Answer(answer)


def accessible_resources(call: Call) -> Answer:
    """The sites that the caller's token reaches, with the ids that the gateway's addresses need."""
    scheme, _, value = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not call.installation.gate.tokens.is_good(value.strip()):
        return Answer({"code": 401, "message": "Unauthorized"}, 401)
    return Answer([{"id": CLOUD_ID, "url": call.request.base, "name": "j2o", "scopes": [], "avatarUrl": ""}])


def _asked(call: Call) -> Dict[str, str]:
    kind = call.request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/x-www-form-urlencoded":
        return form(call.request.body)
    if not call.cloud:
        raise JiraError(415, "Unsupported Media Type")
    return {name: str(value) for name, value in call.request.json().items()}


def _since(call: Call) -> None:
    if not call.installation.behaviour.at_least(8, 22):
        raise JiraError(404, "null for uri")


ROUTES = (
    Route("GET", "/rest/oauth2/latest/authorize", authorize, ON_PREMISE),
    Route("POST", "/rest/oauth2/latest/token", token, ON_PREMISE),
    Route("GET", "/authorize", authorize, ONLY_CLOUD),
    Route("POST", "/oauth/token", token, ONLY_CLOUD),
    Route("GET", "/oauth/token/accessible-resources", accessible_resources, ONLY_CLOUD),
)
