"""Joins the sandbox to j2o: a system that specs can start, and the command ``j2o sandbox serve``."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping

from j2o_core.api import Fatal, Registry, Started, System, hookimpl

from .options import EDITIONS, KNOWN_JIRAS, SandboxError, SandboxOptions, known_openprojects

if TYPE_CHECKING:
    import typer

#: the options under ``system:``; the command line has the same and the ports
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "seed": {"type": "integer", "default": 1, "description": "Equal seeds give equal data.", "examples": [7]},
        "projects": {
            "type": "integer",
            "minimum": 0,
            "default": 2,
            "description": "How many projects are generated.",
            "examples": [3],
        },
        "issues": {
            "type": "integer",
            "minimum": 0,
            "default": 100,
            "description": "How many issues are generated.",
            "examples": [500],
        },
        "users": {
            "type": "integer",
            "minimum": 12,
            "maximum": 4000,
            "description": "How many people are generated; more with the issues where this is not said.",
            "examples": [40],
        },
        "everything": {
            "type": "boolean",
            "default": False,
            "description": "Fields of every type, and odd things of every kind.",
            "examples": [True],
        },
        "jira_data": {
            "type": "string",
            "description": "Real issues instead: ndjson or ndjson.gz, one a line.",
            "examples": ["issues.ndjson.gz"],
        },
        "jira_projects": {
            "type": "string",
            "description": "The projects of those issues, as JSON.",
            "examples": ["projects.json"],
        },
        "jira_setup": {
            "type": "string",
            "description": "YAML with habits and limits of that Jira.",
            "examples": ["jira-setup.yaml"],
        },
        "edition": {
            "enum": list(EDITIONS),
            "default": "server",
            "description": "Which Jira is served.",
            "examples": ["cloud"],
        },
        "jira_version": {
            "type": "string",
            "description": f"Which Jira Server or Data Center: {KNOWN_JIRAS[0]} to {KNOWN_JIRAS[1]}.",
            "examples": ["8.20.4"],
        },
        "openproject_version": {
            "type": "string",
            "default": "17.8",
            "description": f"Which OpenProject: {known_openprojects()}.",
            "examples": ["16.6"],
        },
        "openproject_setup": {
            "type": "string",
            "description": "YAML that plays the administrator.",
            "examples": ["openproject-setup.yaml"],
        },
        "latency": {
            "type": "number",
            "minimum": 0,
            "default": 0,
            "description": "Milliseconds added to each request.",
            "examples": [40],
        },
        "keep_alive": {
            "type": "number",
            "minimum": 0,
            "default": 75,
            "description": "Seconds after which idle connections end.",
            "examples": [5],
        },
        "request_limit": {
            "type": "number",
            "minimum": 0,
            "default": 120,
            "description": "Seconds that OpenProject works on a request; 0: any number.",
            "examples": [10],
        },
        "faults": {
            "type": "string",
            "default": "none",
            "description": "A fault profile by name, or a file.",
            "examples": ["lossy"],
        },
        "attachment_limit": {
            "type": "integer",
            "minimum": 0,
            "description": "OpenProject's limit in KiB.",
            "examples": [5120],
        },
        "attachment_bytes": {
            "type": "integer",
            "minimum": 0,
            "description": "Caps made-up attachments, in bytes.",
            "examples": [2048],
        },
    },
    "additionalProperties": False,
}


class Sandbox(System):
    """A Jira and an OpenProject of its own, on free ports of this machine; what was written stays in the state."""

    name = "sandbox"

    def start(self, options: Mapping[str, Any], state: Path) -> Started:
        """Start both as a child process that ends with this one, and publish where and who they are."""
        from .serving import start  # brings a web server, which other commands need not load

        state.mkdir(parents=True, exist_ok=True)
        given = dict(options)
        latency = given.pop("latency", None)
        if latency is not None:
            given["latency_ms"] = latency
        try:
            running = start(SandboxOptions(state=str(state), **given))
        except SandboxError as error:
            raise Fatal(f"the sandbox does not start: {error}") from error
        instance = _instance(state)
        return Started(
            {
                "JIRA_URL": running.jira["url"],
                "JIRA_USER": running.jira["user"] or "",
                "JIRA_TOKEN": running.jira["token"],
                "JIRA_IDENTITY": f"sandbox-jira-{instance}",
                "OPENPROJECT_URL": running.openproject["url"],
                "OPENPROJECT_API_KEY": running.openproject["api_key"],
                "OPENPROJECT_IDENTITY": f"sandbox-openproject-{instance}",
            },
            running.stop,
        )


@hookimpl
def j2o_register(registry: Registry) -> None:
    """The system ``sandbox`` and the schema of its options."""
    registry.system(Sandbox)
    registry.schema(Sandbox.name, SCHEMA)


@hookimpl
def j2o_commands(app: typer.Typer) -> None:
    """The family ``j2o sandbox``, and ``j2o bench``."""
    from .bench.command import bench
    from .command import family

    app.add_typer(family, name="sandbox")
    app.command()(bench)


def _instance(state: Path) -> str:
    """Names this sandbox for as long as its state lives, whatever ports it gets."""
    path = state / "instance"
    try:
        name = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        name = ""
    if not name:
        name = secrets.token_hex(6)
        draft = path.with_suffix(".new")
        draft.write_text(name, encoding="ascii")
        draft.replace(path)
    return name
