"""The directory of users, however little of it a search gives in this version."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, NamedTuple, Optional, Sequence

from j2o_core.api import Refused, Retriable

from .client import Jira
from .narrowing import Found, Narrowing
from .pages import an_object, objects_in, offset_pages

_PAGE = 1000
#: how many users a search by name gives at most, on all its pages: of Jira 10 and later (JRASERVER-78660), and of
#: some 8 (JRASERVER-65089, JSWSERVER-21156)
_FIRST, _FIRST_OF_8 = 100, 1000
#: the cursor of a directory that is read
READ = "all"

Get = Callable[[str, Mapping[str, Any]], Any]


class Lot(NamedTuple):
    """Some users, each given once, and the cursor to go on from."""

    people: Sequence[Mapping[str, Any]]
    cursor: Any


class Directory:
    """Everybody whom Jira lists; ``get`` reads a path below the API's root, with parameters.

    Afterwards ``remark`` says what may be missing, if anything.
    """

    def __init__(self, client: Jira, get: Get, inactive: bool = True) -> None:
        self._client, self._get, self._inactive = client, get, inactive
        self._seen: set[str] = set()
        self.remark: Optional[str] = None

    def lots(self, cursor: Any = None) -> Iterator[Lot]:
        """The users from a cursor on. Raises ``Refused`` where this account may not read them."""
        if cursor == READ:
            return
        start = int(cursor or 0)
        if self._client.cloud:
            yield from self._paged("/users/search", {}, start)
        elif self._client.at_least(10, 3):
            yield from self._listed(start)
        else:
            yield from self._searched(start)

    # ------------------------------------------------------------------ private

    def _listed(self, start: int) -> Iterator[Lot]:
        """By cursor, which is Jira's alone: nobody may keep it. 11.0 brought the list, and late patches of 10.3."""
        asked: dict[str, Any] = {"maxResults": _PAGE}
        cursors: set[str] = set()
        while True:
            try:
                answer = an_object(self._get("/user/list", asked), "/user/list")
            except Refused as refusal:
                if refusal.status != 404 or cursors:
                    raise
                yield from self._searched(start)
                return
            following = answer.get("nextCursor")
            last = answer.get("isLast") is True or following is None
            yield Lot(self._new(objects_in(answer, "values")), READ if last else 0)
            if last:
                return
            if str(following) in cursors:
                raise Retriable("the list of users repeats a page", code="repeated_page")
            cursors.add(str(following))
            asked["cursor"] = following

    def _searched(self, start: int) -> Iterator[Lot]:
        received = start
        for lot in self._paged("/user/search", {"username": ".", "includeInactive": self._inactive}, start):
            received = lot.cursor
            yield lot
        if received == self._end:
            yield from self._narrowed(received)

    @property
    def _end(self) -> Optional[int]:
        if self._client.at_least(10):
            return _FIRST
        return None if self._client.at_least(9) else _FIRST_OF_8

    def _narrowed(self, end: int) -> Iterator[Lot]:
        def search(begin: str) -> Found:
            asked = {"username": begin, "includeInactive": self._inactive, "startAt": 0, "maxResults": end}
            answer = self._get("/user/search", asked)
            entries = objects_in({"": answer}, "")
            if len(entries) < end:
                return Found(entries, False)
            exact = self._client.person(begin)  # no longer beginning finds who is called just this
            return Found([*entries, exact] if exact is not None else entries, True)

        narrowing = Narrowing(search, self._client.http.together)
        for entries in narrowing.found():
            people = self._new(entries)
            if people:
                yield Lot(people, end)
        self.remark = (
            f"a search of this Jira gives the first {end} users alone: {len(self._seen):,} were found by what their "
            "names begin with; those whose names begin otherwise are found where issues and groups name them"
        )
        if narrowing.unfinished:
            self.remark += f", as are some of {', '.join(narrowing.unfinished[:10])}"
        yield Lot((), READ)

    def _paged(self, path: str, asked: Mapping[str, Any], start: int) -> Iterator[Lot]:
        received = start
        pages = offset_pages(
            lambda offset: self._get(path, {**asked, "startAt": start + offset, "maxResults": _PAGE}), "users"
        )
        for page in pages:
            received += len(page)
            yield Lot(self._new(page), received)

    def _new(self, people: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        new = []
        for person in people:
            name = str(person.get("accountId") or person.get("key") or person.get("name") or "")
            if name not in self._seen:
                self._seen.add(name)
                new.append(person)
        return new
