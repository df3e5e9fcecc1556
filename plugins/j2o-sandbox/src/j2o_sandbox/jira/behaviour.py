"""What differs between installations: editions, limits and the habits of their administrators."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Optional

SERVER, DATACENTER, CLOUD = "server", "datacenter", "cloud"
TOKEN_FAULTS = ("repeat", "empty", "neither", "expire")
LIMIT_REASONS = ("jira-burst-based", "jira-quota-tenant-based", "jira-quota-global-based")


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """Settings of one installation; ``POST /_sandbox/behaviour`` changes them while it runs.

    ``page_cap`` and ``member_cap`` cap page sizes in silence; ``max_result_window`` is how deep offset search goes;
    ``nodes`` above 1 break ties of a sort differently from request to request; ``burst`` is requests per second before
    429 (none: unlimited), answered with ``retry_after`` seconds and, on Cloud, ``limit_reason``; ``captcha_after``
    failed logins lock a user name; ``attachments_refuse_tokens`` sends bearer tokens on ``/secure/attachment`` to the
    login page; ``token_fault`` makes token search repeat its token, answer empty pages with a token, leave out both
    token and ``isLast``, or call every token expired; ``bulk_errors`` is how many issues of a larger bulk fetch fail
    for now; ``index_lag`` is for how many seconds searches do not notice an edit.
    """

    edition: str = SERVER
    version: str = "9.12.4"
    context_path: str = ""
    page_cap: int = 1000
    member_cap: int = 50
    max_result_window: Optional[int] = None
    nodes: int = 1
    masked_mails: bool = False
    basic_auth_disabled: bool = False
    attachments_refuse_tokens: bool = False
    captcha_after: int = 3
    burst: Optional[int] = None
    retry_after: int = 1
    limit_reason: str = LIMIT_REASONS[0]
    token_fault: Optional[str] = None
    bulk_errors: int = 0
    index_lag: int = 0

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.edition == CLOUD

    def changed(self, changes: Dict[str, Any]) -> Behaviour:
        """The same with other settings.

        Raises:
            ValueError: there is no such setting, or its value has the wrong type.
        """
        kinds = {entry.name: str(entry.type) for entry in dataclasses.fields(self) if entry.name != "edition"}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(sorted(kinds))}")
            if not _fits(kinds[name], value):
                raise ValueError(f"setting {name!r} is {value!r}; expected {kinds[name]}")
        if changes.get("token_fault") not in (None, *TOKEN_FAULTS):
            raise ValueError(f"setting 'token_fault' is {changes['token_fault']!r}; expected {', '.join(TOKEN_FAULTS)}")
        if changes.get("limit_reason", LIMIT_REASONS[0]) not in LIMIT_REASONS:
            known = ", ".join(LIMIT_REASONS)
            raise ValueError(f"setting 'limit_reason' is {changes['limit_reason']!r}; expected {known}")
        return dataclasses.replace(self, **changes)


def behaviour_of(edition: str) -> Behaviour:
    """The defaults of an edition."""
    if edition == CLOUD:
        return Behaviour(edition=CLOUD, version="1001.0.0-SNAPSHOT")
    if edition == DATACENTER:
        return Behaviour(edition=DATACENTER, version="10.3.2", max_result_window=10_000, nodes=2)
    return Behaviour()


def _fits(kind: str, value: Any) -> bool:
    if kind.startswith("Optional[") and value is None:
        return True
    wanted = {"str": str, "int": int, "bool": bool}[kind.replace("Optional[", "").rstrip("]")]
    return type(value) is wanted
