"""Writes the help of every command into the reference of the command line."""

from __future__ import annotations

from typing import Any, Iterator

import typer.main

from j2o_core.cli.program import build

MARK = "<!-- commands -->"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Put the commands where the page has the mark."""
    return markdown.replace(MARK, commands_text()) if MARK in markdown else markdown


def commands_text() -> str:
    """A section for each command, as its ``--help`` shows it."""
    program = typer.main.get_command(build())
    top = program.context_class(program, info_name="j2o")
    parts = ["```text", program.get_help(top), "```"]
    for name, text in _commands(program, top, "j2o"):
        parts += ["", f"## {name}", "", "```text", text, "```"]
    return "\n".join(parts)


def _commands(group: Any, context: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command.hidden:
            continue
        inner = command.context_class(command, info_name=name, parent=context)
        if hasattr(command, "list_commands"):
            yield from _commands(command, inner, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command.get_help(inner)
