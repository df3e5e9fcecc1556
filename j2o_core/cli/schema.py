"""``j2o schema``: the JSON Schema with which editors complete and check specs."""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import typer

from .document import print_json
from .failure import say
from .session import environment, home_folder, session

if TYPE_CHECKING:
    from ..hooks.registry import Registry

#: where the schema of specs lies in the home folder, for the editors of those who work beside it
SCHEMA_FILE = "spec.schema.json"


class Part(str, Enum):
    """The kinds of files that have a schema."""

    SPEC = "spec"
    OVERLAY = "overlay"
    TESTS = "tests"
    RULES = "rules"


def add(app: typer.Typer) -> None:
    """Add ``schema``."""
    app.command()(schema)


def schema(
    context: typer.Context,
    part: Part = typer.Option(
        Part.SPEC,
        "--for",
        help="The kind of file: a spec, an overlay in environments/, tests beside a spec, a rule set.",
    ),
    output: Optional[Path] = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Write it there instead of printing it."
    ),
) -> None:
    """Print the JSON Schema (draft 7) of specs, with the options, fields and steps of the installed plugins.

    Editors find it through the first line of a spec: # yaml-language-server: $schema=FILE. Write it anew when plugins
    were installed, upgraded or removed.

    \b
    Example:
      j2o schema --output .j2o/spec.schema.json
    """
    registry = session(context).plugins.registry
    if output is None:
        from ..spec.composition import composed_schema

        print_json(composed_schema(registry, part.value))
        return
    write_schema(output, registry, part)
    say(f"{output} is written")


def schema_from(folder: Path, registry: Registry) -> str:
    """Where an editor finds the schema from a folder: in the home folder, where it is written with what plugins add."""
    file = home_folder(environment()) / SCHEMA_FILE
    write_schema(file, registry)
    here = Path().absolute()
    beside = here in file.parents and here in (folder.absolute(), *folder.absolute().parents)
    return Path(os.path.relpath(file, folder.absolute())).as_posix() if beside else str(file)


def write_schema(file: Path, registry: Registry, part: Part = Part.SPEC) -> None:
    """Write a schema, whole or not at all."""
    from ..spec.composition import composed_schema

    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(json.dumps(composed_schema(registry, part.value), indent=2) + "\n", encoding="utf-8")
    beside.replace(file)
