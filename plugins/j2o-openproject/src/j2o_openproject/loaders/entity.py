"""What all loaders of this plugin share."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    Answer,
    Difference,
    Effect,
    Found,
    ItemFailed,
    Loader,
    Note,
    Problem,
    Refused,
    RichText,
)

from ..addresses import Addresses
from ..catalogue import Catalogue
from ..codes import problem
from ..connector import OpenProject
from ..marks import Marks
from ..plain_text import plain_text
from ..rehearsal import rehearse
from ..texts import one_line
from ..times import day_of


class EntityLoader(Loader):
    """A loader with its client, catalogue and marks."""

    client: OpenProject

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        super().__init__(client, source, entity, options, source_url)
        self.marks = Marks(source, source_url)

    @cached_property
    def addresses(self) -> Addresses:
        """Where links into the source lead on the target."""
        return Addresses(self.client.url, (self.source_url, *self.source_addresses))

    @property
    def catalogue(self) -> Catalogue:
        """What the administrator set up on the target."""
        return self.client.catalogue

    def keys(self, effect: Effect) -> Sequence[str]:
        """None, unless the kind is a natural one."""
        return ()

    def is_work_package(self, identifier: str) -> bool:
        """Whether there is a work package of this id that we may see."""
        return self.client.get_or_none(f"work_packages/{identifier}") is not None

    def answer(self, found: Found, wanted: Mapping[str, Any], **more: Any) -> Answer:
        """The answer to a write: what is stored, and where that is not what was wanted."""
        differences = tuple(
            Difference(field, value, found.image.get(field))
            for field, value in wanted.items()
            if not self.holds(field, value, found.image.get(field))
        )
        return Answer(
            id=found.id,
            version=found.version,
            image=found.image,
            differences=(*differences, *more.pop("differences", ())),
            updated=found.updated,
            display=found.display,
            **more,
        )

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """What is not as it was sent, and notes that stand nowhere."""
        return (*super().differences(effect, found), *(() if self.notes_field else lost_notes(effect.notes)))

    def problem(self, code: str, message: str, field: str, **more: Any) -> Problem:
        """A problem of this entity's payload."""
        return problem(code, self.entity, field, message, **more)

    def day_problems(self, payload: Mapping[str, Any], first: str, last: str) -> Iterator[Problem]:
        """Of two fields: what is no day, and a last day before the first."""
        days = {}
        for field in (first, last):
            try:
                days[field] = day_of(payload.get(field))
            except ValueError:
                yield self.problem("J2O-O005", f"'{payload[field]}' is no day", field, expected="YYYY-MM-DD")
        start, end = days.get(first), days.get(last)
        if start and end and end < start:
            yield self.problem("J2O-O006", f"the last day {end} lies before the first, {start}", last)


class FormLoader(EntityLoader):
    """A loader of a kind for which OpenProject has forms: they validate a request and write nothing."""

    def server_check(self, effect: Effect, current: Optional[Found] = None) -> Optional[Sequence[Problem]]:
        """What the form says of the request that would be sent."""
        return rehearse(self, effect, current)


def only(effect: Effect, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an update is to set: those of ``effect.fields``, or all where that is ``None``."""
    if effect.fields is None:
        return dict(values)
    return {field: value for field, value in values.items() if field in effect.fields}


def lost_notes(notes: Sequence[Note]) -> tuple[Difference, ...]:
    """Notes of a kind of item that has no text to put them in: told as stored nowhere."""
    return tuple(
        Difference(note.label, "(rich text)" if isinstance(note.text, RichText) else note.text, None) for note in notes
    )


def failed(refusal: Refused, advice: str) -> ItemFailed:
    """The refusal with what to do about it."""
    return ItemFailed(f"{refusal.message.rstrip('.')}. {advice}", code=refusal.code, detail=refusal.detail)


def while_it_exists(rows: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Rows below an item; none where the server says that there is no such item (any more)."""
    try:
        yield from rows
    except Refused as refusal:
        if refusal.status != 404:
            raise


def of_those_that_exist(
    scopes: Sequence[str],
    read: Callable[[Sequence[str]], Iterable[Mapping[str, Any]]],
    is_there: Callable[[str], bool] = lambda _: False,
) -> list[Mapping[str, Any]]:
    """The rows that ``read`` finds for some ids, asked for together.

    The server refuses a filter that names one item which is gone: then the halves are asked for apart. Where it
    refuses one that ``is_there``, it has another reason, and the refusal is raised: nothing found would be a lie.
    """
    if not scopes:
        return []
    try:
        return list(read(scopes))
    except Refused as refusal:
        if refusal.status not in (400, 404):
            raise
        if len(scopes) == 1:
            if is_there(scopes[0]):
                raise
            return []
    half = len(scopes) // 2
    return [
        *of_those_that_exist(scopes[:half], read, is_there),
        *of_those_that_exist(scopes[half:], read, is_there),
    ]


def readable_notes(notes: Sequence[Note]) -> str:
    """Notes as one line of plain text, ``label: text; label: text``, for kinds whose text is no Markdown."""
    return "; ".join(f"{one_line(note.label)}: {one_line(plain_text(note.text))}" for note in notes)
