"""The whole story of one item: what was read, what each part of the mapping made of it, what the target said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

from ..hooks.registry import LOADER
from ..ledger.store import Ledger
from ..ledger.story import on_target, story
from ..mapping.references import referrer
from ..mapping.trace import NOTHING, Trace
from ..model.outcome import Fatal
from ..model.problem import Place, Problem
from ..model.record import Record
from ..spec.model import Spec
from ..spec.packaged import shown_file
from ..spec.suggestion import nearest
from .across import Answer, answers
from .legible import Legible
from .recorded import Recorded

_WRITTEN = "written"


@dataclass(frozen=True)
class Line:
    """One part of a mapping at work. ``place`` is where the spec says it; ``None`` stands for no value; ``begins``:
    nothing goes into it."""

    field: str
    kind: str
    name: str
    begins: bool
    before: Any
    after: Any
    place: str


@dataclass(frozen=True)
class Explanation:
    """One item. ``outcome`` is what mapping and rules make of it now: written, ``skipped: ...``, ``failed: ...``
    ``stops the run: ...``, or that it stands in for what is written itself;
    ``target`` is what the ledger knows (``ledger.story``); ``children`` counts, by entity, what was split from it."""

    entity: str
    key: str
    origin: str
    parent: Optional[str]
    updated: Optional[str]
    data: Mapping[str, Any]
    lines: tuple[Line, ...]
    payload: Mapping[str, Any]
    preserved: Mapping[str, Any]
    problems: tuple[Problem, ...]
    outcome: str
    target: Mapping[str, Sequence[Mapping[str, Any]]]
    children: Mapping[str, int]


def explain(recorded: Recorded, ledger: Ledger, key: str, entity: Optional[str] = None) -> list[Explanation]:
    """Every item that a key, an id or another alias names; only those of ``entity`` where it is given.

    Raises ``Fatal`` (exit 2) where none is known.
    """
    entities = recorded.wiring.spec.entities
    if entity is not None and entity not in entities:
        guess = nearest(entity, entities)
        raise Fatal(f"no entity '{entity}' in the spec" + (f"; did you mean '{guess}'?" if guess else ""), exit_code=2)
    found = [
        _explained(recorded, ledger, name, origin)
        for name in ([entity] if entity else list(entities))
        for origin in recorded.snapshot.named(name, key)
    ]
    if not found:
        raise Fatal(
            f"no record '{key}' was read" + (f" as one of {entity}" if entity else "") + "; is it selected, and was it "
            "there when the source was read?",
            exit_code=2,
        )
    return found


def blame(recorded: Recorded, ledger: Ledger, item: str, field: str, entity: Optional[str] = None) -> list[Explanation]:
    """The items that stand on the target under this id, explained as far as ``field`` goes.

    Raises ``Fatal`` (exit 2): nothing of ours has that id, or the field is not one that the spec maps.
    """
    found = on_target(ledger.engine, recorded.snapshot.source, item, entity)
    if not found:
        raise Fatal(f"nothing that was migrated stands on the target as '{item}'", exit_code=2)
    fitting = [(name, origin) for name, origin, _ in found if field in _fields(recorded.wiring.spec, name)]
    if not fitting:
        known = sorted({name for entity_of, _, _ in found for name in _fields(recorded.wiring.spec, entity_of)})
        guess = nearest(field, known)
        hint = f"did you mean '{guess}'?" if guess else f"the spec maps {', '.join(known)}"
        raise Fatal(f"no mapping makes '{field}' of {', '.join(sorted({n for n, _, _ in found}))}: {hint}", exit_code=2)
    explained = [_explained(recorded, ledger, name, origin) for name, origin in fitting]
    return [_only(one, field) for one in explained]


def _fields(spec: Spec, entity: str) -> Mapping[str, Any]:
    return spec.entities[entity].map if entity in spec.entities else {}


def _explained(recorded: Recorded, ledger: Ledger, entity: str, origin: str) -> Explanation:
    wiring = recorded.wiring
    sourced = recorded.records.one(entity, origin)
    if sourced is None:
        raise Fatal(f"{entity} {origin} is on the target but no longer among what was read", exit_code=2)
    legible, trace = Legible(wiring.plugins.registry), list[Any]()
    mapped = wiring.mappings[entity].apply(sourced.record, sourced.source, trace)
    across = list(answers(recorded.snapshot, entity, wiring.mappings[entity], sourced))
    outcome = next((one.fate for one in across if one.fate), _WRITTEN)
    if mapped.fail is not None:
        outcome = f"failed: {mapped.fail.code} {mapped.fail.message}"
    elif mapped.skip is not None:
        outcome = f"skipped: {mapped.skip}"
    elif outcome == _WRITTEN:
        outcome = _of_stand_in(recorded, entity, sourced.record) or outcome
    record = sourced.record
    return Explanation(
        entity,
        record.key,
        origin,
        f"{record.parent.entity} {sourced.source.key if sourced.source else record.parent.id}"
        if record.parent
        else None,
        record.updated,
        record.data,
        (*_lines(trace, wiring.spec, legible), *_across(across)),
        legible.of(mapped.payload),
        legible.of(mapped.preserved),
        mapped.problems,
        outcome,
        story(ledger.engine, recorded.snapshot.source, entity, origin),
        {name: count for name in wiring.spec.entities if (count := recorded.snapshot.children(name, entity, origin))},
    )


def _of_stand_in(recorded: Recorded, entity: str, record: Record) -> str:
    """What becomes of what would stand in for an item that is written itself; an empty text for everything else."""
    wiring, registry = recorded.wiring, recorded.wiring.plugins.registry
    load = wiring.spec.entities[entity].load
    loader = registry.find(LOADER, load.plugin) if load else None
    original = loader.stands_in_for if loader else None
    if original is None or original not in wiring.spec.entities:
        return ""
    ref = referrer(wiring.spec.entities[original], registry)(record.data)
    found = recorded.snapshot.resolve(original, ref.aliases)
    itself = recorded.records.one(original, found[0]) if found else None
    if itself is None:
        return ""
    mapped = wiring.mappings[original].apply(itself.record, itself.source)
    if mapped.skip is not None or mapped.fail is not None:
        return ""
    return f"written only where the target refuses {original} {itself.record.key}, for which it stands in"


def _lines(trace: Trace, spec: Spec, legible: Legible) -> Iterator[Line]:
    for part in trace:
        begins = part.before is NOTHING
        before = None if begins else legible.of(part.before)
        place = spec.places.get(part.path) or spec.places.get(part.path.rpartition(".")[0])
        yield Line(part.field, part.kind, part.name, begins, before, legible.of(part.after), _shown(place))


def _across(across: Sequence[Answer]) -> Iterator[Line]:
    for one in across:
        yield Line("", "rule", one.rule.name, True, None, one.told or True, _shown(one.rule.place))


def _shown(place: Optional[Place]) -> str:
    return f"{shown_file(place.file)}:{place.line}:{place.column}" if place is not None else ""


def _only(explanation: Explanation, field: str) -> Explanation:
    values = dict(explanation.__dict__)
    values["lines"] = tuple(line for line in explanation.lines if line.field == field)
    values["payload"] = {name: value for name, value in explanation.payload.items() if name == field}
    values["problems"] = tuple(problem for problem in explanation.problems if problem.field == field)
    return Explanation(**values)
