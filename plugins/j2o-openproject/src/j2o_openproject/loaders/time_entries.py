"""Time spent on work packages."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    Answer,
    Difference,
    Effect,
    EffectClass,
    Found,
    Note,
    Phase,
    Problem,
    Provenance,
    Refused,
    TargetItem,
)

from ..bad_values import bad_values_fail
from ..catalogue import Names
from ..durations import duration_of, normal_duration, seconds_of
from ..hal import condition, link, linked, raw
from ..marks import TIME_ENTRY
from ..plain_text import plain_text
from ..target_items import optional_id, payload_of, target_id
from ..texts import normal_text
from ..time_restrictions import restricted
from ..times import day_of, readable_time
from .entity import FormLoader, failed, of_those_that_exist, only, readable_notes

_LONGEST_COMMENT = 1000
#: of a comment, beside long notes
_FEWEST_WORDS = 200
_LONGEST_HOURS = 1000 * 3600
#: the version from which a time entry belongs to an `entity`; `workPackage` before
_ENTITY_SINCE = (17, 0)
#: before this version hours lose seconds when they are read back
_EXACT_SINCE = (17, 9)


class TimeEntries(FormLoader):
    """Found again by the mark at the end of their comment, which is never cut for a long one."""

    name = "openproject.time_entries"
    effect_class = EffectClass.MARKED
    phase = Phase.ATTENDANCE
    named: ClassVar[Mapping[str, str]] = {"activity": "activities"}
    after = ("work_packages", "users", "memberships")
    scan_by = "work_packages"
    scan_batch = 100
    notes_field = "comment"
    fields: ClassVar[Mapping[str, str]] = {
        "spentOn": "the day",
        "hours": "time spent, ISO 8601",
        "startedAt": "when the work began: told in the comment",
        "comment": "text, up to 1000 characters with the origin mark",
        "user": "who worked: a member of the project",
        "activity": "name of an activity of the project",
        "project": "the project, where its activities differ from those of others",
    }
    required = ("spentOn", "hours")

    def provenance(self) -> Mapping[str, Provenance]:
        """Time is logged for somebody on a day; when it was typed in is the server's."""
        return {
            "user": Provenance("author", True, "by the server, as the person it is logged for"),
            "spentOn": Provenance("day", True, "by the server"),
            "startedAt": Provenance("time of day", False, "in the comment"),
        }

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One after the other on a work package."""
        return f"work_package:{parent}"

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Days and durations that the server would refuse."""
        try:
            seconds = seconds_of(str(payload.get("hours")))
            if not 0 <= seconds <= _LONGEST_HOURS:
                yield self.problem(
                    "J2O-O007", f"'{payload['hours']}' cannot be logged", "hours", expected="up to 1000 h"
                )
        except ValueError as error:
            yield self.problem("J2O-O007", str(error), "hours", expected="such as PT1H30M")
        try:
            if day_of(payload.get("spentOn")) is None:
                yield self.problem("J2O-O005", "the day is missing", "spentOn", expected="YYYY-MM-DD")
        except ValueError:
            yield self.problem("J2O-O005", f"'{payload['spentOn']}' is no day", "spentOn", expected="YYYY-MM-DD")

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All time entries of some work packages."""
        return map(self._found, of_those_that_exist(scopes, self._on, self.is_work_package))

    def _on(self, work_packages: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        questions = [condition("workPackage", "=", work_packages)]
        if self._has_entity:
            questions = [condition("entityType", "=", ["WorkPackage"]), condition("entityId", "=", work_packages)]
        return self.client.pages("time_entries", *questions)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among the time entries of the work package: there is no look-up by comment."""
        parent = target_id(effect.parent, "work package")
        return [found for found in self.scan([parent]) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One entry."""
        parent = target_id(effect.parent, "work package")
        wanted = self.image(effect)
        body = self._body(effect, wanted)
        body["_links"]["entity" if self._has_entity else "workPackage"] = link("work_packages", parent)
        if optional_id(effect.payload.get("project")):
            body["_links"]["project"] = link("projects", optional_id(effect.payload["project"]))
        try:
            row = self.client.post("time_entries", body)
        except Refused as refusal:
            nobody = refusal.status == 403 and "user" not in wanted
            advised = failed(refusal, _ADVICE_FOR_NOBODY if nobody else _ADVICE)
            raise restricted(self.client, refusal) or advised from None
        return self.answer(self._found(row), wanted, differences=self._comment(effect)[1])

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """What of the comment was cut, too."""
        return (*super().differences(effect, found), *self._comment(effect)[1])

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields."""
        wanted = only(effect, self.image(effect))
        try:
            row = self.client.patch(f"time_entries/{current.id}", self._body(effect, wanted))
        except Refused as refusal:
            raise restricted(self.client, refusal) or failed(refusal, _ADVICE) from None
        return self.answer(self._found(row), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One entry."""
        return self._found(self.client.get(f"time_entries/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove an entry."""
        self.client.delete(f"time_entries/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Day, duration, comment as far as it fits, person, activity."""
        payload = payload_of(effect)
        with bad_values_fail():
            image: dict[str, Any] = {
                "spentOn": day_of(payload.get("spentOn")),
                "hours": self._hours(payload.get("hours")),
                "comment": self._comment(effect)[0],
            }
        if isinstance(payload.get("user"), TargetItem):
            image["user"] = payload["user"].id
        if payload.get("activity"):
            activities = self._activities(effect)
            image["activity"] = activities.name(activities.id(payload["activity"]))
        return image

    @property
    def _has_entity(self) -> bool:
        return self.client.version >= _ENTITY_SINCE

    def _hours(self, duration: Any) -> Optional[str]:
        """To the minute, where the server itself is no more exact than that."""
        normal = normal_duration(duration)
        if normal is None or self.client.version >= _EXACT_SINCE:
            return normal
        return duration_of(60 * round(seconds_of(normal) / 60))

    def _activities(self, effect: Effect) -> Names:
        project = optional_id(effect.payload.get("project"))
        return self.catalogue.activities(project, target_id(effect.parent, "work package"))

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"spentOn": wanted["spentOn"]} if "spentOn" in wanted else {}
        if "hours" in wanted:
            body["hours"] = normal_duration(effect.payload.get("hours"))
        if "comment" in wanted:
            mark = self.marks.ending(TIME_ENTRY, effect.origin.id)
            body["comment"] = {"raw": f"{wanted['comment']}\n{mark}".strip()}
        body["_links"] = {}
        if "user" in wanted:
            body["_links"]["user"] = link("users", wanted["user"])
        if "activity" in wanted:
            identifier = self._activities(effect).id(wanted["activity"])
            body["_links"]["activity"] = link("time_entries/activities", identifier)
        return body

    def _comment(self, effect: Effect) -> tuple[str, tuple[Difference, ...]]:
        text = plain_text(effect.payload.get("comment"))
        started = effect.payload.get("startedAt")
        notes = [*((Note("Started", readable_time(str(started))),) if started else ()), *effect.notes]
        told = readable_notes(notes)
        whole = normal_text("\n".join(part for part in (text, told) if part))
        room = _LONGEST_COMMENT - len(self.marks.ending(TIME_ENTRY, effect.origin.id)) - 1
        if len(whole) <= room:
            return whole, ()
        room -= len(told) + 1
        if room > _FEWEST_WORDS:  # words of the comment give way, not what else is told
            cut = f"{text[: room - 1].rstrip()}…\n{told}".rstrip()
        else:
            cut = whole[: room + len(told)].rstrip() + "…"
        return cut, (Difference("comment", whole, cut),)

    def _found(self, row: Mapping[str, Any]) -> Found:
        marked = self.marks.read_ending(TIME_ENTRY, raw(row.get("comment")))
        links = row.get("_links") or {}
        parent = linked(row, "entity") or linked(row, "workPackage") or ""
        image = {
            "spentOn": row.get("spentOn"),
            "hours": self._hours(row.get("hours")),
            "comment": marked.text,
            "user": linked(row, "user"),
            "activity": (links.get("activity") or {}).get("title"),
            "workPackage": parent,
        }
        return Found(
            id=str(row["id"]),
            mark=marked.id,
            updated=row.get("updatedAt"),
            image=image,
            parent=parent,
        )


_ADVICE_FOR_NOBODY = (
    "Who worked has no account, so the time would be logged for the account of this connection, with the name in the "
    "comment: make that account a member of the project, or name another one with `missing: {use: KEY}`"
)
_ADVICE = (
    "Time can be logged only for members of the project, in projects with the module 'Time and costs', and to "
    "activities that are active there"
)
