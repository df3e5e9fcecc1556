"""All tables, with transactions that reach the journal file as a whole or not at all."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

from j2o_sandbox.openproject.journal_file import JournalFile
from j2o_sandbox.openproject.rows import KINDS, Row
from j2o_sandbox.openproject.tables import Table

# Kinds that share one sequence of ids, as in the real database.
_SHARED = {"priorities": "enumerations", "time_entry_activities": "enumerations"}


# Kinds that come by the thousand and are shown anew each time.
_CONTENT = {"work_packages", "journals", "attachments", "relations", "time_entries", "jobs", "meta"}

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Store:
    """The tables, by attribute and by kind, and what the running transaction has changed."""

    def __init__(self, journal: Optional[JournalFile]) -> None:
        self.journal = journal
        self.tables: Dict[str, Table] = _tables()
        self.principals = self.tables["principals"]
        self.roles = self.tables["roles"]
        self.types = self.tables["types"]
        self.statuses = self.tables["statuses"]
        self.priorities = self.tables["priorities"]
        self.time_entry_activities = self.tables["time_entry_activities"]
        self.custom_fields = self.tables["custom_fields"]
        self.custom_options = self.tables["custom_options"]
        self.projects = self.tables["projects"]
        self.memberships = self.tables["memberships"]
        self.versions = self.tables["versions"]
        self.categories = self.tables["categories"]
        self.sprints = self.tables["sprints"]
        self.work_packages = self.tables["work_packages"]
        self.journals = self.tables["journals"]
        self.attachments = self.tables["attachments"]
        self.relations = self.tables["relations"]
        self.time_entries = self.tables["time_entries"]
        self.news = self.tables["news"]
        self.queries = self.tables["queries"]
        self.views = self.tables["views"]
        self.grids = self.tables["grids"]
        self.jobs = self.tables["jobs"]
        self.meta = self.tables["meta"]
        self.commits = 0
        # Counts changes of things that others show by name: people, projects, versions, types and so on.
        self.structure = 0
        # Number of the commit that last changed a work package; for conflicts of overlapping requests.
        self.changed_at: Dict[int, int] = {}
        self._sequences: Dict[str, int] = {}
        self._changes: List[Tuple[str, int, Optional[Row], Optional[Row]]] = []

    def next_id(self, kind: str) -> int:
        """A new id of this kind; ids are never used twice."""
        sequence = _SHARED.get(kind, kind)
        number = max(self._sequences.get(sequence, 0), self.tables[kind].last_id) + 1
        self._sequences[sequence] = number
        return number

    def put(self, row: Row) -> Any:
        """Add or replace a row; it gets an id if it has none."""
        if row.id is None:
            row.id = self.next_id(row.KIND)
        before = self.tables[row.KIND].move(row.id, row)
        self.structure += row.KIND not in _CONTENT
        self._changes.append((row.KIND, row.id, before, row))
        return row

    def drop(self, row: Row) -> None:
        """Remove a row."""
        before = self.tables[row.KIND].move(row.id, None)
        self.structure += row.KIND not in _CONTENT
        self._changes.append((row.KIND, row.id, before, None))

    def commit(self) -> None:
        """Make the changes since the last commit durable, as one line."""
        if not self._changes:
            return
        self.commits += 1
        last: Dict[Tuple[str, int], Optional[Row]] = {}
        for kind, row_id, _, after in self._changes:
            last[(kind, row_id)] = after
            if kind == "work_packages":
                self.changed_at[row_id] = self.commits
        if self.journal is not None:
            entries = [
                [kind, after.dump()] if after is not None else [f"-{kind}", row_id]
                for (kind, row_id), after in last.items()
            ]
            self.journal.append(_encode(entries))
        self._changes.clear()

    def rollback(self) -> None:
        """Take the changes since the last commit back."""
        for kind, row_id, before, _ in reversed(self._changes):
            self.tables[kind].move(row_id, before)
            self.structure += 1
        self._changes.clear()

    def replay(self) -> bool:
        """Load what the journal file holds; whether it held anything."""
        if self.journal is None:
            return False
        found = False
        for line in self.journal.lines():
            found = True
            for kind, value in json.loads(line):
                if kind.startswith("-"):
                    self.tables[kind[1:]].move(value, None)
                else:
                    self.tables[kind].move(value["id"], KINDS[kind](**_tuples(value)))
        return found

    def setting(self, name: str, default: Any = None) -> Any:
        """A stored value of the server itself."""
        row = self.meta.first("name", name)
        return default if row is None else row.value

    def set_setting(self, name: str, value: Any) -> None:
        """Store a value of the server itself."""
        row = self.meta.first("name", name)
        self.put(KINDS["meta"](id=None if row is None else row.id, name=name, value=value))


def _tuples(value: Dict[str, Any]) -> Dict[str, Any]:
    return {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}


def _tables() -> Dict[str, Table]:
    tables = {kind: Table(kind) for kind in KINDS}
    tables["meta"] = Table("meta", name=lambda row: (row.name,))
    tables["principals"] = Table(
        "principals",
        login=lambda row: (row.login.lower(),) if row.login else (),
        mail=lambda row: (row.mail.lower(),) if row.mail else (),
        token=lambda row: (row.token,) if row.token else (),
        name=lambda row: ((row.type, (row.name or "").lower()),),
        type=lambda row: (row.type,),
        member=lambda row: tuple(row.members),
    )
    tables["custom_fields"] = Table("custom_fields", of=lambda row: (row.of,))
    tables["custom_options"] = Table("custom_options", field=lambda row: (row.field,))
    tables["projects"] = Table(
        "projects",
        identifier=lambda row: (row.identifier,),
        any_identifier=lambda row: (row.identifier.lower(), *(name.lower() for name in row.former)),
        parent=lambda row: (row.parent,),
    )
    tables["views"] = Table("views", query=lambda row: (row.query,))
    tables["queries"] = Table("queries", project=lambda row: (row.project,))
    tables["grids"] = Table("grids", project=lambda row: (row.project,))
    tables["memberships"] = Table(
        "memberships",
        pair=lambda row: ((row.principal, row.project),),
        project=lambda row: (row.project,),
        principal=lambda row: (row.principal,),
    )
    for kind in ("versions", "categories", "sprints", "news"):
        tables[kind] = Table(kind, project=lambda row: (row.project,))
    tables["work_packages"] = Table(
        "work_packages",
        project=lambda row: (row.project,),
        parent=lambda row: (row.parent,) if row.parent else (),
        version=lambda row: tuple(row.versions),
        number=lambda row: ((row.project, row.sequence),) if row.sequence else (),
        custom=lambda row: (
            tuple((field, value) for field, value in row.custom.items() if isinstance(value, str) and len(value) <= 255)
            if row.custom
            else ()
        ),
    )
    tables["journals"] = Table("journals", work_package=lambda row: (row.work_package,))
    tables["attachments"] = Table(
        "attachments",
        # what was only prepared is no file of anything yet
        container=lambda row: ((row.container, row.container_id),) if row.container and not row.prepared else (None,),
    )
    tables["relations"] = Table("relations", work_package=lambda row: (row.source, row.target))
    tables["time_entries"] = Table(
        "time_entries",
        work_package=lambda row: (row.work_package,),
        project=lambda row: (row.project,),
        ongoing=lambda row: (row.user,) if row.ongoing else (),
    )
    tables["jobs"] = Table("jobs", uuid=lambda row: (row.uuid,), status=lambda row: (row.status,))
    return tables
