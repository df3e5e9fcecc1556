"""An archive in a folder, and effects to write to it."""

from __future__ import annotations

import hashlib
import io
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional

import pytest

from j2o_archive.connector import Archive, ArchiveConnector
from j2o_core.api import ConnectionOptions, Effect, Note, Origin, TargetItem
from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.registry import LOADER, Registry
from j2o_core.mapping import builtin

SOURCE = "acme"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_plugins({}, [(builtin.NAME, builtin)]).registry


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture()
def opened(folder: Path) -> Iterator[Callable[[], Archive]]:
    """Opens the archive, as often as asked."""
    clients = []

    def open_archive() -> Archive:
        client = ArchiveConnector().open(ConnectionOptions("archive", "", extra={"folder": str(folder)}), None)
        client.check()
        clients.append(client)
        return client

    yield open_archive
    for client in clients:
        client.close()


@pytest.fixture()
def loader(registry: Registry) -> Callable[..., Any]:
    """A loader over a client, ready to write."""

    def make(client: Archive, entity: str = "work_packages", source: str = SOURCE) -> Any:
        made = registry.get(LOADER, f"archive.{entity}")(client, source, entity, {})
        made.prepare()
        return made

    return make


class File(io.BytesIO):
    """A stream as extractors give it."""

    def __init__(self, content: bytes, size: Optional[int] = None) -> None:
        super().__init__(content)
        self.size = len(content) if size is None else size
        self.md5 = hashlib.md5(content).hexdigest()


def make_effect(
    identifier: str,
    key: str,
    payload: Mapping[str, Any],
    entity: str = "work_packages",
    parent: Optional[TargetItem] = None,
    notes: tuple[Note, ...] = (),
    fields: Optional[frozenset[str]] = None,
    content: Optional[File] = None,
    look_up: Callable[[str, str], Optional[TargetItem]] = lambda entity, alias: None,
) -> Effect:
    """A write, resolved."""

    @contextmanager
    def open_content() -> Iterator[File]:
        assert content is not None
        content.seek(0)
        yield content

    return Effect(
        Origin(SOURCE, entity, identifier),
        key,
        payload,
        look_up,
        parent,
        parent.key if parent else "",
        notes,
        (),
        fields,
        open_content if content is not None else None,
    )


@pytest.fixture()
def effect() -> Callable[..., Effect]:
    """Makes a write, resolved."""
    return make_effect


@pytest.fixture()
def file() -> type[File]:
    """Makes a stream of bytes."""
    return File
