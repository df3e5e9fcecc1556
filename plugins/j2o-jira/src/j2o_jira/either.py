"""A Jira of which it is not known whether it takes the token alone or together with the user."""

from __future__ import annotations

from typing import Any, Mapping

from j2o_core.api import ConnectionOptions, Fatal

from .client import Jira

#: what a server says to credentials that it does not take; some send a page for signing in
_NOT_TAKEN = ("http_401", "http_403", "anonymous", "page")


class EitherJira(Jira):
    """Tries the token as a personal access token, then as the API token of the user.

    In this order, since failed logins with a user name count against the user, and after a few the server asks for a
    captcha.
    """

    def __init__(self, options: ConnectionOptions, http: Any, user: str, token: str) -> None:
        super().__init__(options, http)
        self._user, self._token = user, token
        http.authorize(bearer=token)

    def check(self) -> Mapping[str, str]:
        """See ``Jira.check``; afterwards the way in is decided."""
        try:
            return super().check()
        except Fatal as refused:
            if refused.code not in _NOT_TAKEN:
                raise
        self.http.authorize(user=self._user, password=self._token)
        return super().check()
