"""Groups of people."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, Phase, Problem, Refused, Taken

from ..hal import linked_all, links
from ..refusals import attributes_of
from ..target_items import ids, sorted_ids
from ..texts import folded, one_line
from .entity import EntityLoader, lost_notes, only

_LONGEST = 256


class Groups(EntityLoader):
    """The server keeps group names single. A group's members are written as one list."""

    name = "openproject.groups"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    after = ("users",)
    fields: ClassVar[Mapping[str, str]] = {"name": "name, unique without regard to case", "members": "list of users"}
    required = ("name",)

    def keys(self, effect: Effect) -> Sequence[str]:
        """``name:developers``."""
        return (f"name:{folded(effect.payload.get('name', ''))}",)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Names the server would refuse."""
        if len(str(payload.get("name") or "")) > _LONGEST:
            yield self.problem("J2O-O004", f"longer than {_LONGEST} characters", "name")

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All groups."""
        return map(_found, self.client.pages("groups"))

    def find(self, effect: Effect) -> Sequence[Found]:
        """By name: the server has no look-up for one group, so all are listed."""
        (key,) = self.keys(effect)
        return [group for group in self.scan(()) if key in group.keys]

    def create(self, effect: Effect) -> Answer:
        """A group with its members."""
        wanted = self.image(effect)
        try:
            answer = self.client.post("groups", _body(wanted))
        except Refused as refusal:
            if "name" in attributes_of(refusal) and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            raise
        return self.answer(_found(answer), wanted, differences=lost_notes(effect.notes))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Name and members; the list of members replaces the one there is."""
        wanted = only(effect, self.image(effect))
        return self.answer(_found(self.client.patch(f"groups/{current.id}", _body(wanted))), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One group."""
        return _found(self.client.get(f"groups/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a group; the server does so in the background."""
        self.client.delete(f"groups/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Name and ids of the members."""
        image: dict[str, Any] = {"name": one_line(effect.payload.get("name"))}
        if "members" in effect.payload:
            image["members"] = sorted_ids(ids(effect.payload["members"]))
        return image


def _body(wanted: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"name": wanted["name"]} if "name" in wanted else {}
    if "members" in wanted:
        body["_links"] = {"members": links("users", wanted["members"])}
    return body


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        id=str(row["id"]),
        keys=(f"name:{folded(row.get('name', ''))}",),
        updated=row.get("updatedAt"),
        image={"name": row.get("name"), "members": sorted_ids(linked_all(row, "members"))},
        label=str(row.get("name") or ""),
    )
