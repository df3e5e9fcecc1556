"""The directory of users, where it may be read."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import WARNING, Extractor, Origin, Page, Problem, Record, Refused, Selection

from .directory import Directory
from .people import person_aliases, person_data, person_id, person_key, person_label


class Users(Extractor):
    """Everybody the directory lists. Option ``inactive`` (default true): deactivated accounts too.

    Those it does not list (deleted, hidden) are found where they are embedded: see ``jira.people``.
    """

    name = "jira.users"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """The cursor is that of the directory."""
        directory = Directory(self.client, self.client.get, self._inactive)
        after = cursor
        try:
            for people, after in directory.lots(cursor):
                self.client.know(people)
                chosen = [person for person in people if self._inactive or person.get("active") is not False]
                problems = []
                if directory.remark is not None:
                    problems.append(Problem("J2O-X032", directory.remark, WARNING, entity=self.entity))
                yield Page([self._record(person) for person in chosen], after, problems=problems)
        except Refused as refusal:
            message = f"the directory of users cannot be read ({refusal.message}): people are found in issues alone"
            yield Page([], after or 0, problems=[Problem("J2O-X001", message, WARNING, entity=self.entity)])

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

    def _record(self, person: Mapping[str, Any]) -> Record:
        data = person_data(person)
        origin = Origin(self.source, self.entity, person_id(data))
        return Record(origin, person_key(data), data, tuple(person_aliases(data)))
