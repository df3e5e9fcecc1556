"""Against what this plugin is proved: a folder, and items of every kind."""

from __future__ import annotations

import hashlib
import io
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping

from j2o_core.api import ConnectionOptions, Effect, RichText, TargetItem, richtext
from j2o_core.testing import Bench, Kit, World, Worlds

from .attachments import Attachments
from .connector import LINES, ArchiveConnector
from .loaders import LOADERS
from .records import Records


def add_cases(kit: Kit) -> None:
    """A case for each loader."""
    for loader in LOADERS:
        if loader is Attachments:
            kit.loader(loader, _archive(loader.name), _attachment, changes={"description": "other"})
        else:
            changes = {"name": "other", "text": _rich("other")}
            kit.loader(loader, _archive(loader.name), _item(loader), changes=changes)


def _archive(name: str) -> Callable[[Worlds], World]:
    """An archive of its own: one connection writes to each."""

    def make(worlds: Worlds) -> World:
        folder = worlds.folder / name

        def state() -> Any:
            files = [path for path in folder.rglob("*") if path.suffix == LINES or "attachments" in path.parts]
            return {str(path): path.read_bytes() for path in files if path.is_file()}

        return World(ArchiveConnector, ConnectionOptions("archive", "", extra={"folder": str(folder)}), state)

    return make


def _item(loader: type[Records]) -> Callable[[Bench], Effect]:
    entity = loader.name.rpartition(".")[2]

    def make(bench: Bench) -> Effect:
        number = bench.number()
        payload: Mapping[str, Any] = {
            "name": f"Item {number}",
            "text": _rich(f"text {number}"),
            "one": TargetItem("users", "7", "Jane Doe", "jdoe"),
            "several": [TargetItem("versions", "8", "1.0", "ACME/1.0")],
            "number": 1.5,
            "nothing": None,
        }
        return bench.effect(entity, payload, notes=(("Team", "Red"),))

    return make


def _attachment(bench: Bench) -> Effect:
    data = f"content {bench.number()}".encode()
    issue = bench.make("archive.work_packages", {"subject": f"Subject {bench.number()}"})
    payload = {"fileName": f"../file {bench.number()}.txt", "description": "text"}

    @contextmanager
    def content() -> Iterator[Any]:
        yield _File(data)

    return bench.effect("attachments", payload, parent=issue, parent_key=issue.key, content=content)


class _File(io.BytesIO):
    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size = len(data)
        self.md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()


def _rich(text: str) -> RichText:
    return RichText(richtext.to_json(richtext.Document((richtext.Paragraph((richtext.Text(text),)),))))
