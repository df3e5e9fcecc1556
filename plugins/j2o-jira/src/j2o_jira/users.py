"""The directory of users, where it may be read."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Refused, Selection

from .pages import offset_pages
from .people import person_aliases, person_data, person_id, person_key, person_label

_PAGE = 1000


class Users(Extractor):
    """Everybody the directory lists. Option ``inactive`` (default true): deactivated accounts too.

    Those it does not list (deleted, hidden) are found where they are embedded: see ``jira.people``.
    """

    name = "jira.users"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """The cursor is the number of users received."""
        first = received = int(cursor or 0)
        try:
            for page in offset_pages(lambda start: self._fetch(first + start), "users"):
                self.client.know(page)
                chosen = [person for person in page if self._inactive or person.get("active") is not False]
                received += len(page)
                yield Page([self._record(person) for person in chosen], received)
        except Refused as refusal:
            message = f"the directory of users cannot be read ({refusal.message}): people are found in issues alone"
            yield Page([], received, problems=[Problem("J2O-X001", message, WARNING, entity=self.entity)])

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """See ``person_aliases``."""
        return person_aliases(value)

    @staticmethod
    def label(value: Any) -> str:
        """See ``person_label``."""
        return person_label(value)

    @property
    def _inactive(self) -> bool:
        return bool(self.options.get("inactive", True))

    def _fetch(self, start: int) -> Any:
        if self.client.cloud:
            return self.client.get("/users/search", {"startAt": start, "maxResults": _PAGE})
        asked = {"username": ".", "includeInactive": self._inactive, "startAt": start, "maxResults": _PAGE}
        return self.client.get("/user/search", asked)

    def _record(self, person: Mapping[str, Any]) -> Record:
        data = person_data(person)
        origin = Origin(self.source, self.entity, person_id(data))
        return Record(origin, person_key(data), data, tuple(person_aliases(data)))
