"""Deleting a work package takes along what hangs on it."""

from __future__ import annotations

from typing import Any

from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import descendants


def remove_work_package(server: Server, row: Any) -> None:
    """Remove a work package, its descendants, and their comments, files, relations and time entries."""
    store = server.store
    for one in (*reversed(descendants(server, row.id)), row):
        for journal in store.journals.find("work_package", one.id):
            store.drop(journal)
        for attachment in store.attachments.find("container", ("work_packages", one.id)):
            store.drop(attachment)
            server.files.remove(attachment.id)
        for relation in store.relations.find("work_package", one.id):
            store.drop(relation)
        for entry in store.time_entries.find("work_package", one.id):
            store.drop(entry)
        store.drop(one)
