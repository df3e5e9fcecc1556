"""``j2o sandbox serve``: both servers alone, for trying things out and for black-box tests."""

from __future__ import annotations

from enum import Enum
from typing import Optional

import typer

from j2o_core.api import Fatal

from .fault_profiles import PROFILES
from .options import KNOWN_JIRAS, SandboxError, SandboxOptions, known_openprojects


class Edition(str, Enum):
    """Which Jira is served."""

    SERVER = "server"
    DATACENTER = "datacenter"
    CLOUD = "cloud"


_JIRAS = f"Which Jira Server or Data Center: {KNOWN_JIRAS[0]} to {KNOWN_JIRAS[1]}."
_VERSIONS = f"Which OpenProject: {known_openprojects()}."
_HELP = """A Jira and an OpenProject to try things on, over real HTTP.

\b
Example:
  j2o sandbox serve --edition cloud
"""

family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@family.callback()
def _sandbox() -> None:
    """Keeps ``serve`` a command of its own, alone as it is."""


@family.command()
def serve(
    seed: int = typer.Option(1, help="Equal seeds give equal data."),
    projects: int = typer.Option(2, min=0, help="How many projects are generated."),
    issues: int = typer.Option(100, min=0, help="How many issues are generated."),
    users: Optional[int] = typer.Option(None, min=12, max=4000, help="How many people; default: a dozen and more."),
    everything: bool = typer.Option(False, "--everything", help="Fields of every type, and odd things of every kind."),
    jira_data: Optional[str] = typer.Option(None, metavar="FILE", help="Real issues instead, one a line (also .gz)."),
    jira_projects: Optional[str] = typer.Option(None, metavar="FILE", help="The projects of those issues, as JSON."),
    jira_setup: Optional[str] = typer.Option(None, metavar="FILE", help="YAML with habits and limits of that Jira."),
    edition: Edition = typer.Option(Edition.SERVER, help="Which Jira is served."),
    jira_version: Optional[str] = typer.Option(None, metavar="VERSION", help=_JIRAS),
    openproject_version: str = typer.Option("17.8", metavar="VERSION", help=_VERSIONS),
    openproject_setup: Optional[str] = typer.Option(None, metavar="FILE", help="YAML that plays the administrator."),
    latency: float = typer.Option(0.0, min=0, metavar="MS", help="Milliseconds added to each request."),
    faults: str = typer.Option("none", metavar="NAME|FILE", help=f"A fault profile ({', '.join(PROFILES)}) or a file."),
    attachment_limit: Optional[int] = typer.Option(None, min=0, metavar="KIB", help="OpenProject's attachment limit."),
    attachment_bytes: Optional[int] = typer.Option(None, min=0, metavar="N", help="Caps made-up attachments."),
    state: Optional[str] = typer.Option(None, metavar="DIR", help="Keeps what was written."),
    jira_port: int = typer.Option(0, min=0, max=65535, help="0: any free one."),
    openproject_port: int = typer.Option(0, min=0, max=65535, help="0: any free one."),
) -> None:
    """Serve until SIGTERM or Ctrl-C. The first line on stdout says where, as JSON, once both answer.

    \b
    Example:
      j2o sandbox serve --seed 7 --projects 3 --issues 500 --edition cloud
    """
    from .serving import serve as serve_both  # brings a web server, which other commands need not load

    try:
        serve_both(
            SandboxOptions(
                seed=seed,
                projects=projects,
                issues=issues,
                users=users,
                everything=everything,
                jira_data=jira_data,
                jira_projects=jira_projects,
                jira_setup=jira_setup,
                edition=edition.value,
                jira_version=jira_version,
                openproject_version=openproject_version,
                openproject_setup=openproject_setup,
                latency_ms=latency,
                faults=faults,
                attachment_limit=attachment_limit,
                attachment_bytes=attachment_bytes,
                state=state,
                jira_port=jira_port,
                openproject_port=openproject_port,
            )
        )
    except SandboxError as error:
        raise Fatal(str(error), exit_code=2) from error
