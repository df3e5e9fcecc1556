"""Relations between work packages."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemFailed, ItemSkipped, Phase, Problem, Refused, Taken

from ..chains import Chains
from ..hal import condition, link, linked, linked_all
from ..marks import RELATION
from ..target_items import alias_of, target_id
from ..texts import one_line
from .entity import EntityLoader, of_those_that_exist, only, readable_notes

#: the types that the server stores turned round, and what it stores
_REVERSED = {
    "precedes": "follows",
    "blocked": "blocks",
    "duplicated": "duplicates",
    "partof": "includes",
    "required": "requires",
}
TYPES = ("relates", *_REVERSED, *_REVERSED.values())
#: bound by nothing but the rule of one relation a pair
_LOOSE = "relates"
_SCHEDULING = ("follows", "precedes")
_CHAIN = "relations:chain:"
_MOST_REMEMBERED = 2000
#: the version that renamed `delay`
_LAG_SINCE = (14, 0)


class Relations(EntityLoader):
    """One a pair, whatever its type, and none within a branch of a tree: what is refused for that is skipped."""

    name = "openproject.relations"
    effect_class = EffectClass.NATURAL
    phase = Phase.SHAPE
    after = ("work_packages",)
    scan_by = "work_packages"
    scan_batch = 100
    notes_field = "description"
    settled: ClassVar[Mapping[str, bool]] = {"second_of_pair": False, "related_to_itself": False, "same_branch": True}
    fields: ClassVar[Mapping[str, str]] = {
        "to": "the other work package",
        "type": ", ".join(TYPES),
        "description": "plain text",
        "lag": "days between the two, for follows and precedes",
    }
    required = ("to", "type")

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        super().__init__(client, source, entity, options, source_url)
        self._chains = Chains()
        #: what this process has written lately, by pair: (type, origin)
        self._written: dict[frozenset[str], tuple[str, str]] = {}
        #: what was looked up at once, by work package, until it is asked for
        self._looked_up: dict[str, list[Found]] = {}

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """By pair; those that move dates, by the chain that they are a part of."""
        ends = sorted((parent.rpartition("/")[2], alias_of(payload.get("to"))))
        if payload.get("type") in _SCHEDULING:
            return f"{_CHAIN}{self._chains.join(*ends)}"
        return f"relations:{'-'.join(ends)}"

    def joined_lanes(self) -> Mapping[str, str]:
        """Chains that a later relation has tied to each other."""
        return {f"{_CHAIN}{part}": f"{_CHAIN}{whole}" for part, whole in self._chains.joined()}

    def rank(self, payload: Mapping[str, Any]) -> int:
        """Of two relations of a pair the first is written: those that say more come first."""
        kind = payload.get("type")
        return 0 if kind in _SCHEDULING else 2 if kind == _LOOSE else 1

    def keys(self, effect: Effect) -> Sequence[str]:
        """``pair:10-11:blocks:10``: the pair, the type as stored, and whence it goes."""
        return (_key(self.image(effect)),)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Unknown types."""
        if payload.get("type") not in TYPES:
            yield self.problem(
                "J2O-O010", f"OpenProject has no relation '{payload.get('type')}'", "type", expected=", ".join(TYPES)
            )

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All relations of some work packages."""
        rows = of_those_that_exist(
            scopes, lambda some: self.client.pages("relations", condition("involved", "=", some)), self.is_work_package
        )
        return map(self._found, rows)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among the relations of one of the two."""
        return [found for found in self._between(*self._ends(effect)) if found.mark == effect.origin.id]

    def look_together(self, effects: Sequence[Effect]) -> None:
        """The relations of all these work packages."""
        starts = list(dict.fromkeys(self._ends(effect)[0] for effect in effects))
        found: dict[str, list[Found]] = {start: [] for start in starts}
        for at in range(0, len(starts), self.scan_batch):
            for one in self.scan(starts[at : at + self.scan_batch]):
                for end in {one.image["from"], one.image["to"]}:
                    if end in found:
                        found[end].append(one)
        self._looked_up = found

    def check_refusal(self, effect: Effect) -> None:
        """Whether the pair has a relation already, or is of one branch."""
        start, end = self._ends(effect)
        self._check_pair(start, end, _of_pair(start, end, self._looked_up.get(start, ())))

    def create(self, effect: Effect) -> Answer:
        """One relation, without a mail about it."""
        start, end = self._ends(effect)
        if start == end:
            raise ItemSkipped("a work package cannot be related to itself", code="related_to_itself")
        present = self._written.get(frozenset((start, end)))
        if present is not None and present[1] != effect.origin.id:
            raise _second_of_pair(present[0])  # it would be refused
        wanted = self.image(effect)
        body = self._body(effect, wanted)
        body["_links"] = {"to": link("work_packages", end)}
        try:
            row = self.client.post(f"work_packages/{start}/relations", body, quiet=True)
        except Refused as refusal:
            if refusal.status != 422:
                raise
            self._explain(refusal, effect, start, end)
            if body["type"] == _LOOSE:
                raise
            # A chain of such relations would lead back to its beginning. Nothing forbids the loose one: the words of
            # the source stay in its description.
            loose = {**body, "type": _LOOSE}
            loose.pop(self._lag, None)
            row = self.client.post(f"work_packages/{start}/relations", loose, quiet=True)
        if len(self._written) >= _MOST_REMEMBERED:
            self._written.clear()
        self._written[frozenset((start, end))] = (str(row.get("type")), effect.origin.id)
        return self.answer(self._found(row), wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Type, description and lag; a relation never leaves its pair."""
        wanted = only(effect, self.image(effect))
        body = self._body(effect, wanted)
        return self.answer(self._found(self.client.patch(f"relations/{current.id}", body)), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One relation."""
        return self._found(self.client.get(f"relations/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a relation."""
        self.client.delete(f"relations/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Type and ends as the server stores them, text, lag."""
        payload = effect.payload
        start, end = self._ends(effect)
        text = " ".join(part for part in (one_line(payload.get("description")), readable_notes(effect.notes)) if part)
        image = {**_canonical(str(payload.get("type")), start, end), "description": text}
        if payload.get("lag") is not None:
            image["lag"] = int(payload["lag"])
        return image

    def _ends(self, effect: Effect) -> tuple[str, str]:
        return target_id(effect.parent, "work package"), target_id(effect.payload.get("to"), "to")

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if "type" in wanted:
            body["type"] = effect.payload["type"]
        if "description" in wanted:
            body["description"] = f"{wanted['description']} {self.marks.ending(RELATION, effect.origin.id)}".strip()
        if "lag" in wanted:
            body[self._lag] = wanted["lag"]
        return body

    @property
    def _lag(self) -> str:
        return "lag" if self.client.version >= _LAG_SINCE else "delay"

    def _between(self, start: str, end: str) -> list[Found]:
        rows = self.client.pages("relations", condition("involved", "=", [start]))
        return _of_pair(start, end, map(self._found, rows))

    def _explain(self, refusal: Refused, effect: Effect, start: str, end: str) -> None:
        """Raise what a 422 means, where it can be found out; it does not say so in a way that can be relied on."""
        if any(present.mark == effect.origin.id for present in self._between(start, end)):
            raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
        self._check_pair(start, end)

    def _check_pair(self, start: str, end: str, known: Sequence[Found] = ()) -> None:
        for present in known or self._between(start, end):
            raise _second_of_pair(str(present.image["type"])) from None
        for below, above in ((start, end), (end, start)):
            if above in linked_all(self.client.get(f"work_packages/{below}"), "ancestors"):
                raise ItemSkipped(
                    "OpenProject relates no work package to one above or below it in its tree", code="same_branch"
                ) from None

    def _found(self, row: Mapping[str, Any]) -> Found:
        marked = self.marks.read_ending(RELATION, row.get("description"))
        start, end = linked(row, "from") or "", linked(row, "to") or ""
        image: dict[str, Any] = {
            **_canonical(str(row.get("type")), start, end),
            "description": one_line(marked.text),
            "lag": row.get(self._lag),
        }
        return Found(id=str(row["id"]), mark=marked.id, keys=(_key(image),), image=image, parent=start)


def _of_pair(start: str, end: str, relations: Iterable[Found]) -> list[Found]:
    return [found for found in relations if {found.image["from"], found.image["to"]} == {start, end}]


def _second_of_pair(kind: str) -> ItemSkipped:
    return ItemSkipped(f"OpenProject holds one relation a pair, and '{kind}' is there already", code="second_of_pair")


def _canonical(kind: str, start: str, end: str) -> dict[str, Any]:
    """Type and ends as stored. ``relates`` has no direction: the lower number comes first."""
    if kind not in TYPES:
        raise ItemFailed(f"OpenProject has no relation '{kind}'", code="unknown_name")
    turned: Optional[str] = _REVERSED.get(kind)
    if turned or (kind == "relates" and (len(start), start) > (len(end), end)):
        start, end = end, start
    return {"type": turned or kind, "from": start, "to": end}


def _key(image: Mapping[str, Any]) -> str:
    low, high = sorted((image["from"], image["to"]), key=lambda end: (len(end), end))
    return f"pair:{low}-{high}:{image['type']}:{image['from']}"
