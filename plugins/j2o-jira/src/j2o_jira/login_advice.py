"""What to do where Jira does not take the credentials, as far as its words and its version tell."""

from __future__ import annotations

from typing import Any, Mapping, Optional

#: what Jira says where its administrator, or 11.0 as it is installed, allows none
_NO_PASSWORDS = "Basic Authentication has been disabled"


def login_advice(error: Any, info: Optional[Mapping[str, Any]], unknown_token: bool) -> str:
    """A sentence with a blank before it, or nothing.

    ``info`` is what the server tells of itself, if it did; ``unknown_token``: a personal access token was given to a
    version that knows none.
    """
    if error.code == "http_403" and _NO_PASSWORDS in error.message:
        return " Give auth: {token: <personal access token>}: Jira 11 takes no passwords unless it is told to."
    if error.code not in ("http_401", "http_403"):
        return ""
    if info is None or str(info.get("deploymentType", "")).lower() == "cloud":
        return (
            " On Cloud give auth: {user: <mail>, token: <API token>}; a scoped token works only on "
            "https://api.atlassian.com/ex/jira/<cloud id>."
        )
    if not unknown_token:
        return ""
    return (
        f" Jira {info.get('version')} knows no personal access tokens, which 8.14 brought: give auth: {{user: ..., "
        "password: ...}"
    )
