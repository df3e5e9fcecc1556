"""``j2o render``: the spec as it is after everything was merged, and who said what."""

from __future__ import annotations

from typing import Any, Optional

import typer

from .document import print_json
from .loading import environment_option, require_spec, spec_argument
from .session import session


def add(app: typer.Typer) -> None:
    """Add ``render``."""
    app.command()(render)


def render(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    origins: bool = typer.Option(False, "--origins", help="Tell the file and line that set each value."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Print the merged spec: all that it extends and includes, and the overlay of the environment, in one document.

    References such as ${env:NAME} stay as they are; no secret is read. What is printed is a spec that means the same;
    only relative paths in it start from where it is put.

    \b
    Example:
      j2o render acme.yaml -e staging --origins
    """
    from ..spec.node import Path, dotted  # brings jsonschema, which `j2o --help` need not wait for
    from ..spec.packaged import shown_file
    from ..spec.writing import write_yaml

    found = require_spec(session(context), spec, env)
    if json:
        print_json({"spec": found.document, "origins": _origins(found.values)} if origins else found.document)
        return

    def remark(path: Path) -> str:
        place = found.values.get(dotted(path)) if origins else None
        return f"{shown_file(place.file)}:{place.line}" if place is not None else ""

    print(write_yaml(found.document, remark), end="")


def _origins(values: Any) -> dict[str, Any]:
    from ..spec.packaged import shown_file

    return {
        path: {"file": shown_file(place.file), "line": place.line, "column": place.column}
        for path, place in values.items()
        if path
    }
