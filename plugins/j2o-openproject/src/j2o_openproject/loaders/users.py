"""People."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Difference, Effect, EffectClass, Found, Phase, Problem, Refused, Taken, Undo

from ..hal import condition
from ..passwords import new_password
from ..person_names import person_name
from ..refusals import attributes_of
from ..texts import folded, one_line
from .entity import FormLoader, failed, lost_notes, only

_LOGIN = re.compile(r"[\w@.+\- ]*", re.UNICODE)
#: as the server's own rule has it: hosts without a dot are fine
_MAIL = re.compile(r"\S+@\S+")
#: what to do about an account that is refused for its address
_ADVICE = (
    "Mend the address in Jira, or let the spec give another ('table' or 'default' of 'email'; no mail reaches one "
    "that ends in .invalid). Until then their work is kept under their name; the next run makes the account and "
    "assigns it"
)
_LONGEST = 256
_NAMES = ("firstName", "lastName")
_ACTIVE, _INVITED, _LOCKED = "active", "invited", "locked"


class Users(FormLoader):
    """The server keeps logins and mail addresses single, so a second account of a person is never made."""

    name = "openproject.users"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    undo = Undo.COMPENSATING  # deleting users is switched off by default: they are locked
    fields: ClassVar[Mapping[str, str]] = {
        "login": "login name, unique without regard to case",
        "email": "mail address, unique",
        "firstName": "given name",
        "lastName": "family name",
        "admin": "whether an administrator",
        "language": "language of the interface, such as de",
        "status": "active (gets a random password that nobody knows) or invited (gets an invitation by mail)",
        "locked": "whether locked, at the finish",
    }
    required = ("login", "email", "firstName", "lastName")
    finish_fields = ("locked",)

    def keys(self, effect: Effect) -> Sequence[str]:
        """``login:ann`` and ``mail:ann@example.org``, case folded."""
        return _keys(effect.payload.get("login"), effect.payload.get("email"))

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Logins, mail addresses and statuses that the server would refuse."""
        login, mail, status = (payload.get(field) for field in ("login", "email", "status"))
        if isinstance(login, str) and not _LOGIN.fullmatch(login):
            yield self.problem(
                "J2O-O001",
                f"OpenProject refuses the login '{login}'",
                "login",
                expected="letters, digits, blanks and _ - @ . +",
                suggestion=re.sub(r"[^\w@.+\- ]", "-", login),
            )
        if isinstance(mail, str) and mail and not _MAIL.fullmatch(mail.strip()):
            yield self.problem("J2O-O002", f"'{mail}' is no mail address", "email", expected="name@host.example")
        if status not in (None, _ACTIVE, _INVITED):
            yield self.problem("J2O-O003", f"a new user cannot be '{status}'", "status", expected="active or invited")
        for field in ("login", "email", *_NAMES):
            if len(str(payload.get(field) or "")) > _LONGEST:
                yield self.problem("J2O-O004", f"longer than {_LONGEST} characters", field)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """Everybody, the locked and invited ones too."""
        return map(_found, self.client.pages("users"))

    def find(self, effect: Effect) -> Sequence[Found]:
        """By login, else by mail address."""
        login, mail = str(effect.payload.get("login") or ""), str(effect.payload.get("email") or "").strip()
        for wanted, question in (
            (f"login:{folded(login)}", condition("login", "=", [login])),
            (f"mail:{folded(mail)}", condition("any_name_attribute", "~", [mail])),
        ):
            if wanted.endswith(":"):
                continue
            found = [person for person in map(_found, self.client.pages("users", question)) if wanted in person.keys]
            if found:
                return found
        return ()

    def create(self, effect: Effect) -> Answer:
        """One account; the password of an active one is known to nobody."""
        wanted = self.image(effect)
        body = {name: value for name, value in wanted.items() if value is not None}
        body["status"] = effect.payload.get("status") or _ACTIVE
        if body["status"] == _ACTIVE:
            body["password"] = new_password()
        try:
            answer = self.client.post("users", body)
        except Refused as refusal:
            if {"login", "email"} & set(attributes_of(refusal)) and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            if "email" in attributes_of(refusal):
                raise failed(refusal, _ADVICE) from None
            raise
        told = (*_changed(effect, wanted), *lost_notes(effect.notes))
        return self.answer(_found(answer), wanted, differences=told)

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """Names that the server would not take as they are, too."""
        return (*_changed(effect, self.image(effect)), *super().differences(effect, found))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields by PATCH; ``locked`` by the server's own route for it."""
        wanted = only(effect, self.image(effect))
        locked = wanted.pop("locked", None)
        if wanted:
            found = _found(self.client.patch(f"users/{current.id}", wanted))
        if locked is not None:
            found = self._lock(current, locked)
        elif not wanted:
            found = current
        return self.answer(found, {**wanted, **({} if locked is None else {"locked": locked})})

    def read(self, identifier: str, parent: str = "") -> Found:
        """One account."""
        return _found(self.client.get(f"users/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove an account, where the administrator allows that."""
        try:
            self.client.delete(f"users/{identifier}")
        except Refused as refusal:
            raise failed(
                refusal,
                "Users can be deleted over the API only where Administration > Users > Settings allows it; lock the "
                "account instead",
            ) from None

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Names, login, address; ``locked`` only where the effect is about it."""
        payload = effect.payload
        image: dict[str, Any] = {field: one_line(payload[field]) for field in ("login", "email") if field in payload}
        image.update({field: person_name(payload[field]) for field in _NAMES if field in payload})
        if payload.get("admin") is not None:
            image["admin"] = bool(payload["admin"])
        if payload.get("language"):
            image["language"] = str(payload["language"])
        if effect.fields is not None and "locked" in effect.fields:
            image["locked"] = bool(payload.get("locked"))
        return image

    def _lock(self, current: Found, locked: bool) -> Found:
        now = self.read(current.id)
        if now.image["locked"] == locked:
            return now  # asking for the state that holds is refused
        path = f"users/{current.id}/lock"
        try:
            return _found(self.client.post(path, {}) if locked else self.client.send_delete(path))
        except Refused as refusal:
            raise failed(refusal, f"Only an active user can be locked; this one is {now.image['status']}") from None


def _changed(effect: Effect, wanted: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(field, effect.payload[field], wanted[field])
        for field in _NAMES
        if field in wanted and wanted[field] != one_line(effect.payload[field])
    ]


def _found(row: Mapping[str, Any]) -> Found:
    image = {
        "login": row.get("login"),
        "email": row.get("email"),
        "firstName": row.get("firstName"),
        "lastName": row.get("lastName"),
        "admin": bool(row.get("admin")),
        "language": row.get("language"),
        "status": row.get("status"),
        "locked": row.get("status") == _LOCKED,
    }
    return Found(
        id=str(row["id"]),
        keys=tuple(_keys(row.get("login"), row.get("email"))),
        updated=row.get("updatedAt"),
        image=image,
        label=str(row.get("name") or ""),
        display=str(row.get("name") or ""),
    )


def _keys(login: Any, mail: Any) -> list[str]:
    return [f"{kind}:{folded(value)}" for kind, value in (("login", login), ("mail", mail)) if folded(value or "")]
