"""What differs between installations: editions, limits and the habits of their administrators."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Optional

SERVER, DATACENTER, CLOUD = "server", "datacenter", "cloud"


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """Settings of one installation; ``POST /_sandbox/behaviour`` changes them while it runs.

    ``page_cap`` and ``member_cap`` cap page sizes in silence; ``max_result_window`` is how deep offset search goes;
    ``burst`` is requests per second before 429 (none: unlimited); ``captcha_after`` failed logins lock a user name;
    ``attachments_refuse_tokens`` sends bearer tokens on ``/secure/attachment`` to the login page.
    """

    edition: str = SERVER
    version: str = "9.12.4"
    context_path: str = ""
    page_cap: int = 1000
    member_cap: int = 50
    max_result_window: Optional[int] = None
    masked_mails: bool = False
    basic_auth_disabled: bool = False
    attachments_refuse_tokens: bool = False
    captcha_after: int = 3
    burst: Optional[int] = None
    retry_after: int = 1

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.edition == CLOUD

    def changed(self, changes: Dict[str, Any]) -> Behaviour:
        """The same with other settings.

        Raises:
            ValueError: there is no such setting, or its value has the wrong type.
        """
        known = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known or name == "edition":
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(sorted(set(known) - {'edition'}))}")
            wanted = type(known[name]) if known[name] is not None else int
            optional = name in ("max_result_window", "burst") and value is None
            if not optional and type(value) is not wanted and wanted is not type(None):
                raise ValueError(f"setting {name!r} is {value!r}; expected {wanted.__name__}")
        return dataclasses.replace(self, **changes)


def behaviour_of(edition: str) -> Behaviour:
    """The defaults of an edition."""
    if edition == CLOUD:
        return Behaviour(edition=CLOUD, version="1001.0.0-SNAPSHOT")
    if edition == DATACENTER:
        return Behaviour(edition=DATACENTER, version="10.3.2", max_result_window=10_000)
    return Behaviour()
