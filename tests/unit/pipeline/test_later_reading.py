"""What a later reading keeps, reads again and lets go, whatever the source."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

import pytest

from j2o_core.hooks.protocols import Division, Earlier, Extractor, Page, Selection, Slice
from j2o_core.model.origin import Origin
from j2o_core.model.outcome import Fatal, Retriable
from j2o_core.model.record import Record
from j2o_core.pipeline.extract import extract
from j2o_core.snapshot.derive import Derivation
from j2o_core.snapshot.store import Snapshot


class Source:
    """Issues with links to others and an owner, and owners; ``changed`` are those that the source tells of."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {
            str(number): {"text": "as it was", "owner": "o1", "links": []} for number in range(1, 7)
        }
        self.owners = {"o1": "Ada", "o2": "Grace"}
        self.changed: list[str] = []
        self.asked: list[str] = []
        self.trouble = ""


class Owners(Extractor):
    name = "test.owners"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        names = self.client.owners
        yield Page([Record(Origin("test", "owners", id), id, {"id": id, "name": name}) for id, name in names.items()])


class Issues(Extractor):
    name = "test.issues"
    incremental = True

    def divide(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Division]:
        yield Division([Slice(id, [id], 1) for id in self.client.issues], "all")

    def changes(self, selection: Selection, slice: str, earlier: Earlier, cursor: Optional[Any]) -> Iterator[Division]:
        known = [id for chunk in earlier.known() for id, _ in chunk]
        gone = [id for id in known if id not in self.client.issues] if earlier.look_for_deleted else []
        yield Division([Slice(id, [id], 1) for id in self.client.changed], "all", gone=gone)

    def chosen(self, slice: str, records: Sequence[tuple[str, str]]) -> Iterable[Slice]:
        return [Slice(f"{id} again", [id]) for id, _ in records]

    def mentions(self, data: Mapping[str, Any]) -> Iterable[str]:
        return [link["to"] for link in data["links"]]

    def pages(self, selection: Selection, slice: str, cursor: Any) -> Iterator[Page]:
        for id in cursor:
            if self.client.trouble == id:
                self.client.trouble = ""
                raise Retriable("the server is busy")
            self.client.asked.append(id)
            found = self.client.issues.get(id)
            if found is None:
                yield Page([], [], gone=[id])
                continue
            owner = {"id": found["owner"], "name": self.client.owners[found["owner"]]}
            links = [{**link, "text": self.client.issues[link["to"]]["text"]} for link in found["links"]]
            data = {"text": found["text"], "owner": owner, "links": links}
            yield Page([Record(Origin("test", "issues", id), f"A-{id}", data)], [])


class Reading:
    """Reads a source, as often as it is asked to."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.source, self.folder = source, folder
        self.snapshot = Snapshot(folder / "snapshot.db", "test")
        self.select: Any = None
        self.facts = {"user": "ada"}

    def read(self, anew: bool = True, **options: Any) -> list[str]:
        """The ids of the issues that were asked for."""
        extractors = {
            ("issues", 0): Issues(self.source, "test", "issues", {}),
            ("owners", 0): Owners(self.source, "test", "owners", {}),
        }
        document = {"entities": {"issues": {"extract": {"plugin": "test.issues"}}}, "select": self.select}
        wiring: Any = SimpleNamespace(
            extractors=extractors,
            derivations=[Derivation("links", "issues", 0, each=lambda data: data["links"])],
            selection=Selection(),
            field_names={},
            clients={"test": self.source},
            facts={"test": self.facts},
            plugins=SimpleNamespace(infos=()),
            spec=SimpleNamespace(runtime=SimpleNamespace(workers=1), document=document),
        )
        if anew:
            self.snapshot.begin(self.snapshot.generation + 1)
        self.source.asked.clear()
        extract(wiring, self.snapshot, lambda event: None, threading.Event(), **options)
        return sorted(self.source.asked)

    def held(self) -> dict[tuple[str, str], str]:
        """Everything of the generation: (entity, id) -> digest and parent."""
        rows = self.snapshot.transaction().execute(
            "SELECT entity, id, digest || ' ' || coalesce(parent_id, '') FROM record WHERE generation = ?",
            (self.snapshot.generation,),
        )
        return {(entity, id): said for entity, id, said in rows}

    def whole(self) -> dict[tuple[str, str], str]:
        """What a full reading would hold."""
        other = Reading(self.folder / "whole", self.source)
        other.read()
        held = other.held()
        other.snapshot.close()
        return held


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    source = Source()
    for one, other in (("1", "2"), ("2", "3"), ("5", "6")):  # both ends tell of a link
        link = f"l{one}{other}"
        source.issues[one]["links"].append({"id": link, "to": other})
        source.issues[other]["links"].append({"id": link, "to": one})
    made = Reading(tmp_path, source)
    made.read()
    yield made
    made.snapshot.close()


def test_what_did_not_change_is_kept_unread(reading: Reading) -> None:
    before = reading.held()
    assert reading.read() == []
    assert reading.held() == before
    assert reading.read() == []
    assert reading.held() == before


def test_a_change_is_read_with_all_that_shows_it(reading: Reading) -> None:
    reading.source.issues["2"]["text"], reading.source.changed = "another", ["2"]
    assert reading.read() == ["1", "2", "3"]
    assert reading.held() == reading.whole()


def test_the_other_end_of_a_new_link_is_read_though_it_says_nothing(reading: Reading) -> None:
    reading.source.issues["4"]["links"].append({"id": "l45", "to": "5"})
    reading.source.issues["5"]["links"].append({"id": "l45", "to": "4"})
    reading.source.changed = ["4"]
    assert "5" in reading.read()
    assert reading.held() == reading.whole()


@pytest.mark.parametrize("changed", ["1", "2", "3", "5", "6"])
def test_whose_child_a_link_is_does_not_depend_on_what_was_read(reading: Reading, changed: str) -> None:
    reading.source.issues[changed]["text"], reading.source.changed = "another", [changed]
    reading.read()
    assert reading.held() == reading.whole()


def test_what_shows_something_that_is_read_in_full_is_read_again_where_that_changed(reading: Reading) -> None:
    reading.source.issues["4"]["owner"], reading.source.changed = "o2", ["4"]
    reading.read()
    reading.source.owners["o2"], reading.source.changed = "Grace H.", []
    assert reading.read() == ["4"]
    assert reading.held() == reading.whole()


def test_what_is_gone_goes_on_request(reading: Reading) -> None:
    del reading.source.issues["4"]
    reading.read()
    assert ("issues", "4") in reading.held()
    reading.read(look_for_deleted=True)
    assert ("issues", "4") not in reading.held()
    assert reading.held() == reading.whole()


def test_what_is_asked_for_and_not_given_is_gone(reading: Reading) -> None:
    reading.source.changed = ["4"]
    del reading.source.issues["4"]
    assert reading.read() == ["4"]
    assert reading.held() == reading.whole()


@pytest.mark.parametrize("trouble", ["2", "3"])
def test_a_later_reading_that_was_stopped_goes_on_where_it_was(reading: Reading, trouble: str) -> None:
    reading.source.issues["2"]["text"], reading.source.changed = "another", ["2"]
    reading.source.trouble = trouble
    with pytest.raises(Fatal, match="busy"):
        reading.read()
    read = reading.read(anew=False)
    assert trouble in read and ("2" not in read or trouble == "2")
    assert reading.held() == reading.whole()


def test_after_a_reading_that_was_given_up_everything_is_read(reading: Reading) -> None:
    reading.source.changed, reading.source.trouble = ["2"], "2"
    with pytest.raises(Fatal):
        reading.read()
    assert reading.read() == ["1", "2", "3", "4", "5", "6"]
    assert reading.read() == ["2"]


@pytest.mark.parametrize("other", ["select", "facts"])
def test_another_selection_or_account_reads_everything(reading: Reading, other: str) -> None:
    setattr(reading, other, {"user": "grace"})
    assert reading.read() == ["1", "2", "3", "4", "5", "6"]
    assert reading.read() == []


def test_a_reading_that_was_begun_without_looking_for_what_is_gone_is_ended_so(reading: Reading) -> None:
    reading.source.changed, reading.source.trouble = ["2"], "2"
    with pytest.raises(Fatal):
        reading.read()
    with pytest.raises(Fatal, match="begun without --look-for-deleted") as caught:
        reading.read(anew=False, look_for_deleted=True)
    assert caught.value.exit_code == 2
    assert reading.read(anew=False) == ["2"]
