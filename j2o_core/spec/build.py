"""Turns a checked document into the typed spec."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Union

from ..model.digest import digest
from ..model.problem import Place
from . import model
from .node import Node, Path, dotted, key_place, plain, walk
from .runtime import build_runtime


def build_spec(root: Node, environment: Optional[str], files: tuple[str, ...]) -> model.Spec:
    """The typed form of ``root``, which must have passed every check."""
    document: dict[str, Any] = plain(root)
    select = document.get("select", {})
    keys, values = {}, {}
    for path, node in walk(root):
        keys[dotted(path)] = key_place(root, path)
        values[dotted(path)] = node.place
    connections = {
        name: _connection(name, entry, key_place(root, ("connections", name)))
        for name, entry in document["connections"].items()
    }
    return model.Spec(
        name=document["name"],
        document=document,
        digest=digest(_decisive(document)),
        connections=connections,
        entities={name: _entity(name, entry, connections, root) for name, entry in document["entities"].items()},
        tables=document.get("tables", {}),
        runtime=build_runtime(document.get("runtime", {})),
        projects=tuple(select.get("projects", ())),
        jql=select.get("jql", ""),
        system=_system(document.get("system"), keys.get("system")),
        environment=environment,
        files=files,
        places=keys,
        values=values,
        takeover=_takeover(document.get("takeover"), keys.get("takeover")),
        required={kind: tuple(names) for kind, names in (document.get("required") or {}).items()},
    )


def _decisive(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What decides about plans: neither the tests nor what is logged."""
    decisive = {key: value for key, value in document.items() if key != "tests"}
    if "log" in document.get("runtime", {}):
        decisive["runtime"] = {key: value for key, value in document["runtime"].items() if key != "log"}
        if not decisive["runtime"]:  # as if it were not there
            del decisive["runtime"]
    return decisive


def connection_of(plugin: str, named: Optional[str], connections: Mapping[str, Any]) -> Union[str, list[str]]:
    """The connection of an extractor or loader: the one named, else the one whose plugin its name begins with.

    Where that is not exactly one, the list of those that fit.
    """
    if named is not None:
        return named if named in connections else []
    kind = plugin.split(".", 1)[0]
    fitting = [name for name, entry in connections.items() if _plugin(entry) == kind]
    return fitting[0] if len(fitting) == 1 else fitting


def _plugin(entry: Any) -> Any:
    return entry.plugin if isinstance(entry, model.ConnectionSpec) else entry.get("plugin")


def _takeover(entry: Optional[Mapping[str, Any]], place: Optional[Place]) -> Optional[model.TakeoverSpec]:
    if entry is None:
        return None
    return model.TakeoverSpec(
        files=tuple(entry["files"]),
        existing=entry.get("existing", "keep"),
        children=entry.get("children", {}),
        until=entry.get("until"),
        place=place,
    )


def _connection(name: str, entry: Mapping[str, Any], place: Place) -> model.ConnectionSpec:
    return model.ConnectionSpec(name, entry["plugin"], _without(entry, "plugin"), place)


def _entity(
    name: str, entry: Mapping[str, Any], connections: Mapping[str, model.ConnectionSpec], root: Node
) -> model.EntitySpec:
    base: Path = ("entities", name)
    after = entry.get("after", ())
    load = entry.get("load")
    return model.EntitySpec(
        name=name,
        extract=tuple(_extract(path, part, connections, root) for path, part in extracts(name, entry)),
        map={field: _field(field, form, (*base, "map", field), root) for field, form in entry.get("map", {}).items()},
        load=_load(load, connections, key_place(root, (*base, "load"))) if load is not None else None,
        drop=entry.get("drop", {}),
        unmapped=entry.get("unmapped", "preserve"),
        on_fail=entry.get("on_fail", "stop"),
        rules=tuple(_rule(rule, form, path, root) for rule, form, path in _rules(entry, base) if "assert" in form),
        across=tuple(
            _across(rule, form, path, root) for rule, form, path in _rules(entry, base) if "assert" not in form
        ),
        after=(after,) if isinstance(after, str) else tuple(after),
        place=key_place(root, base),
        account={
            kind: _account(row, key_place(root, (*base, "account", kind)))
            for kind, row in entry.get("account", {}).items()
        },
    )


def _account(row: Mapping[str, Any], place: Place) -> model.AccountSpec:
    return model.AccountSpec(row["becomes"], row["why"], place)


def extracts(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The entries of ``extract`` with their paths, whether it is one or a list."""
    path: Path = ("entities", name, "extract")
    extract = entry.get("extract")
    if isinstance(extract, list):
        for index, part in enumerate(extract):
            yield (*path, index), part
    elif extract is not None:
        yield path, extract


def _extract(
    path: Path, part: Mapping[str, Any], connections: Mapping[str, model.ConnectionSpec], root: Node
) -> model.ExtractSpec:
    place = key_place(root, path)
    plugin = part.get("plugin")
    if plugin is None:
        return model.ExtractSpec(
            of=part["of"], each=part.get("each"), total=part.get("total"), split=part.get("split"), place=place
        )
    return model.ExtractSpec(
        plugin=plugin,
        connection=_only(connection_of(plugin, part.get("connection"), connections)),
        options=_without(part, "plugin", "connection"),
        place=place,
    )


def _load(entry: Mapping[str, Any], connections: Mapping[str, model.ConnectionSpec], place: Place) -> model.LoadSpec:
    connection = _only(connection_of(entry["plugin"], entry.get("connection"), connections))
    return model.LoadSpec(entry["plugin"], connection, _without(entry, "plugin", "connection", "on_conflict"), place)


def _field(name: str, form: Any, path: Path, root: Node) -> model.FieldSpec:
    if isinstance(form, str):
        form = {"from": form}
    sources = form.get("from", ())
    missing = form.get("missing")
    return model.FieldSpec(
        name=name,
        path=dotted(path),
        sources=(sources,) if isinstance(sources, str) else tuple(sources),
        value=form.get("value", model.UNSET),
        steps=tuple(_step(step) for step in form.get("steps", ())),
        table=form.get("table"),
        ref=form.get("ref"),
        when=form.get("when"),
        default=form.get("default", model.UNSET),
        missing="null" if "missing" in form and missing is None else missing,
        place=key_place(root, path),
    )


def _step(step: Any) -> tuple[str, Any]:
    if isinstance(step, str):
        return step, None
    ((name, argument),) = step.items()
    return name, argument


def _rule(name: str, form: Mapping[str, Any], path: Path, root: Node) -> model.RuleSpec:
    return model.RuleSpec(
        name=name,
        on=form["on"],
        assertion=form["assert"],
        message=form["message"],
        on_fail=form.get("on_fail", "fail"),
        fix=form.get("fix", {}),
        path=dotted(path),
        place=key_place(root, path),
    )


def _rules(entry: Mapping[str, Any], base: Path) -> Iterator[tuple[str, Mapping[str, Any], Path]]:
    for name, form in entry.get("rules", {}).items():
        yield name, form, (*base, "rules", name)


def _across(name: str, form: Mapping[str, Any], path: Path, root: Node) -> model.AcrossSpec:
    kind = next(kind for kind in ("unique", "exists", "count") if kind in form)
    given = {"value": form[kind]} if kind == "unique" else form[kind]
    return model.AcrossSpec(
        name=name,
        kind=kind,
        message=form["message"],
        on_fail=form.get("on_fail", "fail"),
        value=given.get("per") if kind == "count" else given["value"],
        within=given.get("in"),
        when=given.get("when"),
        min=given.get("min"),
        max=given.get("max"),
        path=dotted(path),
        place=key_place(root, path),
    )


def _system(entry: Optional[Mapping[str, Any]], place: Optional[Place]) -> Optional[model.SystemSpec]:
    if entry is None:
        return None
    return model.SystemSpec(
        plugin=entry["plugin"],
        unless=tuple(entry.get("unless", ())),
        options=_without(entry, "plugin", "unless", "optional"),
        place=place,
        optional=tuple(entry.get("optional", ())),
    )


def _only(found: Union[str, list[str]]) -> Optional[str]:
    return found if isinstance(found, str) else None


def _without(entry: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}
