"""``j2o init``: begins a spec of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Optional

import typer

from ..report.table import aligned
from .failure import USAGE, Refusal, say
from .loading import environment_option
from .schema import schema_from
from .session import session
from .templates import require_template

if TYPE_CHECKING:
    from ..hooks.registry import Registry
    from ..spec.drafts import Draft

_STDOUT = "-"
_LONGEST_NAME = 80


def add(app: typer.Typer) -> None:
    """Add ``init``."""
    app.command()(init)


def init(
    context: typer.Context,
    template: Optional[str] = typer.Option(
        None, "--template", "-t", metavar="NAME", help="The template to extend, one of `j2o templates list`."
    ),
    name: Optional[str] = typer.Option(
        None, "--name", metavar="NAME", help="What the migration is called; by default as the file."
    ),
    output: Optional[str] = typer.Option(
        None, "--output", "-o", metavar="FILE", help="Where to write it; - prints it. By default NAME.yaml."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the file where there is one."),
    from_live: bool = typer.Option(
        False, "--from-live", help="Read both systems and propose what each field, value and person becomes."
    ),
    project: Optional[list[str]] = typer.Option(
        None, "--project", metavar="KEY", help="With --from-live: a project to migrate, again for others; else all."
    ),
    sample: int = typer.Option(
        500, "--sample", min=1, max=100_000, metavar="N", help="With --from-live: issues to read; the rest is counted."
    ),
    connections: Optional[str] = typer.Option(
        None, "--connections", metavar="SPEC", help="With --from-live: a spec whose connections to use."
    ),
    environment_name: Optional[str] = environment_option(),
) -> None:
    """Write a short spec that extends a template and says what to fill in. An existing file is never replaced unasked.

    Without --template the choice is offered on a terminal, and is an error elsewhere. With --from-live the spec is
    complete: both systems are read (by JIRA_URL, JIRA_USER, JIRA_TOKEN, OPENPROJECT_URL and OPENPROJECT_API_KEY, or the
    connections of a spec), nothing is written there, and TODO stands where nothing on the target fits.

    \b
    Example:
      j2o init --template jira-cloud-basic --name acme
      j2o init --from-live --project ACME -o acme.yaml
    """
    from ..spec.drafts import identifier

    if not from_live and (project or connections):
        raise Refusal("--project and --connections have a meaning with --from-live only", USAGE)
    name = name or (Path(output).stem if output and output != _STDOUT else "migration")
    if len(name) > _LONGEST_NAME:
        raise Refusal(f"--name: longer than {_LONGEST_NAME} characters", USAGE)
    file = Path(f"{identifier(name)}.yaml" if output in (None, _STDOUT) else str(output))
    if from_live:
        from .from_live import Asked, write_live

        asked = Asked(
            template, name, file, output == _STDOUT, force, project or (), sample, connections, environment_name
        )
        write_live(session(context), asked)
        return
    chosen = template if template is not None else _ask()
    registry = session(context).plugins.registry
    draft = _from_template(chosen, name, str(file), registry)
    if output == _STDOUT:
        print(draft.text(schema_from(Path(), registry)), end="")
        return
    write_spec(file, draft.text(schema_from(file.parent, registry)), force)
    say(f"{file} is written; fill in what it asks for, then: j2o validate {file}")


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def write_spec(file: Path, text: str, force: bool) -> None:
    """Write a spec. Raises ``Refusal`` where there is such a file and ``force`` does not say to replace it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Refusal(f"{file} is there already; --force replaces it, --output names another", USAGE) from None


def _from_template(name: str, own: str, file: str, registry: Registry) -> Draft:
    from ..spec.drafts import draft_of_template
    from ..spec.load import load_spec
    from ..spec.packaged import PREFIX

    template = require_template(name)
    loaded = load_spec(PREFIX + template.name, registry=registry, variables={}).spec
    if loaded is None:
        raise Refusal(f"the template '{template.name}' is not sound here: j2o validate {PREFIX}{template.name}", USAGE)
    return draft_of_template(template.name, loaded, own, file)


def _ask() -> str:
    from ..spec.templates import packaged_templates

    found = packaged_templates()
    if not is_terminal():
        names = ", ".join(template.name for template in found)
        raise Refusal(f"name a template with --template; there are: {names}", USAGE)
    for line in aligned(("template", "for"), [(template.name, template.description) for template in found]):
        print(line, file=sys.stderr)
    return str(typer.prompt("template", err=True))
