"""What a sandbox is started with: the options of ``j2o sandbox serve`` as data."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Optional, Tuple

_NOT_NEGATIVE = (
    *("projects", "issues", "latency_ms", "keep_alive", "request_limit"),
    *("attachment_limit", "attachment_bytes"),
)
EDITIONS = ("server", "datacenter", "cloud")
#: the versions of OpenProject whose rules are known, each end included; the last is still being made
KNOWN_OPENPROJECTS = (((13, 0), (17, 9)), ((18, 0), (18, 0)))
#: the major versions of Jira Server and Data Center whose rules are known
KNOWN_JIRAS = (8, 11)
#: the difficult people that are always there, and as many as role actors have numbers for
FEWEST_USERS, MOST_USERS = 12, 4000
_NUMBER = r"\d{1,4}(\.\d{1,4}){0,2}"


class SandboxError(ValueError):
    """The sandbox cannot be started as asked; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class SandboxOptions:
    """Options of one sandbox: a Jira and an OpenProject.

    ``jira_version`` is that of a Server or Data Center (none: 9.12.4 and 10.3.2);
    ``users`` is how many people are generated (none: a dozen, and more with the issues); with ``everything`` there are
    fields of every type and odd things of every kind; ``latency_ms`` is per request; ``keep_alive`` is how many
    seconds a connection may be idle, ``request_limit`` how many seconds
    OpenProject works on one request (0: any number); ``attachment_limit`` is OpenProject's limit in KiB;
    ``attachment_bytes`` caps the size of made-up Jira attachments; ``state`` is a folder; port 0 picks a free one.

    Raises:
        SandboxError: an option is out of range or names a file that does not exist.
    """

    seed: int = 1
    projects: int = 2
    issues: int = 100
    users: Optional[int] = None
    everything: bool = False
    jira_data: Optional[str] = None
    jira_projects: Optional[str] = None
    jira_setup: Optional[str] = None
    edition: str = "server"
    jira_version: Optional[str] = None
    openproject_version: str = "17.8"
    openproject_setup: Optional[str] = None
    latency_ms: float = 0.0
    faults: str = "none"
    keep_alive: float = 75.0
    request_limit: float = 120.0
    attachment_limit: Optional[int] = None
    attachment_bytes: Optional[int] = None
    state: Optional[str] = None
    jira_port: int = 0
    openproject_port: int = 0

    def __post_init__(self) -> None:
        if self.edition not in EDITIONS:
            raise SandboxError(f"--edition {self.edition}: expected one of {', '.join(EDITIONS)}")
        _check_version(self.openproject_version)
        _check_jira(self.jira_version, self.edition)
        for name in _NOT_NEGATIVE:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise SandboxError(f"--{name.replace('_', '-')} {value}: must not be negative")
        if self.users is not None and not FEWEST_USERS <= self.users <= MOST_USERS:
            raise SandboxError(f"--users {self.users}: expected {FEWEST_USERS} to {MOST_USERS}")
        for name in ("jira_port", "openproject_port"):
            if not 0 <= getattr(self, name) <= 65535:
                raise SandboxError(f"--{name.replace('_', '-')} {getattr(self, name)}: no such port")
        for name in ("jira_data", "jira_projects", "jira_setup", "openproject_setup"):
            value = getattr(self, name)
            if value is not None and not Path(value).is_file():
                raise SandboxError(f"--{name.replace('_', '-')} {value}: no such file")

        if self.jira_projects is not None and self.jira_data is None:
            raise SandboxError(f"--jira-projects {self.jira_projects}: needs --jira-data, the issues of those projects")
        if self.everything and self.jira_data is not None:
            raise SandboxError("--everything: --jira-data holds what it holds")
        if self.users is not None and self.jira_data is not None:
            raise SandboxError(f"--users {self.users}: the people of --jira-data are those in its issues")

    def to_json(self) -> str:
        """One line of JSON that ``from_json`` reads back."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> SandboxOptions:
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))


def known_openprojects() -> str:
    """The versions of OpenProject that can be served, in words."""
    return " or ".join(_shown(*ends) for ends in KNOWN_OPENPROJECTS)


def _check_jira(version: Optional[str], edition: str) -> None:
    if version is None:
        return
    if edition == "cloud":
        raise SandboxError(f"--jira-version {version}: Jira Cloud has no versions, only server and datacenter have")
    oldest, newest = KNOWN_JIRAS
    known = f"{oldest} to {newest}"
    if not re.fullmatch(_NUMBER, version, re.ASCII):
        raise SandboxError(f"--jira-version {version}: expected a number like 8.20.4 or 11.3, of {known}")
    if not oldest <= int(version.partition(".")[0]) <= newest:
        raise SandboxError(f"--jira-version {version}: its rules are not known, those of {known} are")


def _check_version(version: str) -> None:
    known = known_openprojects()
    if not re.fullmatch(_NUMBER, version, re.ASCII):
        raise SandboxError(f"--openproject-version {version}: expected a number like 13, 16.2 or 17.8.1, of {known}")
    major, minor = ([int(part) for part in version.split(".")] + [0])[:2]
    if not any(first <= (major, minor) <= last for first, last in KNOWN_OPENPROJECTS):
        raise SandboxError(f"--openproject-version {version}: its rules are not known, those of {known} are")


def _shown(first: Tuple[int, int], last: Tuple[int, int]) -> str:
    ends = [".".join(map(str, end)) for end in (first, last)]
    return ends[0] if first == last else " to ".join(ends)
