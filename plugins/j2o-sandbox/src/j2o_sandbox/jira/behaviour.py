"""What differs between installations: editions, limits and the habits of their administrators."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Dict, Optional

import yaml

from j2o_sandbox.options import SandboxError

SERVER, DATACENTER, CLOUD = "server", "datacenter", "cloud"
TOKEN_FAULTS = ("repeat", "empty", "neither", "expire")
BOUNDARIES = ("error", "false")
LIMIT_REASONS = ("jira-burst-based", "jira-quota-tenant-based", "jira-quota-global-based")


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """Settings of one installation: ``--jira-setup`` sets, ``POST /_sandbox/behaviour`` changes them while it runs.

    ``page_cap`` and ``member_cap`` cap page sizes in silence; ``picker_cap`` is how many groups a search shows at most;
    ``user_list`` is whether ``/user/list`` is there (null: from 11.0 on; late patches of 10.3 have it, too);
    ``basic_auth_disabled`` refuses passwords (null: from 11.0 on, as it is installed);
    ``max_result_window`` is how deep offset search goes;
    ``nodes`` above 1 break ties of a sort differently from request to request; ``burst`` is requests per second before
    429 (none: unlimited), answered with ``retry_after`` seconds and, on Cloud, ``limit_reason``; ``captcha_after``
    failed logins lock a user name; ``attachments_refuse_tokens`` sends bearer tokens on ``/secure/attachment`` to the
    login page; ``token_fault`` makes token search repeat its token, answer empty pages with a token, leave out both
    token and ``isLast``, or call every token expired; ``bulk_errors`` is how many issues of a larger bulk fetch fail
    for now; ``index_lag`` is for how many seconds searches do not notice an edit; ``unknown_boundary`` is what
    ``key > X-9`` is where X-9 does not exist: an error, or false; ``failing_field`` is a field whose values cannot be
    read; ``issue_writes`` is writes a second on one issue (Cloud), ``quota_points`` what applications may read an hour;
    ``linking_disabled`` switches links between issues off, and with them remote links;
    ``service_desk`` is the key of the project that is one, whose comments may be internal;
    ``tokens_expired`` ends all tokens of people; ``access_token_seconds`` is how long those of applications live.
    """

    edition: str = SERVER
    version: str = "9.12.4"
    context_path: str = ""
    page_cap: int = 1000
    member_cap: int = 50
    picker_cap: int = 20
    user_list: Optional[bool] = None
    max_result_window: Optional[int] = None
    nodes: int = 1
    masked_mails: bool = False
    basic_auth_disabled: Optional[bool] = None
    attachments_refuse_tokens: bool = False
    captcha_after: int = 3
    burst: Optional[int] = None
    retry_after: int = 1
    limit_reason: str = LIMIT_REASONS[0]
    token_fault: Optional[str] = None
    bulk_errors: int = 0
    index_lag: int = 0
    unknown_boundary: str = BOUNDARIES[0]
    failing_field: Optional[str] = None
    issue_writes: Optional[int] = None
    quota_points: Optional[int] = None
    linking_disabled: bool = False
    service_desk: Optional[str] = None
    tokens_expired: bool = False
    access_token_seconds: int = 3600

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.edition == CLOUD

    @property
    def safeguarded(self) -> bool:
        """Whether searches know no more than the newest comments, worklogs and changes of an issue."""
        return not self.cloud and (self.at_least(8, 22, 2) or (self.at_least(8, 20, 12) and not self.at_least(8, 21)))

    @property
    def users_found(self) -> Optional[int]:
        """How many users a search by name gives on all its pages together; ``None``: all."""
        if self.at_least(10):
            return 100
        return 1000 if not self.at_least(8, 6) or (self.at_least(8, 19, 1) and not self.at_least(8, 20, 4)) else None

    @property
    def lists_users(self) -> bool:
        """Whether ``/user/list`` is there."""
        return self.at_least(11) if self.user_list is None else self.user_list

    @property
    def refuses_basic(self) -> bool:
        """Whether passwords are refused, which 8.16 brought and 11.0 made the default."""
        if self.basic_auth_disabled is None:
            return self.at_least(11)
        return self.basic_auth_disabled and self.at_least(8, 16)

    @property
    def limits_rates(self) -> bool:
        """Whether answers tell of limits of requests: Data Center from 8.6 on."""
        return self.edition == DATACENTER and self.at_least(8, 6)

    def at_least(self, *number: int) -> bool:
        """Whether the version is this one or later; Cloud always is."""
        parts = self.version.partition("-")[0].split(".")
        return self.cloud or tuple(int(part) if part.isdigit() else 0 for part in parts) >= number

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
                raise ValueError(f"setting {name!r} is {value!r}; expected {_called(kinds[name])}")
        if changes.get("token_fault") not in (None, *TOKEN_FAULTS):
            raise ValueError(f"setting 'token_fault' is {changes['token_fault']!r}; expected {', '.join(TOKEN_FAULTS)}")
        if changes.get("unknown_boundary", BOUNDARIES[0]) not in BOUNDARIES:
            known = ", ".join(BOUNDARIES)
            raise ValueError(f"setting 'unknown_boundary' is {changes['unknown_boundary']!r}; expected {known}")
        if changes.get("limit_reason", LIMIT_REASONS[0]) not in LIMIT_REASONS:
            known = ", ".join(LIMIT_REASONS)
            raise ValueError(f"setting 'limit_reason' is {changes['limit_reason']!r}; expected {known}")
        return dataclasses.replace(self, **changes)


def behaviour_of(edition: str) -> Behaviour:
    """The defaults of an edition."""
    if edition == CLOUD:
        return Behaviour(edition=CLOUD, version="1001.0.0-SNAPSHOT", unknown_boundary="false")
    if edition == DATACENTER:
        return Behaviour(edition=DATACENTER, version="10.3.2", max_result_window=10_000, nodes=2)
    return Behaviour()


def load_behaviour(edition: str, path: Optional[str], version: Optional[str] = None) -> Behaviour:
    """The defaults of an edition, in a version, with the settings of a YAML file, if there is one.

    Raises:
        SandboxError: the file is no map of settings.
    """
    behaviour = behaviour_of(edition)
    if version is not None:
        behaviour = dataclasses.replace(behaviour, version=version)
    if path is None:
        return behaviour
    try:
        settings = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        if not isinstance(settings, dict):
            raise ValueError("expected a map of settings, like 'burst: 5'")
        return behaviour.changed(settings)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise SandboxError(f"--jira-setup {path}: {error}") from error


def _fits(kind: str, value: Any) -> bool:
    if kind.startswith("Optional[") and value is None:
        return True
    return type(value) is _KINDS[kind.replace("Optional[", "").rstrip("]")][0]


def _called(kind: str) -> str:
    name = _KINDS[kind.replace("Optional[", "").rstrip("]")][1]
    return f"{name} or null" if kind.startswith("Optional[") else name


_KINDS = {"str": (str, "text"), "int": (int, "a whole number"), "bool": (bool, "true or false")}
