"""The change history of an issue: as texts to be read, or as a file to be searched."""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

from j2o_core.api import Download, Part, Record, Splitter, Stream

from .people import is_person, person_data, person_id, person_label
from .plain import iso_time

#: changes (entries of Jira's history, each of one moment and person) that one text tells at most
PER_TEXT = 100
_COLUMNS = ("time", "person", "person id", "field", "from", "from id", "to", "to id")


class History(Splitter):
    """One child per hundred changes of an issue: ``changes``, ``first`` and ``last`` of ``total``, the oldest first."""

    name = "jira.history"
    #: paths of the parent that these children stand for
    consumes = ("changelog",)

    def split(self, record: Record) -> Iterable[Part]:
        """In the order of time."""
        changes = _changes(record)
        for start in range(0, len(changes), PER_TEXT):
            some = changes[start : start + PER_TEXT]
            number = start // PER_TEXT + 1
            identifier = f"h{record.origin.id}" if number == 1 else f"h{record.origin.id}.{number}"
            data = {
                "id": identifier,
                "changes": some,
                "first": start + 1,
                "last": start + len(some),
                "total": len(changes),
            }
            yield Part(identifier, f"{record.key}: history {number}", data, (), some[-1]["created"])


class HistoryFile(Splitter):
    """One child per issue with a history: a table of all changes as CSV, ``filename`` and ``size``.

    A file cannot be changed once it is on the target: a longer history is a new file.
    """

    name = "jira.history_file"
    #: paths of the parent that these children stand for
    consumes = ("changelog",)

    def split(self, record: Record) -> Iterable[Part]:
        """At most one."""
        changes = _changes(record)
        if changes:
            identifier = f"h{record.origin.id}.{len(changes)}"
            name = f"{record.key}-history.csv"
            data = {"id": identifier, "filename": name, "changes": changes, "size": len(_table(changes))}
            yield Part(identifier, f"{record.key}/{name}", data, (), changes[-1]["created"])

    @contextmanager
    def content(self, client: Any, record: Record, folder: Path) -> Iterator[Stream]:
        """The table: UTF-8 with a byte order mark, as spreadsheets want it."""
        table = _table(record.data["changes"])
        digest = hashlib.md5(table, usedforsecurity=False).hexdigest()
        yield Download(io.BytesIO(table), len(table), digest, "text/csv")


def _changes(record: Record) -> list[dict[str, Any]]:
    """Entries with ``created`` (ISO 8601), ``author`` (``None``: Jira does not say) and ``items``."""
    found = []
    for entry in (record.data.get("changelog") or {}).get("histories") or ():
        items = [item for item in entry.get("items") or () if isinstance(item, dict)]
        if items:
            author = entry.get("author")
            person = person_data(author) if is_person(author) else None
            found.append({"created": iso_time(entry.get("created")), "author": person, "items": items})
    return found


def _table(changes: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for change in changes:
        person = change["author"]
        who = [person_label(person), person_id(person)] if person else ["", ""]
        for item in change["items"]:
            said = [item.get(name) for name in ("fromString", "from", "toString", "to")]
            row = [change["created"], *who, item.get("field"), *said]
            writer.writerow(["" if value is None else _harmless(str(value)) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _harmless(text: str) -> str:
    # What a spreadsheet would take for a formula, one of the Far East too.
    return f"'{text}" if text.startswith(tuple("=+-@\t\r\n＝＋－＠")) else text
