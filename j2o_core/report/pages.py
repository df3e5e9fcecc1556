"""Where the HTML pages come from; all text that is put into them stays text."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """Templates that escape by default and refuse unknown names."""
    return Environment(
        loader=PackageLoader("j2o_core.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
