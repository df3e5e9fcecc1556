"""Joins the archive to j2o: a connector that opens a folder, and a loader for each kind of item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from j2o_core.api import Fatal, Registry, hookimpl

from .connector import ArchiveConnector
from .loaders import LOADERS
from .records import Records

if TYPE_CHECKING:
    from j2o_core.testing import Kit

_CONNECTION: Mapping[str, Any] = {
    "properties": {
        "folder": {
            "type": "string",
            "minLength": 1,
            "description": "Where the archive lies; a relative folder is one below that in which j2o is started.",
            "examples": ["archive", "${env:ARCHIVE_FOLDER}"],
        }
    },
    "required": ["folder"],
}


@hookimpl
def j2o_register(registry: Registry) -> None:
    """The connector with the schema of its options, and the loaders."""

    def find_writer() -> Any:
        writer = registry.find("writer", "markdown")
        if writer is None:
            raise Fatal("no installed plugin writes Markdown; the plugin 'openproject' does", exit_code=2)
        return writer

    Records.find_writer = staticmethod(find_writer)
    registry.connector(ArchiveConnector)
    registry.schema(ArchiveConnector.name, _CONNECTION)
    for loader in LOADERS:
        registry.loader(loader)


@hookimpl
def j2o_conformance(kit: Kit) -> None:
    """Against what all of it is proved."""
    from .conformance import add_cases  # which brings what only tests need

    add_cases(kit)
