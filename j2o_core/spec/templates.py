"""The templates that come with j2o: specs that others extend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .packaged import PREFIX, packaged_names, packaged_spec, specs_folder
from .reading import read_yaml


@dataclass(frozen=True)
class Template:
    """A packaged template; ``text`` is its file, with all comments."""

    name: str
    description: str
    text: str


def packaged_templates() -> list[Template]:
    """All templates, by name."""
    folder = specs_folder() / "templates"
    names = [name for name in packaged_names() if packaged_spec(name).parent == folder]
    return [_read(name) for name in names]


def find_template(name: str) -> Optional[Template]:
    """The template of a name, with or without ``j2o:``."""
    name = name[len(PREFIX) :] if name.startswith(PREFIX) else name
    return next((template for template in packaged_templates() if template.name == name), None)


def _read(name: str) -> Template:
    data = packaged_spec(name).read_bytes()
    node, _ = read_yaml(data, name)
    described = node.value.get("description") if node is not None else None
    return Template(name, str(described.value) if described is not None else "", data.decode("utf-8"))
