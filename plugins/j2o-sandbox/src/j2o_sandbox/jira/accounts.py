"""Who may log in, and how each edition says no."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Dict, Mapping, Optional, Sequence, Tuple

from j2o_sandbox.jira.behaviour import Behaviour
from j2o_sandbox.jira.model import User
from j2o_sandbox.jira.oauth1 import Refusal, Signatures
from j2o_sandbox.jira.oauth2 import Tokens

Headers = Tuple[Tuple[str, str], ...]
Query = Mapping[str, Sequence[str]]

CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
LOGIN_PAGE = (
    '<!DOCTYPE html><html><head><title>Log in - Jira</title></head><body class="aui-page-login">'
    '<form id="login-form" action="/login.jsp" method="post"><h1>Log in</h1></form></body></html>'
)


@dataclass(frozen=True)
class Account:
    """A way to log in: ``token`` for bearer (Server) or basic (Cloud), ``password`` for basic on Server."""

    name: str
    token: str
    password: str
    administrator: bool
    scoped: bool = False


@dataclass(frozen=True)
class Viewer:
    """Whoever asks. Administrators see restricted comments and the visible security levels; readers do not.

    ``application``: through OAuth, where points are counted.
    """

    user: Optional[User] = None
    administrator: bool = False
    bearer: bool = False
    application: bool = False

    @property
    def name(self) -> str:
        """The login, empty for anonymous."""
        return "" if self.user is None else self.user.name


ANONYMOUS = Viewer()
ADMINISTRATOR = Account("admin", "j2o-sandbox-admin-token", "j2o-sandbox-admin-password", True)
READER = Account("reader", "j2o-sandbox-reader-token", "j2o-sandbox-reader-password", False)
SCOPED = Account("admin", "j2o-sandbox-scoped-token", "j2o-sandbox-scoped-password", True, scoped=True)
ACCOUNTS = (ADMINISTRATOR, READER, SCOPED)


@dataclass(frozen=True)
class Refused(Exception):
    """The request ends here, before any resource is looked at."""

    status: int
    body: object
    headers: Headers
    html: bool


class Gate:
    """Authenticates requests and remembers failed logins, which lock a name behind a CAPTCHA."""

    def __init__(self, users: Mapping[str, User], behaviour: Behaviour) -> None:
        self._users = users
        self.behaviour = behaviour
        self._failures: Dict[str, int] = {}
        self._signatures = Signatures()
        self.tokens = Tokens()

    def authenticate(
        self, authorization: Optional[str], through_gateway: bool, method: str, address: str, query: Query
    ) -> Tuple[Viewer, Headers]:
        """The viewer and the headers that every answer to this request (of this method, to this address) carries.

        Raises:
            Refused: the edition answers such credentials with an error at once.
        """
        if authorization is None:
            return ANONYMOUS, ()
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(value.strip(), through_gateway)
        if scheme.lower() == "basic":
            return self._basic(value.strip(), through_gateway)
        if scheme.lower() == "oauth" and not self.behaviour.cloud:
            return self._signed(value, method, address, query)
        return ANONYMOUS, ()

    def _signed(self, value: str, method: str, address: str, query: Query) -> Tuple[Viewer, Headers]:
        try:
            self._signatures.check(value, method, address, query)
        except Refusal as refusal:
            challenge = ("WWW-Authenticate", f'OAuth realm="{address}", oauth_problem="{refusal}"')
            raise Refused(401, f"oauth_problem={refusal}", (challenge,), True) from None
        return self._let_in(ADMINISTRATOR, application=True)

    def _bearer(self, token: str, through_gateway: bool) -> Tuple[Viewer, Headers]:
        if not self.behaviour.at_least(8, 14):
            return ANONYMOUS, ()  # a scheme that this version does not know
        if self.behaviour.cloud and not through_gateway:
            body = {"code": 401, "message": "Unauthorized; scope does not match"}
            raise Refused(401, body, (("WWW-Authenticate", 'OAuth realm="https%3A%2F%2Fj2o.atlassian.net"'),), False)
        good = self.tokens.is_good(token)
        if good:
            return self._let_in(ADMINISTRATOR, bearer=True, application=True)
        if good is False and self.behaviour.cloud:
            raise Refused(401, {"code": 401, "message": "Unauthorized"}, (), False)
        for account in self._living():
            if account.token == token and (
                account.scoped == through_gateway if self.behaviour.cloud else not account.scoped
            ):
                return self._let_in(account, bearer=True, application=self.behaviour.cloud)
        raise Refused(401, LOGIN_PAGE, (("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"), _CHALLENGE), True)

    def _basic(self, value: str, through_gateway: bool) -> Tuple[Viewer, Headers]:
        try:
            user, _, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user, secret = "", ""
        if self.behaviour.cloud:
            return self._basic_on_cloud(user, secret, through_gateway)
        if self.behaviour.refuses_basic:
            body = {"message": "Basic Authentication has been disabled on this instance."}
            raise Refused(403, body, (), False)
        if self._failures.get(user, 0) >= self.behaviour.captcha_after:
            denied = (
                ("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"),
                ("X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE; login-url=/login.jsp"),
            )
            raise Refused(403, LOGIN_PAGE, denied, True)
        for account in ACCOUNTS:
            if account.name == user and account.password == secret and not account.scoped:
                self._failures.pop(user, None)
                return self._let_in(account)
        self._failures[user] = self._failures.get(user, 0) + 1
        raise Refused(401, LOGIN_PAGE, (("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"), _CHALLENGE), True)

    def _basic_on_cloud(self, mail: str, secret: str, through_gateway: bool) -> Tuple[Viewer, Headers]:
        for account in self._living():
            known = {f"{account.name}@example.com", (self._users[account.name].email or "").lower()}
            if mail.lower() in known and secret == account.token:
                if account.scoped != through_gateway:
                    raise Refused(401, {"code": 401, "message": "Unauthorized"}, (), False)
                return self._let_in(account)
        # Cloud does not refuse: it answers as if nobody had logged in.
        return ANONYMOUS, (("X-Seraph-Loginreason", "AUTHENTICATED_FAILED"),)

    def _living(self) -> Sequence[Account]:
        return () if self.behaviour.tokens_expired else ACCOUNTS

    def _let_in(self, account: Account, bearer: bool = False, application: bool = False) -> Tuple[Viewer, Headers]:
        headers: Headers = (("X-AUSERNAME", account.name),)
        if not self.behaviour.cloud:
            headers += (("X-Seraph-LoginReason", "OK"),)
        return Viewer(self._users[account.name], account.administrator, bearer, application), headers


_CHALLENGE = ("WWW-Authenticate", 'OAuth realm="jira"')
