"""``j2o templates``: the specs that come with j2o to be extended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .document import print_json, print_rows
from .failure import USAGE, Refusal

if TYPE_CHECKING:
    from ..spec.templates import Template

_HELP = """The templates that specs of your own extend.

\b
Example:
  j2o templates list
  j2o init --template jira-cloud-basic --name acme
"""


def add(app: typer.Typer) -> None:
    """Add the family ``templates``."""
    family = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)
    family.command("list")(list_templates)
    family.command("show")(show_template)
    app.add_typer(family, name="templates")


def list_templates(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """List the templates with what each is for.

    \b
    Example:
      j2o templates list --json
    """
    from ..spec.templates import packaged_templates

    found = packaged_templates()
    if json:
        print_json([{"name": template.name, "description": template.description} for template in found])
    else:
        print_rows(("template", "for"), [(template.name, template.description) for template in found])


def show_template(
    name: str = typer.Argument(..., metavar="NAME", help="A name of `j2o templates list`, with or without j2o:."),
) -> None:
    """Print a template as it is written, with its comments. What it extends is merged by `j2o render j2o:NAME`.

    \b
    Example:
      j2o templates show jira-datacenter
    """
    print(require_template(name).text, end="")


def require_template(name: str) -> Template:
    """The template of a name. Raises ``Refusal`` with those there are."""
    from ..spec.suggestion import nearest
    from ..spec.templates import find_template, packaged_templates

    found = find_template(name)
    if found is None:
        known = [template.name for template in packaged_templates()]
        guess = nearest(name, known)
        meant = f"; did you mean '{guess}'?" if guess else ""
        raise Refusal(f"there is no template '{name[:80]}'{meant or '.'} There are: {', '.join(known)}", USAGE)
    return found
