"""``j2o plugins``: what is installed, and what was left out and why."""

from __future__ import annotations

import typer

from .document import print_json, print_rows
from .session import session

_HELP = """The installed plugins.

\b
Example:
  j2o plugins list --json
"""


def add(app: typer.Typer) -> None:
    """Add the family ``plugins``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("list")(list_plugins)
    app.add_typer(family, name="plugins")


def list_plugins(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """List the plugins with what they provide, or with the error for which one was left out.

    \b
    Example:
      j2o plugins list --json
    """
    infos = session(context).plugins.infos
    if json:
        print_json(
            [
                {
                    "name": info.name,
                    "version": info.version,
                    "distribution": info.distribution,
                    "provides": list(info.provides),
                    "error": info.error,
                }
                for info in infos
            ]
        )
        return
    print_rows(
        ("plugin", "version", "distribution", "provides"),
        [
            (
                info.name,
                info.version,
                info.distribution,
                f"error: {info.error}" if info.error else _summary(info.provides),
            )
            for info in infos
        ],
    )


def _summary(provides: tuple[str, ...]) -> str:
    roles: dict[str, int] = {}
    for entry in provides:
        role = entry.partition(":")[0]
        roles[role] = roles.get(role, 0) + 1
    return ", ".join(f"{count} {role}{'' if count == 1 else 's'}" for role, count in roles.items())
