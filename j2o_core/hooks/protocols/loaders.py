"""Loaders write items to the target, one request at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence, Union

from ...model.effect import Answer, Difference, Effect, EffectClass, Found, Phase, TargetItem, Undo
from ...model.payload import Ref
from ...model.problem import Problem
from .numbering import Numbering

#: what a reference means, before anything is written: an item that is on the target, else the payload that it will be
#: made of; ``None``: neither is known
Meant = Callable[[Ref], Optional[Union[TargetItem, Mapping[str, Any]]]]


@dataclass(frozen=True)
class Provenance:
    """Who made the items of a kind, or when: written by the server itself (``written``), else visible in a text.

    ``what`` is which of the two, ``where`` the place for people.
    """

    what: str
    written: bool
    where: str


class Loader(ABC):
    """Writes items of one entity to the target. ``name`` is what a spec calls it (``openproject.users``).

    One instance serves a whole run and is used by many workers at once.
    """

    name: ClassVar[str]
    effect_class: ClassVar[EffectClass]
    phase: ClassVar[Phase]
    undo: ClassVar[Undo] = Undo.EXACT
    #: entities whose items must exist before, beyond what the payload refers to (roles of specs, by loader entity)
    after: ClassVar[tuple[str, ...]] = ()
    #: payload fields the loader understands, with one line about each; ``cf:*`` stands for custom fields by name
    fields: ClassVar[Mapping[str, str]] = {}
    #: payload fields without which nothing can be created
    required: ClassVar[tuple[str, ...]] = ()
    #: the payload field that refers to another item of the same entity and should exist first (a parent)
    parent_field: ClassVar[Optional[str]] = None
    #: payload fields that the server disturbs when children are attached; restored in the shape phase
    restored_fields: ClassVar[tuple[str, ...]] = ()
    #: payload fields of the item that is changed, or of the parent of what is created, that a write of several steps
    #: sets to something else on its way (see ``after_doubt``)
    passing_fields: ClassVar[tuple[str, ...]] = ()
    #: payload fields to which other items add on the target (roles through groups): there, more is no drift
    shared_fields: ClassVar[tuple[str, ...]] = ()
    #: payload fields that hold names of what an administrator makes, with the kind of thing (``types``, ``roles``);
    #: those that begin with ``cf:`` are ``custom_fields`` anyway, unless ``cf:*`` has another kind here
    named: ClassVar[Mapping[str, str]] = {}
    #: kinds of things that several such fields have to agree on (what ``workflows`` allow), with those fields
    named_together: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: options whose value names such a thing, likewise
    named_options: ClassVar[Mapping[str, str]] = {}
    #: payload fields that are written at the finish only: a later run must still be able to use the item
    finish_fields: ClassVar[tuple[str, ...]] = ()
    #: the payload field into whose text ``effect.notes`` are written
    notes_field: ClassVar[Optional[str]] = None
    #: whether texts are written again once what they name in vain exists; so they are where there is a parent_field
    rewrites_texts: ClassVar[bool] = False
    #: whether ``numbering`` may give something
    can_number: ClassVar[bool] = False
    #: the entity by whose create these files are claimed (attachments by work packages)
    claimed_by: ClassVar[Optional[str]] = None
    #: the entity that partitions ``scan``: its target ids are the scopes; ``None``: one scan for all
    scan_by: ClassVar[Optional[str]] = None
    #: whether an item can be changed once it is written; else what the target made of it then is found as it is
    changeable: ClassVar[bool] = True
    #: of what bears no mark and is found by its keys: whether the server would take a second one, so that absence of
    #: what may have been sent counts only after the settle time
    taken_twice: ClassVar[bool] = False
    #: the entity for whose missing items these stand in (placeholders for ``users``): one is made only of what has no
    #: item of its own there
    stands_in_for: ClassVar[Optional[str]] = None
    #: payload fields that may refer to what stands in for another item; ``cf:*`` for all custom fields
    takes_stand_ins: ClassVar[tuple[str, ...]] = ()
    #: payload fields that cannot be changed: where one is another, a new item is created, and the earlier one stays
    identifying: ClassVar[tuple[str, ...]] = ()
    #: payload fields of which one is needed: an item all of whose references there lead nowhere is left out
    needs_one_of: ClassVar[tuple[str, ...]] = ()
    #: codes of ``ItemSkipped`` for which an item is left out in later runs too, unasked, until the record, the one it
    #: was split from, or the mapping changes; true: or any run writes anything of the entity that the latter is of
    settled: ClassVar[Mapping[str, bool]] = {}
    #: how many scopes one ``scan`` takes, and how many items one ``read_many``; the spec may ask for fewer
    scan_batch: int = 1
    read_batch: int = 200
    #: further base URLs under which texts name the source; set before anything is written
    source_addresses: Sequence[str] = ()

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        self.client = client
        self.source = source
        self.entity = entity
        self.options = options
        self.source_url = source_url

    def writes_elsewhere(self) -> Mapping[str, Sequence[str]]:
        """Fields of other entities' items that it writes, by entity: what differs there is its work, and no drift."""
        return {}

    def provenance(self) -> Mapping[str, Provenance]:
        """Of the payload fields that tell who made an item or when, where the target shows that."""
        return {}

    def prepare(self) -> None:
        """Look up once what requests need (types, statuses, ...); raises ``Fatal`` where what must exist does not."""

    def refusal(self) -> str:
        """Why the target takes no items of this kind at all (its edition has none), found out by reading; else empty.

        Asked once, when the first item is checked; after that every item is skipped for this reason.
        """
        return ""

    def numbering(self) -> Optional[Numbering]:
        """How the keys of the source are reproduced, where the options ask for it."""
        return None

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """Effects of one lane never run at the same time. ``parent`` and ``root`` are origins as text, or empty."""
        return effect_key

    def joined_lanes(self) -> Mapping[str, str]:
        """Lanes given by ``lane`` that later effects have shown to be a part of others: the whole, by part."""
        return {}

    def finishing(self, payload: Mapping[str, Any]) -> Sequence[str]:
        """Those of ``finish_fields`` that this item needs written at the finish."""
        return [name for name in self.finish_fields if payload.get(name)]

    def rank(self, payload: Mapping[str, Any]) -> int:
        """Its turn within the step, for kinds without ``parent_field``: all of rank 0 end before rank 1 begins."""
        return 0

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """What will not fit, told before the first write; ``payload`` still holds symbolic references."""
        return ()

    def problems_at(self, payload: Mapping[str, Any], meant: Meant) -> Iterable[Problem]:
        """As ``problems``, for what depends on the items that the payload refers to: ``meant`` gives what each is."""
        return ()

    @abstractmethod
    def keys(self, effect: Effect) -> Sequence[str]:
        """Natural keys of the item that the effect makes, comparable with ``Found.keys``; empty for marked kinds."""

    def holds(self, field: str, wanted: Any, stored: Any) -> bool:
        """Whether what is stored is what was wanted: equality, but for fields to which the target or others add."""
        return bool(wanted == stored)

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """What ``create`` would have told of its answer, where that was lost and the item found."""
        return [
            Difference(field, wanted, found.image.get(field))
            for field, wanted in self.image(effect).items()
            if not self.holds(field, wanted, found.image.get(field))
        ]

    def before_others(self, field: str, found: Found, ours: bool) -> Optional[Iterable[Any]]:
        """What one of ``shared_fields`` may have held before others added to what ``found`` holds.

        Verification looks for what was written among these values. ``ours``: only what adds by the target's own rules
        may have; else anybody may. ``None``: it cannot be told, and the field is not verified.
        """
        return None

    @abstractmethod
    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """Everything of this kind in the scopes (target ids of ``scan_by``; empty where that is ``None``)."""

    def strangers(self, parent: str) -> int:
        """How many items of this kind below a target item (of ``scan_by``) bear no mark of ours: others made them."""
        return sum(found.mark is None for found in self.scan([parent])) if self.scan_by else 0

    @abstractmethod
    def find(self, effect: Effect) -> Sequence[Found]:
        """All items that this effect may have made: one cheap, complete look-up. Oldest first."""

    def look_together(self, effects: Sequence[Effect]) -> None:
        """Look up at once what ``check_refusal``, which is asked for each of these effects next, would look up one by
        one; a loader that cannot does nothing."""

    def check_refusal(self, effect: Effect) -> None:
        """Find out by reading alone whether the target would still refuse what it refused before.

        Asked for items only that an earlier run skipped because the target would not take them; raises ``ItemSkipped``
        with the reason, or returns: then it is sent.
        """

    def server_check(self, effect: Effect, current: Optional[Found] = None) -> Optional[Sequence[Problem]]:
        """What the target itself says of a create (or of an update of ``current``) before it is sent: errors where it
        would refuse it, warnings where it would store something else. Writes nothing.

        ``None``: it cannot be asked about this one. A loader whose target cannot be asked at all leaves this out.
        """
        return None

    @abstractmethod
    def create(self, effect: Effect) -> Answer:
        """Send one request that creates the item."""

    def update(self, effect: Effect, current: Found) -> Answer:
        """Send one request that sets ``effect.fields`` of an existing item, guarded by ``current.version``."""
        raise NotImplementedError(f"{self.name} cannot update")

    def after_doubt(self, effect: Effect, item: str, was_last: Callable[[str, Any], bool]) -> None:
        """Mend what an attempt that may have broken off half-way has left aside, before it is looked whether it was
        applied: of the item that the effect changes, or of the parent of what it creates (``item``, its target id).

        ``was_last(field, value)``: the ledger has this value as what the target stored last in that item's field.
        """

    def wanted(self, effect: Effect) -> Mapping[str, Any]:
        """What an update with ``effect.fields`` should leave stored: their images, and those of what they entail."""
        image = self.image(effect)
        return {name: image.get(name) for name in (image if effect.fields is None else effect.fields)}

    def read(self, identifier: str, parent: str = "") -> Found:
        """The item as it is now, with its full image."""
        raise NotImplementedError(f"{self.name} cannot read one item")

    def page(self, identifier: str) -> str:
        """The address of the item's web page; left out where items have none of their own."""
        raise NotImplementedError(f"{self.name} has no pages")

    def read_many(self, identifiers: Sequence[str]) -> Iterable[Found]:
        """Those of the items that one look-up tells, as ``read`` would; the others are read one by one."""
        return ()

    def goes_along(self, identifier: str) -> str:
        """What of others the target would remove together with an item, in words; empty where there is nothing."""
        return ""

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove the item; removing what is gone is fine."""
        raise NotImplementedError(f"{self.name} cannot delete")

    def upload(self, effect: Effect) -> Answer:
        """Upload the file of ``effect`` unclaimed (only loaders with ``claimed_by``)."""
        raise NotImplementedError(f"{self.name} has no unclaimed uploads")

    @abstractmethod
    def image(self, effect: Effect) -> Mapping[str, Any]:
        """What the target should hold for this effect, in the form of ``Found.image``; verify compares the two."""
