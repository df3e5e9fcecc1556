"""The pages of the reference that are generated, whole or in part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from ..hooks.manager import Plugins
from .entity_list import entity_list
from .error_codes import error_list
from .older_keys import older_keys
from .rule_list import rule_list
from .spec_keys import spec_keys
from .step_list import step_list


@dataclass(frozen=True)
class Page:
    """A page. ``lines`` are its generated part; ``introduction`` stands above it where the page is new."""

    file: str
    title: str
    introduction: str
    lines: Sequence[str]

    @property
    def text(self) -> str:
        """The generated part."""
        return "\n".join(line.rstrip() for line in self.lines).strip() + "\n"


def pages(plugins: Plugins, commands: Sequence[str]) -> list[Page]:
    """Every page, for the installed plugins; ``commands`` are the lines about the command line."""
    return [
        Page(
            "command-line.md",
            "Command line",
            "Data go to stdout, everything else to stderr. `--json` prints one JSON document.",
            commands,
        ),
        Page("spec.md", "Spec", "The keys of a spec, from its JSON Schema.", spec_keys()),
        Page(
            "entities.md",
            "Connectors, extractors, loaders",
            "What the installed plugins read and write, with their options and fields.",
            entity_list(plugins),
        ),
        Page(
            "steps.md",
            "Steps",
            "What `steps:` of a field can do with a value, in the order in which they stand there.",
            step_list(plugins),
        ),
        Page("rules.md", "Rules", "What `rules:` of an entity can ask.", rule_list(plugins)),
        Page(
            "older-tool.md",
            "Keys of the older tool",
            "What the configuration of the older jira-to-openproject tool becomes when j2o reads it.",
            older_keys(),
        ),
        Page(
            "errors.md",
            "Error codes",
            "Every problem has a code that never changes its meaning. Codes in capitals come from the spec and from\n"
            "j2o itself; plain words come from what one of the two systems said or holds.",
            error_list(plugins),
        ),
    ]
