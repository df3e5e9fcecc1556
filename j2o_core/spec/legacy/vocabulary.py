"""What the words of an older tool mean, read from the data in ``schemas/legacy/``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Mapping, Optional

from ..node import Node, plain
from ..packaged import schemas_folder
from ..reading import read_yaml

ADDRESS, TEXT, SECRET, NAMES, NUMBER, CHOICE = "address", "text", "secret", "names", "number", "choice"
USER, COMPONENTS, EXISTING, USERS, ADMIN, ID_MAP, DATA = (
    *("user", "components", "existing", "users", "admin", "id_map", "data"),
)

#: variables of j2o itself, whatever an older tool meant by them
OURS = frozenset(("J2O_HOME", "J2O_ENV", "J2O_DEBUG", "J2O_PLUGINS", "J2O_DISABLE_PLUGINS"))
OUR_SECRETS = "J2O_SECRET_"
_OF_A_SPEC = frozenset(("apiVersion", "kind", "connections", "entities", "extends"))


@dataclass(frozen=True)
class Key:
    """One setting. ``names`` are its dotted paths in the file, ``variables`` win over it, the first of them first.

    ``becomes`` is the path in the spec, ``gone`` why there is none; ``values`` say what each word of a choice sets;
    ``role`` names what needs more than a copy.
    """

    name: str
    names: tuple[str, ...]
    variables: tuple[str, ...] = ()
    form: str = ""
    becomes: str = ""
    gone: str = ""
    role: str = ""
    empty: str = ""
    within: tuple[int, ...] = ()
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Maps:
    """How the id maps of the tool look; see the data."""

    files: Mapping[str, str]
    folders: tuple[str, ...]
    sections: Mapping[str, str]
    wrappers: frozenset[str]
    ignored: frozenset[str]
    target: tuple[str, ...]
    source: tuple[str, ...]
    moment: tuple[str, ...]
    patterns: tuple[tuple[re.Pattern[str], str], ...]
    children: Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """All of it."""

    name: str
    sections: frozenset[str]
    prefixes: tuple[str, ...]
    host: str
    templates: tuple[Mapping[str, Any], ...]
    keys: tuple[Key, ...]
    variables: Mapping[str, str]
    components: Mapping[str, Mapping[str, Any]]
    needs: Mapping[str, tuple[str, ...]]
    without: Mapping[str, Mapping[str, Any]]
    maps: Maps

    def key(self, name: str) -> Optional[Key]:
        """The setting with this path in the file."""
        return next((key for key in self.keys if name in key.names), None)

    def variable(self, name: str) -> Optional[Key]:
        """The setting that this variable sets."""
        return next((key for key in self.keys if name in key.variables), None)

    def gone_variable(self, name: str) -> str:
        """Why a variable that sets nothing has no meaning; empty where nothing is known of it."""
        return next((reason for prefix, reason in self.variables.items() if name.startswith(prefix)), "")

    @property
    def entities(self) -> tuple[str, ...]:
        """All entities that components become, each once."""
        found = (entity for entry in self.components.values() for entity in entry.get("entities", ()))
        return tuple(dict.fromkeys(found))


def is_legacy(root: Node) -> bool:
    """Whether a document is a configuration of the older tool, and no spec."""
    if not root.is_map or _OF_A_SPEC & set(root.value):
        return False
    return any(name in root.value and root.value[name].is_map for name in vocabulary().sections)


def is_overlay(root: Node) -> bool:
    """Whether a document can stand over such a configuration: it has keys of the older tool alone."""
    words = vocabulary()
    known = {name.split(".")[0] for key in words.keys for name in key.names}
    return root.is_map and set(root.value) <= known | words.sections


@cache
def vocabulary() -> Vocabulary:
    """The words of the older jira-to-openproject tool."""
    path = schemas_folder() / "legacy" / "jira-to-openproject.yaml"
    root, problems = read_yaml(path.read_bytes(), path.name)
    if root is None or problems:
        raise RuntimeError(f"{path.name}: {problems[0].message if problems else 'empty'}")
    data = plain(root)
    maps = data["maps"]
    return Vocabulary(
        name=data["name"],
        sections=frozenset(data["sections"]),
        prefixes=(data["prefix"], *data["foreign"]),
        host=data["host"],
        templates=tuple(data["templates"]),
        keys=tuple(_key(name, entry) for name, entry in data["keys"].items()),
        variables=data["variables"],
        components=data["components"],
        needs={name: tuple(others) for name, others in data["needs"].items()},
        without=data["without"],
        maps=Maps(
            files=maps["files"],
            folders=tuple(maps["folders"]),
            sections=maps["sections"],
            wrappers=frozenset(maps["wrappers"]),
            ignored=frozenset(maps["ignored"]),
            target=tuple(maps["target"]),
            source=tuple(maps["source"]),
            moment=tuple(maps["moment"]),
            patterns=tuple((re.compile(entry["matches"]), entry["entity"]) for entry in maps["patterns"]),
            children=maps["children"],
        ),
    )


def _key(name: str, entry: Mapping[str, Any]) -> Key:
    return Key(
        name=name,
        names=(name, *entry.get("also", ())),
        variables=tuple(entry.get("variables", ())),
        form=entry.get("form", ""),
        becomes=entry.get("becomes", ""),
        gone=entry.get("gone", ""),
        role=entry.get("role", ""),
        empty=entry.get("empty", ""),
        within=tuple(entry.get("within", ())),
        values=entry.get("values", {}),
    )
