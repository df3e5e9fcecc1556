"""Placeholder users: people who have no account, as far as OpenProject lets work be assigned to them."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, Phase, Problem, Refused, Taken

from ..refusals import attributes_of
from ..texts import folded, one_line
from .entity import EntityLoader, failed, lost_notes, only

_LONGEST = 256


class PlaceholderUsers(EntityLoader):
    """The server keeps their names single. One is made only of a person who is to have no account.

    An add-on of the Enterprise edition: where it is not offered, none is made, and references to these people are
    noted in words.
    """

    name = "openproject.placeholder_users"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    after = ("users",)
    stands_in_for = "users"
    fields: ClassVar[Mapping[str, str]] = {"name": "name, unique, up to 256 characters"}
    required = ("name",)

    def refusal(self) -> str:
        """Why this server takes none."""
        return self.catalogue.placeholder_users.refusal

    def keys(self, effect: Effect) -> Sequence[str]:
        """``name:ann lee``."""
        return (_key(effect.payload.get("name")),)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Names the server would refuse."""
        if len(one_line(payload.get("name"))) > _LONGEST:
            yield self.problem("J2O-O004", f"longer than {_LONGEST} characters", "name")

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All placeholder users that the account may see."""
        return map(_found, self.client.pages("placeholder_users"))

    def find(self, effect: Effect) -> Sequence[Found]:
        """By name. The server's filter for names finds parts of them, so all are listed."""
        (key,) = self.keys(effect)
        return [found for found in self.scan(()) if key in found.keys]

    def create(self, effect: Effect) -> Answer:
        """One placeholder; it needs no address and no licence, and gets no mail."""
        wanted = self.image(effect)
        try:
            answer = self.client.post("placeholder_users", wanted)
        except Refused as refusal:
            attributes = attributes_of(refusal)
            if "name" in attributes and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            if "base" in attributes or refusal.status == 403:
                raise failed(refusal, "People without an account are noted in words instead") from None
            raise
        return self.answer(_found(answer), wanted, differences=lost_notes(effect.notes))

    def update(self, effect: Effect, current: Found) -> Answer:
        """The name."""
        wanted = only(effect, self.image(effect))
        return self.answer(_found(self.client.patch(f"placeholder_users/{current.id}", wanted)), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One placeholder user."""
        return _found(self.client.get(f"placeholder_users/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove it; the server does so in the background, and shows 'Deleted user' where it was assigned."""
        try:
            self.client.delete(f"placeholder_users/{identifier}")
        except Refused as refusal:
            raise failed(refusal, "Who deletes one must be allowed to manage members in all its projects") from None

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """The name on one line."""
        return {"name": one_line(effect.payload.get("name"))}


def _found(row: Mapping[str, Any]) -> Found:
    name = str(row.get("name") or "")
    return Found(
        id=str(row["id"]),
        keys=(_key(name),),
        updated=row.get("updatedAt"),
        image={"name": row.get("name")},
        label=name,
        display=name,
    )


def _key(name: object) -> str:
    return f"name:{folded(name or '')}"
