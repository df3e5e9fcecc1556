"""What every extractor promises: pages, cursors from which reading goes on, stable identities, no loss in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Iterator, Mapping, Optional

import cerberus  # type: ignore[import-untyped]

from ..hooks.protocols import Division, Extractor, Page, Selection, Slice, divisions
from ..hooks.registry import EXTRACTOR, RECORD_SCHEMA
from ..model.origin import Origin
from ..model.outcome import Outcome
from ..model.problem import Problem
from ..model.record import Record
from . import hostile_proxy as hostile
from .hostile_proxy import HostileProxy, Trouble
from .plain import VALUES, is_plain, shown
from .proofs import NotConforming, Proof, demand
from .slice_proofs import demand_chosen, demand_dividing, json_of
from .worlds import SOURCE, NotProved, World, Worlds, new_extractor

#: requests that an extractor may need at most, as a multiple of those of an undisturbed reading
_PATIENCE = 12


@dataclass(frozen=True)
class ExtractorCase:
    """An extractor in a world where it has several pages to read (``one_page`` where it knows no pages)."""

    extractor: type[Extractor]
    world: Callable[[Worlds], World]
    entity: str
    options: Mapping[str, Any] = field(default_factory=dict)
    selection: Selection = field(default_factory=Selection)
    one_page: bool = False
    label: str = ""


def extractor_proofs(worlds: Worlds, case: ExtractorCase) -> Iterator[Proof]:
    """All proofs of one case."""
    reading = _Reading(worlds, case)
    subject = f"extractor:{case.extractor.name}{f' [{case.label}]' if case.label else ''}"
    for name, prove in (
        ("gives whole records with identities of their own", reading.prove_records),
        ("gives pages", reading.prove_pages),
        ("goes on after every page", reading.prove_resuming),
        ("goes on dividing after every division", reading.prove_dividing),
        ("reads given records again", reading.prove_chosen),
        ("gives the same twice, over any address", reading.prove_stability),
        ("takes any value for a reference", reading.prove_references),
    ):
        yield Proof(subject, name, prove)
    for name, trouble in _PASSING.items():
        yield Proof(subject, f"reads everything despite {name}", partial(reading.prove_passing, trouble))
    for name, change in _LASTING.items():
        yield Proof(subject, f"loses nothing in silence to {name}", partial(reading.prove_lasting, change))
    for text in (b"null", b'"text"', b"[null]", *_EMPTY):
        name = f"does not break over {text.decode()}"
        yield Proof(subject, name, partial(reading.prove_form, text))
    yield Proof(subject, "comes to an end where a page repeats itself", reading.prove_repetition)


_PASSING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "web pages in between": hostile.web_page,
    "answers cut off": hostile.cut_off,
    "answers of half a length": hostile.half_json,
    "a gateway's errors": hostile.gateway_error,
    "limits of requests": hostile.too_many,
}
_LASTING: Mapping[str, Callable[[hostile.Answered], hostile.Answered]] = {
    "a login page with status 200": hostile.web_page,
    "answers that are cut off": hostile.cut_off,
    "broken JSON": hostile.half_json,
    "a gateway's errors": hostile.gateway_error,
}


#: what a list without entries may look like
_EMPTY = (b"[]", b"{}", b'{"values": null}')


@dataclass
class _Read:
    """A reading: pages by slice, how many requests it took, and what ended it."""

    pages: list[tuple[str, Page]] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    asked: int = 0
    outcome: Optional[Outcome] = None

    @property
    def records(self) -> list[Record]:
        return [record for _, page in self.pages for record in page.records]


class _Reading:
    def __init__(self, worlds: Worlds, case: ExtractorCase) -> None:
        self._worlds = worlds
        self._case = case
        self._whole: Optional[_Read] = None

    # ------------------------------------------------------------------ proofs

    def prove_records(self) -> None:
        schema = self._worlds.registry.find(RECORD_SCHEMA, self._case.extractor.name)
        validator: Any = cerberus.Validator(dict(schema), allow_unknown=True) if schema else None
        seen: set[Origin] = set()
        for record in self._read_once().records:
            demand(isinstance(record, Record), f"a page holds {shown(record)}, which is no Record")
            origin = record.origin
            demand(
                isinstance(origin, Origin) and (origin.source, origin.entity) == (SOURCE, self._case.entity),
                f"the origin {shown(origin)} is not of source '{SOURCE}' and entity '{self._case.entity}'",
            )
            demand(isinstance(origin.id, str) and origin.id, f"an id is {shown(origin.id)}, not a text")
            demand(origin not in seen, f"the id {origin.id} comes twice")
            seen.add(origin)
            demand(isinstance(record.key, str) and record.key, f"{origin}: its key is {shown(record.key)}, not a text")
            demand(
                all(isinstance(alias, str) and alias for alias in record.aliases),
                f"{origin}: aliases are texts, not {shown(record.aliases)}",
            )
            demand(isinstance(record.data, Mapping) and is_plain(record.data), f"{origin}: data are not plain JSON")
            if validator is not None:
                demand(validator.validate(dict(record.data), normalize=False), f"{origin}: {validator.errors}")
        demand(seen, "it reads nothing: a case needs a world with records")

    def prove_pages(self) -> None:
        read = self._read_once()
        pages = [page for _, page in read.pages if page.records]
        demand(
            self._case.one_page or len(pages) > 1,
            "everything came in one page: give the case more records or a smaller page, or say one_page",
        )
        for _, page in read.pages:
            demand(is_plain(page.cursor), f"a cursor is plain JSON, not {shown(page.cursor)}")
        expected = {one.name: one.expected for one in read.slices if one.expected is not None}
        for name, page in read.pages:
            if page.expected is not None:
                expected[name] = page.expected
        for name, announced in expected.items():
            got = sum(len(page.records) for other, page in read.pages if other == name)
            told = bool(read.problems) or got >= announced
            demand(told, f"slice {name}: {announced} records were announced, {got} came, and no problem says so")

    def prove_resuming(self) -> None:
        read = self._read_once()
        for position, (name, page) in enumerate(read.pages):
            later = [other for slice_name, other in read.pages[position + 1 :] if slice_name == name]
            if page.cursor is None and not later:
                continue
            cursor = json_of(page.cursor)
            rest = [record.origin.id for other in self._pages(name, cursor) for record in other.records]
            wanted = [record.origin.id for other in later for record in other.records]
            demand(
                rest == wanted,
                f"slice {name}: after page {position + 1} (cursor {shown(page.cursor)}) come {shown(rest)}, "
                f"and read at once {shown(wanted)}",
            )

    def prove_dividing(self) -> None:
        demand_dividing(self._asked_for_slices(), self._case.selection)

    def prove_chosen(self) -> None:
        read = self._read_once()
        records: dict[str, list[Record]] = {}
        for name, page in read.pages:
            records.setdefault(name, []).extend(page.records)
        demand_chosen(self._asked_for_slices(), self._case.selection, records)

    def prove_stability(self) -> None:
        first = self._read_once()
        with HostileProxy(self._world().options.url or self._no_address()) as proxy:
            again = self._read(proxy.url)
        self._same(first, again)
        for one, other in zip(first.records, again.records):
            where = str(one.origin)
            demand(one.key == other.key, f"{where}: its key was {one.key}, then {other.key}")
            demand(one.aliases == other.aliases, f"{where}: its aliases changed")
            demand(
                one.digest == other.digest,
                f"{where}: its data changed between two readings over different addresses: addresses of the host, "
                "times or counters are in it",
            )

    def prove_references(self) -> None:
        kind = self._case.extractor
        for value in (*VALUES, *(record.data for record in self._read_once().records[:20])):
            aliases = kind.aliases(value)
            demand(
                isinstance(aliases, (list, tuple)) and all(isinstance(alias, str) and alias for alias in aliases),
                f"aliases({shown(value)}) gives {shown(aliases)}, not texts",
            )
            demand(isinstance(kind.label(value), str), f"label({shown(value)}) gives no text")

    def prove_passing(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        read = self._disturbed(hostile.once(change))
        if read.outcome is not None:
            raise NotConforming(f"it gave up: {type(read.outcome).__name__}: {read.outcome}")
        self._same(self._read_once(), read)

    def prove_lasting(self, change: Callable[[hostile.Answered], hostile.Answered]) -> None:
        whole = self._read_once()
        for first in sorted({whole.asked // 2, max(whole.asked - 1, 0)}):
            read = self._disturbed(hostile.from_on(change, first))
            lost = len(whole.records) - len(read.records)
            demand(
                lost <= 0 or read.outcome is not None or bool(read.problems),
                f"from request {first + 1} on: {lost} of {len(whole.records)} records are lost, and nothing says so",
            )

    def prove_form(self, text: bytes) -> None:
        whole = self._read_once()
        for first in (0, whole.asked // 2):
            read = self._disturbed(hostile.from_on(hostile.other_json(text), first))
            lost = len(whole.records) - len(read.records)
            demand(
                text in _EMPTY or lost <= 0 or read.outcome is not None or bool(read.problems),
                f"from request {first + 1} on: {lost} of {len(whole.records)} records are lost, and nothing says so",
            )

    def prove_repetition(self) -> None:
        self._disturbed(hostile.replayed())

    # ------------------------------------------------------------------ reading

    def _world(self) -> World:
        return self._worlds.world(self._case.world)

    def _no_address(self) -> str:
        raise NotProved("the world has no url, and what stands between it and the extractor cannot misbehave")

    def _read_once(self) -> _Read:
        if self._whole is None:
            read = self._read("")
            if read.outcome is not None:
                raise NotConforming(f"an undisturbed reading ends with {type(read.outcome).__name__}: {read.outcome}")
            self._whole = read
        return self._whole

    def _disturbed(self, trouble: Trouble) -> _Read:
        limit = _PATIENCE * self._read_once().asked + 40
        with HostileProxy(self._world().options.url or self._no_address(), trouble, limit + 50) as proxy:
            read = self._read(proxy.url)
            demand(proxy.asked <= limit, f"it asked over {limit} times, where {self._read_once().asked} are enough")
        return read

    def _read(self, url: str) -> _Read:
        read = _Read()

        def count(exchange: Any) -> None:
            read.asked += 1

        client = self._worlds.connect(self._world(), url, count)
        try:
            extractor = self._extractor(client)
            for name in extractor.slices(self._case.selection):
                demand(isinstance(name, str), f"a slice is a text, not {shown(name)}")
                for division in divisions(extractor, self._case.selection, name):
                    demand(isinstance(division, Division), f"it gives {shown(division)}, which is no Division")
                    demand(is_plain(division.cursor), f"a cursor is plain JSON, not {shown(division.cursor)}")
                    read.problems.extend(division.problems)
                    for one in division.slices:
                        read.slices.append(one)
                        for page in extractor.pages(self._case.selection, one.name, json_of(one.cursor)):
                            demand(isinstance(page, Page), f"it gives {shown(page)}, which is no Page")
                            read.pages.append((one.name, page))
                            read.problems.extend(page.problems)
        except Outcome as outcome:
            read.outcome = outcome
        except NotConforming:
            raise
        except Exception as error:
            raise NotConforming(
                f"it raises {type(error).__name__}: {error}; what cannot be read is an Outcome (Retriable, Fatal, ...)"
            ) from error
        finally:
            client.close()
        return read

    def _pages(self, name: str, cursor: Any) -> Iterator[Page]:
        yield from self._asked_for_slices().pages(self._case.selection, name, cursor)

    def _asked_for_slices(self) -> Extractor:
        """A new one, asked for its slices as every run asks first."""
        extractor = self._extractor(self._worlds.connect(self._world()))
        list(extractor.slices(self._case.selection))
        return extractor

    def _extractor(self, client: Any) -> Extractor:
        if self._worlds.registry.find(EXTRACTOR, self._case.extractor.name) is None:
            raise NotConforming(f"the extractor '{self._case.extractor.name}' is not registered")
        return new_extractor(self._worlds, self._case.extractor.name, client, self._case.entity, self._case.options)

    @staticmethod
    def _same(first: _Read, again: _Read) -> None:
        one = [record.origin.id for record in first.records]
        other = [record.origin.id for record in again.records]
        if again.outcome is not None:
            raise NotConforming(f"it gave up: {type(again.outcome).__name__}: {again.outcome}")
        demand(one == other, f"{len(one)} records came first and {len(other)} then, or in another order")
