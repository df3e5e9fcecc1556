"""Opens connections to Jira, of either edition."""

from __future__ import annotations

from typing import Any

from j2o_core.api import ConnectionOptions, Connector, Fatal

from .client import Jira
from .either import EitherJira


class JiraConnector(Connector):
    """``connections.X: {plugin: jira, url, auth}``; the edition is found out."""

    name = "jira"

    def open(self, options: ConnectionOptions, http: Any) -> Jira:
        """``auth`` holds ``token`` alone (bearer), or ``user`` with ``token`` or ``password`` (basic).

        ``type: either``: the token alone first, then with the user.
        """
        user = options.auth.get("user", "")
        token, password = options.auth.get("token", ""), options.auth.get("password", "")
        if token and password:
            raise Fatal(f"connection '{options.name}': give a token or a password, not both", code="credentials")
        if user and token and options.auth.get("type") == "either":
            return EitherJira(options, http, user, token)
        if user and (token or password):
            http.authorize(user=user, password=token or password)
        elif token:
            http.authorize(bearer=token)
        else:
            raise Fatal(
                f"connection '{options.name}' has no credentials: give it auth: {{token: ...}} with a personal access "
                "token (Server, Data Center), auth: {user: ..., token: ...} with mail and API token (Cloud), or "
                "auth: {user: ..., password: ...}",
                code="credentials",
            )
        return Jira(options, http)
