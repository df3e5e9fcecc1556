"""Checks what the spec says to plugins: that they exist, and that they understand their options."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from ..hooks import registry as roles
from ..hooks.registry import Registry
from ..model.problem import Problem
from .build import extracts
from .codes import problem
from .node import Node, Path, dotted, find, key_place
from .packaged import schema
from .structure import check_structure
from .suggestion import listed, nearest
from .validator import validator_for

#: written as a step, this is the ``table`` of a field
TABLE = "table"


def check_options(document: Mapping[str, Any], root: Node, registry: Registry) -> list[Problem]:
    """What the installed plugins do not provide or do not understand."""
    problems: list[Problem] = []
    check = _Check(root, registry)
    for name, entry in maps(document, "connections").items():
        problems += check.plugin(roles.CONNECTOR, entry, ("connections", name), "connection")
    system = document.get("system")
    if isinstance(system, dict):
        problems += check.plugin(roles.SYSTEM, system, ("system",), "system")
    for name, entity in maps(document, "entities").items():
        for path, part in extracts(name, entity):
            if not isinstance(part, dict):
                continue
            if "plugin" in part and "of" not in part:
                problems += check.plugin(roles.EXTRACTOR, part, path, "extract")
            elif "split" in part:
                problems += check.named(roles.SPLITTER, part["split"], (*path, "split"))
        load = entity.get("load")
        if isinstance(load, dict):
            problems += check.plugin(roles.LOADER, load, ("entities", name, "load"), "load")
            problems += check.fields(entity, load.get("plugin"), ("entities", name))
        problems += check.kinds(name, entity)
        for field, form in maps(entity, "map").items():
            problems += check.steps(form.get("steps"), ("entities", name, "map", field, "steps"))
    return problems


def maps(holder: Any, key: str) -> dict[str, dict[str, Any]]:
    """The mappings under ``key``; what is of another type was reported already and is left out."""
    held = holder.get(key) if isinstance(holder, dict) else None
    return {name: entry for name, entry in held.items() if isinstance(entry, dict)} if isinstance(held, dict) else {}


class _Check:
    """The checks against one registry; ``root`` tells the places."""

    def __init__(self, root: Node, registry: Registry) -> None:
        self.root = root
        self.registry = registry
        self._validators: dict[tuple[str, str], Any] = {}

    def named(self, role: str, name: Any, path: Path) -> Iterator[Problem]:
        """Whether a plugin provides ``name`` in ``role``."""
        if not isinstance(name, str) or self.registry.find(role, name) is not None:
            return
        known = self.registry.names(role)
        yield self._unknown("J2O-S015", role, name, known, path, find(self.root, path))

    def plugin(self, role: str, entry: Mapping[str, Any], path: Path, definition: str) -> Iterator[Problem]:
        """Whether the plugin of ``entry`` exists and takes the options beside it.

        ``definition`` is the part of the schema that tells the keys which belong to the core.
        """
        name = entry.get("plugin")
        if not isinstance(name, str):
            return
        if self.registry.find(role, name) is None:
            yield from self.named(role, name, (*path, "plugin"))
            return
        if (role, name) not in self._validators:
            part = schema("migration")["$defs"][definition]
            own = part["properties"] if "properties" in part else part["oneOf"][0]["properties"]
            self._validators[role, name] = _composed(own, self.registry.find(roles.SCHEMA, name) or {})
        yield from check_structure(self._validators[role, name], entry, self.root, path)

    def fields(self, entity: Mapping[str, Any], plugin: Any, path: Path) -> Iterator[Problem]:
        """Whether the loader knows the fields that are mapped, and gets those it requires."""
        loader = self.registry.find(roles.LOADER, plugin) if isinstance(plugin, str) else None
        fields = entity.get("map")
        if loader is None or not isinstance(fields, dict):
            return
        known = list(loader.fields)
        places = [(*path, "map", name) for name in fields]
        for rule, form in maps(entity, "rules").items():
            places += [(*path, "rules", rule, "fix", name) for name in form.get("fix") or ()]
        for place in places:
            name = str(place[-1])
            if known and not is_known(name, known):
                guess = nearest(name, [field for field in known if not field.endswith("*")])
                message = f"the loader '{plugin}' has no field '{name[:80]}'"
                expected = listed(known)
                yield problem("J2O-S044", message, key_place(self.root, place), dotted(place), expected, guess)
        for name in loader.required:
            if name not in fields:
                message = f"the loader '{plugin}' requires the field '{name}', and {path[-1]} does not map it"
                place = (*path, "map")
                yield problem("J2O-S045", message, key_place(self.root, place), dotted(place), expected=name)

    def kinds(self, name: str, entity: Mapping[str, Any]) -> Iterator[Problem]:
        """Whether things of each kind that ``account`` names are ever read, where the extractors tell their kinds."""
        known = {}
        for _, part in extracts(name, entity):
            plugin = part.get("plugin") if isinstance(part, dict) else None
            extractor = self.registry.find(roles.EXTRACTOR, plugin) if isinstance(plugin, str) else None
            if extractor is None or extractor.kinds is None:
                return
            known.update(dict.fromkeys(extractor.kinds or (name,)))
        for kind in maps(entity, "account"):
            if known and kind != "*" and kind not in known:
                path: Path = ("entities", name, "account", kind)
                message = f"'{kind[:80]}' is no kind of things that {name} reads"
                place, guess = key_place(self.root, path), nearest(kind, list(known))
                yield problem("J2O-S052", message, place, dotted(path), listed([*known, "*"]), guess)

    def steps(self, steps: Any, path: Path) -> Iterator[Problem]:
        """Whether the steps exist and take their arguments."""
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            at: Path = (*path, index)
            if isinstance(step, dict) and len(step) == 1:
                ((name, argument),) = step.items()
                at = (*at, name)
            elif isinstance(step, str):
                name, argument = step, None
            else:
                continue
            found = self.registry.find(roles.STEP, name)
            if found is None and name == TABLE:
                continue
            if found is None:
                known = sorted({*self.registry.names(roles.STEP), TABLE})
                yield self._unknown("J2O-S014", "step", name, known, at, None, path[:-1])
            elif found.schema and not _has_expression(argument):
                if (roles.STEP, name) not in self._validators:
                    self._validators[roles.STEP, name] = validator_for(found.schema)
                yield from check_structure(self._validators[roles.STEP, name], argument, self.root, at)

    def _unknown(
        self,
        code: str,
        role: str,
        name: str,
        known: Sequence[str],
        path: Path,
        node: Optional[Node],
        where: Optional[Path] = None,
    ) -> Problem:
        shown = dotted(where or path[:-1])
        shown = shown[len("entities.") :] if shown.startswith("entities.") else shown
        place = node.place if node is not None else key_place(self.root, path)
        expected = listed(known) if known else f"no {role}: no plugin provides one"
        clash = self.registry.clash(role, name)
        message = clash or f"unknown {role} '{name[:80]}' in {shown}"
        if clash:
            expected, known = "one owner: leave a plugin out with J2O_DISABLE_PLUGINS", ()
        elif self.registry.absence(name):
            message = f"{message}: the plugin '{name.partition('.')[0]}' is not there: {self.registry.absence(name)}"
            expected, known = "the plugin to be loaded; `j2o plugins list` tells more", ()
        return problem(code, message, place, dotted(path), expected, nearest(name, known))


def is_known(name: str, known: Sequence[str]) -> bool:
    """Whether a field is one of ``known``, where ``cf:*`` stands for every name with that beginning."""
    return name in known or any(
        pattern.endswith("*") and name.startswith(pattern[:-1]) and len(name) > len(pattern) - 1 for pattern in known
    )


def _has_expression(argument: Any) -> bool:
    """Whether the argument is only known when a record is mapped."""
    if isinstance(argument, str):
        return "{{" in argument
    inner = argument.values() if isinstance(argument, dict) else argument if isinstance(argument, list) else ()
    return any(_has_expression(item) for item in inner)


def _composed(own: Mapping[str, Any], fragment: Mapping[str, Any]) -> Any:
    """A validator of the plugin's options; the keys of the core beside them were checked already."""
    properties = {**dict.fromkeys(own, True), **fragment.get("properties", {})}
    composed = {"type": "object", "additionalProperties": False, **fragment, "properties": properties}
    return validator_for(composed, lenient=True)
