"""What every loader promises: writes are found again, happen once, say what they stored, and can be taken back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

from ..hooks.protocols import Client, Loader
from ..http import Exchange
from ..model.effect import Answer, Effect, EffectClass, Found, Phase, TargetItem, Undo
from ..model.outcome import Conflict, ItemFailed, ItemSkipped, Outcome, Taken
from ..model.payload import Ref
from ..model.problem import ERROR
from .plain import shown
from .proofs import Proof, demand
from .worlds import SOURCE, SOURCE_URL, Bench, NotProved, World, Worlds

#: seconds that a server may take to remove what it said it would
_REMOVAL = 10.0
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class LoaderCase:
    """A loader in a world, and effects for it.

    ``effect`` makes a new one, unlike all before it, whatever it refers to being there. ``changes`` are payload values
    that an update can set. ``scopes`` are those of ``scan`` in which the effect's item lies (default: its parent, or
    the item of ``scan_by`` that the payload refers to). ``lasting``: what is created cannot be removed in this world.
    """

    loader: type[Loader]
    world: Callable[[Worlds], World]
    effect: Callable[[Bench], Effect]
    changes: Mapping[str, Any] = field(default_factory=dict)
    scopes: Optional[Callable[[Effect], Sequence[str]]] = None
    options: Mapping[str, Any] = field(default_factory=dict)
    lasting: bool = False
    label: str = ""


def loader_proofs(worlds: Worlds, case: LoaderCase) -> Iterator[Proof]:
    """All proofs of one case."""
    writing = _Writing(worlds, case)
    subject = f"loader:{case.loader.name}{f' [{case.label}]' if case.label else ''}"
    for name, prove in (
        ("sends nothing before it is told to write", writing.prove_dry),
        ("asks the target about a write without writing", writing.prove_server_check),
        ("finds what it created, over another connection too", writing.prove_found),
        ("says what was stored", writing.prove_answer),
        ("writes once", writing.prove_once),
        ("changes what it is told, and back", writing.prove_change),
        ("refuses to overwrite what others changed", writing.prove_guard),
        ("takes back what it created", writing.prove_undo),
    ):
        yield Proof(subject, name, prove)


def loader_declaration(kind: type[Loader]) -> None:
    """Prove that what a loader class says of itself fits together."""
    demand(isinstance(kind.effect_class, EffectClass), "effect_class is an EffectClass")
    demand(isinstance(kind.phase, Phase), "phase is a Phase")
    demand(isinstance(kind.undo, Undo), "undo is an Undo")
    demand(all(map(str.strip, kind.fields.values())), "fields says one line about each payload field")
    if not kind.fields:
        return  # it takes whatever is mapped
    named = [*kind.required, *kind.restored_fields, *kind.shared_fields, *kind.finish_fields]
    named += [*kind.takes_stand_ins, *kind.needs_one_of, *kind.identifying]
    named += [name for name in (kind.parent_field, kind.notes_field) if name]
    for name in named:
        demand(name in kind.fields, f"it names the field '{name}', which is not among its fields")


class _Writing:
    def __init__(self, worlds: Worlds, case: LoaderCase) -> None:
        self._worlds = worlds
        self._case = case
        self._client: Optional[Client] = None
        self._wrote: list[str] = []

    # ------------------------------------------------------------------ proofs

    def prove_dry(self) -> None:
        bench = self._bench()
        effect = self._case.effect(bench)
        loader = self._loader(bench.client)
        before = self._state()
        self._wrote.clear()
        loader.prepare()
        demand(isinstance(loader.refusal(), str), "refusal is a reason in words, or empty")
        symbolic = {name: _symbolic(value) for name, value in effect.payload.items()}
        list(loader.problems(symbolic))
        lane = loader.lane(str(effect.origin), "", str(effect.origin), symbolic)
        demand(isinstance(lane, str) and lane, f"a lane is a text, not {shown(lane)}")
        demand(isinstance(loader.rank(symbolic), int), "a rank is a number")
        finishing = list(loader.finishing(symbolic))
        demand(set(finishing) <= set(loader.finish_fields), f"finishing gives {finishing}: not all are finish_fields")
        keys = list(loader.keys(effect))
        demand(all(isinstance(key, str) for key in keys), f"keys are texts, not {shown(keys)}")
        image = dict(loader.image(effect))
        demand(image, "image is empty: nothing that is written could be compared")
        loader.wanted(effect)
        found = [item.id for item in loader.find(effect)]
        demand(not found, f"find gives {found} for what was never created")
        list(loader.scan(self._scopes(effect, loader)))
        demand(not self._wrote, f"it sends {', '.join(self._wrote)}")
        demand(self._state() == before, "what the target holds has changed")

    def prove_server_check(self) -> None:
        if self._case.loader.server_check is Loader.server_check:
            return
        bench = self._bench()
        effect = self._case.effect(bench)
        loader = self._loader(bench.client)
        before = self._state()
        self._wrote.clear()
        told = loader.server_check(effect)
        demand(not self._wrote, f"it sends {', '.join(self._wrote)}")
        demand(self._state() == before, "what the target holds has changed")
        demand(not loader.find(effect), "find gives something for what was only asked about")
        if told is None:
            return
        errors = [problem.message for problem in told if problem.severity == ERROR]
        demand(not errors, f"it says that the effect of the case would be refused: {'; '.join(errors)}")
        if not self._can_change():
            return
        answer = loader.create(effect)
        current = self._read(loader, effect, answer)
        changed = replace(
            effect, payload={**effect.payload, **self._case.changes}, fields=frozenset(self._case.changes)
        )
        loader.server_check(changed, current)
        after = self._read(loader, effect, answer)
        demand(after.image == current.image, "asking about an update has changed the item")

    def prove_found(self) -> None:
        effect, answer = self._created()
        loader = self._loader(self._worlds.connect(self._world()))
        found = [item.id for item in loader.find(effect)]
        demand(found == [answer.id], f"find gives {found} for what was created as {answer.id}")
        scanned = [item.id for item in loader.scan(self._scopes(effect, loader)) if self._is_ours(item, effect, loader)]
        demand(
            scanned == [answer.id],
            f"scan gives {scanned} with the mark or a key of what was created as {answer.id}",
        )
        if loader.effect_class == EffectClass.MARKED:
            (mark,) = (item.mark for item in loader.find(effect))
            demand(mark == effect.origin.id, f"the mark of what was found is {mark!r}, not {effect.origin.id!r}")

    def prove_answer(self) -> None:
        effect, answer = self._created()
        loader = self._loader(self._bench().client)
        demand(isinstance(answer, Answer) and isinstance(answer.id, str) and answer.id, "an answer names the item's id")
        told = {difference.field for difference in answer.differences}
        for name, wanted in loader.image(effect).items():
            stored = answer.image.get(name)
            demand(
                name in told or loader.holds(name, wanted, stored),
                f"{name}: wanted {shown(wanted)}, stored {shown(stored)}, and no difference says so",
            )
        for found in loader.find(effect):
            untold = told - {difference.field for difference in loader.differences(effect, found)}
            demand(not untold, f"{', '.join(sorted(untold))}: what an answer tells is lost with it, and found untold")
        held = self._read(loader, effect, answer)
        for name, value in answer.image.items():
            demand(
                held.image.get(name) == value, f"{name}: answered {shown(value)}, read {shown(held.image.get(name))}"
            )

    def prove_once(self) -> None:
        effect, answer = self._created()
        loader = self._loader(self._bench().client)
        if loader.effect_class == EffectClass.MARKED:
            other = replace(effect, origin=replace(effect.origin, id=str(self._bench().number())))
            if not self._twin_allowed(loader, other):
                return
        else:
            try:
                loader.create(effect)
            except (Taken, ItemFailed):
                demand(
                    loader.effect_class == EffectClass.NATURAL,
                    "a repeatable effect was refused the second time",
                )
            else:
                demand(
                    loader.effect_class == EffectClass.REPEATABLE,
                    "the server took a second one of a natural kind: create raises Taken where it refuses it",
                )
        found = [item.id for item in loader.find(effect)]
        demand(found == [answer.id], f"after a second create find gives {found}, not {answer.id} alone")

    def prove_change(self) -> None:
        if not self._can_change():
            return
        effect, answer = self._created()
        loader = self._loader(self._bench().client)
        before = self._read(loader, effect, answer)
        names = frozenset(self._case.changes)
        changed = replace(effect, payload={**effect.payload, **self._case.changes}, fields=names)
        for _ in range(2):  # what is repeated after doubt leaves the same
            try:
                loader.update(changed, self._read(loader, effect, answer))
            except ItemSkipped:
                return  # the target can change no item of this kind
            held = self._read(loader, effect, answer)
            for name, wanted in loader.wanted(changed).items():
                demand(
                    name not in held.image or loader.holds(name, wanted, held.image[name]),
                    f"{name}: an update wanted {shown(wanted)}, and {shown(held.image.get(name))} is stored",
                )
        demand(
            any(held.image.get(name) != before.image.get(name) for name in held.image),
            "an update changed nothing: the changes of the case are as the effect is",
        )
        loader.update(replace(effect, fields=names), held)
        after = self._read(loader, effect, answer)
        for name, value in before.image.items():
            demand(
                loader.holds(name, value, after.image.get(name)),
                f"{name}: {shown(value)} before a change, {shown(after.image.get(name))} after its way back",
            )

    def prove_guard(self) -> None:
        if not self._can_change():
            return
        effect, answer = self._created()
        loader = self._loader(self._bench().client)
        stale = self._read(loader, effect, answer)
        if stale.version is None:
            return  # items of this kind have nothing to tell a change by
        names = frozenset(self._case.changes)
        changed = replace(effect, payload={**effect.payload, **self._case.changes}, fields=names)
        try:
            loader.update(changed, stale)
        except ItemSkipped:
            return
        try:
            loader.update(replace(effect, fields=names), stale)
        except Conflict:
            return
        demand(False, "an update over an old version is taken: it must raise Conflict")

    def prove_undo(self) -> None:
        if self._case.loader.undo == Undo.IMPOSSIBLE:
            return
        if self._case.lasting:
            raise NotProved("what is created cannot be removed in this world")
        effect, answer = self._created()
        loader = self._loader(self._bench().client)
        parent = effect.parent.id if effect.parent is not None else ""
        loader.delete(answer.id, parent)
        if self._case.loader.undo == Undo.EXACT:
            until = time.monotonic() + _REMOVAL
            while found := [item.id for item in loader.find(effect)]:  # some servers remove in the background
                demand(time.monotonic() < until, f"{_REMOVAL:.0f} seconds after its removal find gives {found}")
                time.sleep(0.05)
        loader.delete(answer.id, parent)  # what is gone already is fine

    # ------------------------------------------------------------------ the target

    def _world(self) -> World:
        return self._worlds.world(self._case.world)

    def _bench(self) -> Bench:
        if self._client is None:
            self._client = self._worlds.connect(self._world(), observer=self._observe)
        return Bench(self._worlds, self._client)

    def _observe(self, exchange: Exchange) -> None:
        harmless = exchange.method in _READS or (exchange.method == "POST" and self._world().state is not None)
        if not harmless:
            self._wrote.append(f"{exchange.method} {exchange.operation}")

    def _state(self) -> Any:
        state = self._world().state
        return state() if state is not None else None

    def _loader(self, client: Client) -> Loader:
        case = self._case
        entity = case.loader.name.rpartition(".")[2]
        loader = case.loader(client, SOURCE, entity, dict(case.options), SOURCE_URL)
        loader.prepare()
        return loader

    def _created(self) -> tuple[Effect, Answer]:
        bench = self._bench()
        effect = self._case.effect(bench)
        return effect, self._loader(bench.client).create(effect)

    def _can_change(self) -> bool:
        if self._case.loader.update is Loader.update:
            return False
        if not self._case.changes:
            raise NotProved("the case names no changes")
        return True

    def _twin_allowed(self, loader: Loader, other: Effect) -> bool:
        try:
            loader.create(other)
        except Outcome:
            return False  # the server allows no twin, so that marks need not tell them apart
        return True

    def _read(self, loader: Loader, effect: Effect, answer: Answer) -> Found:
        try:
            return loader.read(answer.id, effect.parent.id if effect.parent is not None else "")
        except NotImplementedError:
            found = list(loader.find(effect))
            demand(len(found) == 1, f"find gives {len(found)} items, and read is not implemented")
            return found[0]

    def _scopes(self, effect: Effect, loader: Loader) -> Sequence[str]:
        if self._case.scopes is not None:
            return self._case.scopes(effect)
        if loader.scan_by is None:
            return ()
        if effect.parent is not None:
            return (effect.parent.id,)
        return tuple(
            value.id
            for value in effect.payload.values()
            if isinstance(value, TargetItem) and value.entity == loader.scan_by
        )

    @staticmethod
    def _is_ours(item: Found, effect: Effect, loader: Loader) -> bool:
        return item.mark == effect.origin.id or bool(set(item.keys) & set(loader.keys(effect)))


def _symbolic(value: Any) -> Any:
    if isinstance(value, TargetItem):
        return Ref(value.entity, (value.key or value.id,), value.label)
    return [_symbolic(item) for item in value] if isinstance(value, list) else value
