"""The beginning of somebody's own spec: a document with comments that tell what to fill in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Sequence

from ..model.reference import MalformedReference, Reference, parse
from .model import Spec
from .node import Path
from .packaged import PREFIX
from .writing import write_yaml

_LONGEST_ID = 40
#: of a connection, what a spec that extends another takes over as it is
_INHERITED = ("plugin", "identity")
_ID = "part of every origin mark on the target: choose it now, never change it"


@dataclass(frozen=True)
class Draft:
    """A spec to be written. ``remarks`` stand behind the values of paths, ``headings`` above them (an empty line in one
    stays empty), ``introduction`` is said at the top. Values of the paths ``inline`` stand on one line if they fit."""

    document: Mapping[str, Any]
    introduction: Sequence[str] = ()
    remarks: Mapping[Path, str] = field(default_factory=dict)
    headings: Mapping[Path, str] = field(default_factory=dict)
    inline: frozenset[Path] = frozenset()

    def text(self, schema: str) -> str:
        """The file; ``schema`` is where editors find the schema."""
        lines = [f"# yaml-language-server: $schema={schema}", "#"]
        lines += [f"# {line}".rstrip() for line in self.introduction]
        body = write_yaml(
            dict(self.document),
            lambda path: self.remarks.get(path, ""),
            lambda path: self.headings.get(path, ""),
            self.inline.__contains__,
        )
        return "\n".join(lines) + "\n" + body


def draft_of_template(template: str, spec: Spec, name: str, file: str) -> Draft:
    """A short spec that extends a template and holds what a person has to fill in: connections, and what to select.

    ``spec`` is the template as it is merged, ``file`` how the commands that come next will name the new one.
    """
    connections = {key: _connection(value, name) for key, value in dict(spec.document["connections"]).items()}
    document: dict[str, Any] = {
        "apiVersion": spec.document["apiVersion"],
        "kind": spec.document["kind"],
        "name": name,
        "extends": PREFIX + template,
        "connections": connections,
    }
    headings: dict[Path, str] = {
        (
            "connections",
        ): "\nWhere to read and where to write. Addresses may stand here as they are; secrets stay references.",
    }
    if "select" in spec.document:
        document["select"] = spec.document["select"]
        headings[("select",)] = "\nWhat to take along."
    remarks = dict(_remarks(document["connections"], ("connections",)))
    introduction = (
        f"{spec.document.get('description', template)}.",
        "",
        f"Extends the template {PREFIX}{template} and says only what differs. `j2o templates show {template}`",
        f"prints it with hints for adapting it, `j2o render {file}` all that this spec says.",
        "",
        f"Next: fill in what stands below, then `j2o validate {file}` and `j2o run {file}`.",
    )
    return Draft(document, introduction, remarks, headings)


def identifier(name: str) -> str:
    """A name as the id of a connection, and as the name of a file."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:_LONGEST_ID] or "migration"


def _connection(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    own = {key: value for key, value in options.items() if key not in _INHERITED}
    if "id" in own:
        own["id"] = identifier(name)
    return own


def _remarks(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _remarks(inner, (*path, key))
    elif len(path) == 3 and path[-1] == "id":
        yield path, _ID
    elif isinstance(value, str):
        try:
            references = [part for part in parse(value) if isinstance(part, Reference)]
        except MalformedReference:
            return
        if references:
            yield path, " and ".join(_source(reference) for reference in references)


def _source(reference: Reference) -> str:
    if reference.scheme == "file":
        return f"from the file {reference.name}"
    optional = ", which may be empty" if reference.default == "" else ""
    instead = f", else {reference.default}" if reference.default else ""
    return f"from the variable {reference.variable}{optional}{instead}"
