"""The tests of a spec in their typed form, and what is wrong with them that the schema cannot see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping, Optional

from ..hooks.registry import Registry
from ..hooks.roles import SPLITTER
from ..model.problem import Place, Problem
from .build import extracts
from .codes import problem
from .model import Spec
from .node import Node, Path, dotted, find, key_place
from .options import maps
from .suggestion import nearest

#: what a test may say of the outcome
OUTCOMES = ("expect", "preserved", "skip", "fail", "warnings")
#: keys of an expected reference
REFERENCE = frozenset(("ref", "key"))


@dataclass(frozen=True)
class Beside:
    """Another record of the tested entity, with the record that it was part of."""

    source: Mapping[str, Any]
    parent: Optional[Mapping[str, Any]] = None


@dataclass(frozen=True)
class Case:
    """One test: a record in, and what becomes of it out.

    ``fields`` are display names by id, as far as the test needs them; ``refs`` the aliases that exist for an entity,
    every one where it is not named; ``beside`` the records that rules across items compare with it, ``None`` where
    these rules are not looked at. ``expect``, ``preserved`` and ``warnings`` are ``None`` where they are not looked at;
    ``places`` tell where each expected value stands, by (``expect`` or ``preserved``, name) and by
    ("skip", ""), ...
    """

    name: str
    entity: str
    source: Mapping[str, Any]
    parent: Optional[Mapping[str, Any]] = None
    fields: Mapping[str, str] = field(default_factory=dict)
    refs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    beside: Optional[tuple[Beside, ...]] = None
    expect: Optional[Mapping[str, Any]] = None
    exact: bool = False
    preserved: Optional[Mapping[str, Any]] = None
    skip: Optional[str] = None
    fail: Optional[str] = None
    warnings: Optional[tuple[str, ...]] = None
    place: Optional[Place] = None
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)


def cases_of(spec: Spec) -> list[Case]:
    """The tests of a checked spec, in its order."""
    return [_case(name, form, spec) for name, form in maps(spec.document, "tests").items()]


def check_cases(document: Mapping[str, Any], root: Node, registry: Optional[Registry] = None) -> list[Problem]:
    """Tests of what the spec does not have, and tests that say nothing. Needs no valid document.

    The ``registry`` tells which splitters give records that belong to no other one.
    """
    entities = maps(document, "entities")
    problems: list[Problem] = []
    for name, form in maps(document, "tests").items():
        path: Path = ("tests", name)
        problems += _outcomes(form, path, root)
        for at, other in _named_entities(form, path):
            if other not in entities:
                problems.append(_unknown_entity(other, entities, at, root))
        entity = entities.get(str(form.get("entity")))
        if entity is not None:
            problems += _fields(form, entity, path, root)
            problems += _parents(form, entity, path, root, registry)
            problems += _beside(form, entity, path, root)
    return problems


# ------------------------------------------------------------------ the typed form


def _case(name: str, form: Mapping[str, Any], spec: Spec) -> Case:
    base: Path = ("tests", name)
    places: dict[tuple[str, str], Place] = {}
    for outcome in OUTCOMES:
        held = form.get(outcome)
        for part in held if isinstance(held, dict) else ():
            places[outcome, part] = spec.places[dotted((*base, outcome, part))]
        if held is not None:
            places[outcome, ""] = spec.places[dotted((*base, outcome))]
    warnings, beside = form.get("warnings"), form.get("beside")
    return Case(
        name=name,
        entity=form["entity"],
        source=form["source"],
        parent=form.get("parent"),
        fields=form.get("fields", {}),
        refs={entity: frozenset(map(str, keys)) for entity, keys in form.get("refs", {}).items()},
        beside=None if beside is None else tuple(Beside(one["source"], one.get("parent")) for one in beside),
        expect=form.get("expect"),
        exact=form.get("exact", False),
        preserved=form.get("preserved"),
        skip=form.get("skip"),
        fail=form.get("fail"),
        warnings=None if warnings is None else tuple(warnings),
        place=spec.places[dotted(base)],
        places=places,
    )


# ------------------------------------------------------------------ the checks


def _outcomes(form: Mapping[str, Any], path: Path, root: Node) -> Iterator[Problem]:
    said = [outcome for outcome in OUTCOMES if form.get(outcome) is not None]
    if not said and not any(nearest(key, OUTCOMES) for key in form if key not in _KEYS):
        place, message = key_place(root, path), f"the test '{path[-1]}' expects nothing, so it cannot fail"
        yield problem("J2O-S071", message, place, dotted(path), "one of " + ", ".join(OUTCOMES))
    for ending, others in (("skip", ("expect", "preserved", "fail")), ("fail", ("expect", "preserved"))):
        for other in others:
            if ending in said and other in said:
                at = (*path, other)
                message = f"'{ending}' and '{other}' exclude each other in {dotted(path)}"
                expected = "one of them: nothing is written where the record is left out or fails"
                yield problem("J2O-S017", message, key_place(root, at), dotted(at), expected)


def _named_entities(form: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Every path at which a test names an entity, with that name."""
    if isinstance(form.get("entity"), str):
        yield (*path, "entity"), form["entity"]
    for name in form.get("refs") or () if isinstance(form.get("refs"), dict) else ():
        yield (*path, "refs", name), name
    expect = form.get("expect")
    for name, value in expect.items() if isinstance(expect, dict) else ():
        for index, part in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(part, dict) and part.keys() == REFERENCE:
                yield (*path, "expect", name, *(() if index is None else (index,)), "ref"), str(part["ref"])


def _unknown_entity(name: str, entities: Iterable[str], path: Path, root: Node) -> Problem:
    known = list(entities)
    place = key_place(root, path) if "refs" in path else find(root, path).place
    message = f"there is no entity '{name[:80]}'"
    return problem("J2O-S040", message, place, dotted(path), ", ".join(known), nearest(name, known))


def _fields(form: Mapping[str, Any], entity: Mapping[str, Any], path: Path, root: Node) -> Iterator[Problem]:
    """Whether what is expected could be there at all: a field that nothing maps is always absent."""
    known = list(entity["map"]) if isinstance(entity.get("map"), dict) else []
    for rule in maps(entity, "rules").values():
        known += rule["fix"] if isinstance(rule.get("fix"), dict) else ()
    expect = form.get("expect")
    for name in expect if isinstance(expect, dict) else ():
        if name not in known:
            at = (*path, "expect", name)
            message = f"{form['entity']} maps no field '{name[:80]}'"
            guess = nearest(name, known)
            yield problem("J2O-S070", message, key_place(root, at), dotted(at), ", ".join(known), guess)


def _parents(
    form: Mapping[str, Any], entity: Mapping[str, Any], path: Path, root: Node, registry: Optional[Registry]
) -> Iterator[Problem]:
    parts = [part for _, part in extracts(str(form.get("entity")), entity) if isinstance(part, dict)]
    if not parts or any("of" in part and not _is_shared(part, registry) for part in parts):
        return
    beside = form["beside"] if isinstance(form.get("beside"), list) else []
    needless: list[Path] = [(*path, "parent")] if "parent" in form else []
    needless += [
        (*path, "beside", index, "parent")
        for index, one in enumerate(beside)
        if isinstance(one, dict) and "parent" in one
    ]
    for at in needless:
        message = f"records of {form['entity']} are no parts of others and have no parent"
        yield problem("J2O-S072", message, key_place(root, at), dotted(at), "source alone")


def _beside(form: Mapping[str, Any], entity: Mapping[str, Any], path: Path, root: Node) -> Iterator[Problem]:
    counts = any(kind in rule for rule in maps(entity, "rules").values() for kind in _COUNTING)
    if "beside" in form and not counts:
        at = (*path, "beside")
        message = f"no rule of {form['entity']} compares items with each other"
        yield problem("J2O-S073", message, key_place(root, at), dotted(at), "a rule with `unique` or `count`")


def _is_shared(part: Mapping[str, Any], registry: Optional[Registry]) -> bool:
    splitter = registry.find(SPLITTER, str(part.get("split"))) if registry is not None else None
    return bool(splitter is not None and splitter.shared)


_KEYS = frozenset((*OUTCOMES, "entity", "source", "parent", "fields", "refs", "beside", "exact"))
#: rules that look at the records beside the tested one
_COUNTING = ("unique", "count")
