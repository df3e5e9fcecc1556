"""The ledger's tables. Migrations create them; ``tests/unit/ledger`` proves that both say the same."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

target = Table(
    "target",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
)

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("target", Integer, ForeignKey("target.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("spec_digest", Text, nullable=False),
    Column("document", Text, nullable=False),  # the merged spec, its secrets as references
    Column("origins", Text),  # JSON: file:line:column of each value in it
    Column("environment", Text),
    Column("versions", Text, nullable=False),  # JSON: j2o, plugins, both systems
    Column("actor", Text, nullable=False),
    Column("started", Float, nullable=False),
    Column("finished", Float),
    Column("state", Text, nullable=False),  # running, finished, stopped, superseded
    Column("stage", Text, nullable=False),  # extract, plan, apply, verify, done
    Column("exit_code", Integer),
    Column("message", Text),
    Column("entities", Text, nullable=False),  # JSON by entity: source and unchanged as planned, and by project
    Column("generation", Integer, nullable=False),
    Column("asked", Text),  # JSON: the spec's file and folder, and the options of the call
    Column("code", Text),  # why it stopped
    Column("clock", Text),  # the clocks of the process that carried it on last
)

item = Table(
    "item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("target", Integer, ForeignKey("target.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),  # the immutable id at the source
    Column("key", Text, nullable=False),
    Column("item", Text, nullable=False),  # the id on the target
    Column("display", Text, nullable=False),
    Column("parent", Text),  # target id of the item it belongs to
    Column("owned", Text, nullable=False),  # created, matched
    Column("record_digest", Text, nullable=False),  # empty: compare again whatever the record says
    Column("mapping_digest", Text, nullable=False),
    Column("fields", Text, nullable=False),  # JSON: digest of each symbolic payload field
    Column("image", Text, nullable=False),  # JSON: digest of each field as the target stored it
    Column("version", Text),
    Column("updated", Text),
    Column("run", Text, nullable=False),
    Column("verified", Text),  # the last run that read it back equal
    UniqueConstraint("target", "source", "entity", "origin"),
    Index("item_by_target", "target", "source", "entity", "item", "parent"),
)

open_reference = Table(  # what an item's texts name and was not there when they were written
    "open_reference",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("target", Integer, ForeignKey("target.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("to_entity", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Index("open_reference_of", "target", "source", "entity", "origin"),
)

effect = Table(
    "effect",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),  # create, update, upload, shape, fill, clear
    Column("class", Text, key="effect_class", nullable=False),
    Column("lane", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("window", Integer),
    Column("state", Text, nullable=False),  # planned, sent, done, failed, skipped
    Column("parent_entity", Text),
    Column("parent_origin", Text),
    Column("payload", LargeBinary),  # zlib JSON: payload, notes; gone once it is done
    Column("only", Text),  # JSON: the payload fields an update sets
    Column("record_digest", Text, nullable=False),
    Column("mapping_digest", Text, nullable=False),
    Column("fields", Text, nullable=False),  # JSON: digest of each symbolic payload field
    Column("request_digest", Text),
    Column("before", Text),  # JSON: the image before a PATCH
    Column("sent", Float),
    Column("finished", Float),  # of all that is neither planned nor sent
    Column("attempts", Integer, nullable=False),
    Column("resent", Boolean, nullable=False),  # sent again after doubt
    Column("adopted", Boolean, nullable=False),
    Column("doubtful", Boolean, nullable=False),  # an earlier run was told that the target would not take it
    Column("item", Text),
    Column("version", Text),
    Column("inverse", Text),  # JSON: what takes it back
    Column("late", Text),  # JSON: payload fields that refer to items which did not exist yet
    Column("undoes", Integer),
    Column("display", Text),  # what the target must call it, where keys are reproduced
    Column("code", Text),
    Column("message", Text),
    Column("project", Text),  # as its key tells: see ``projects``
    Index("effect_queue", "run", "step", "state", "rank", "id"),
    Index("effect_parent", "run", "entity", "parent_origin"),
    Index("effect_origin", "run", "entity", "origin"),
    Index(
        "effect_numbered",
        "run",
        sqlite_where=text("display IS NOT NULL"),
        postgresql_where=text("display IS NOT NULL"),
    ),
    # By these two a million effects are counted without reading one. Marking as sent does not touch them.
    Index(
        "effect_ended",
        *("run", "entity", "kind", "state", "adopted", "finished", "partition", "project"),
        sqlite_where=text("finished IS NOT NULL"),
        postgresql_where=text("finished IS NOT NULL"),
    ),
    Index(
        "effect_left",
        *("run", "entity", "kind", "finished", "partition", "project"),
        sqlite_where=text("finished IS NULL"),
        postgresql_where=text("finished IS NULL"),
    ),
)

listed = Table(
    "listed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # skipped, failed
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("class", Text, key="error_class"),  # empty in rows of older versions: then the code tells it
    Column("request", Text),  # the server's id of the request
    Column("words", Text),  # the server's own words
    Column("project", Text),
    UniqueConstraint("run", "entity", "origin"),
    Column("cause", BigInteger, nullable=False, server_default="0"),  # its root cause: see ``model.cause``
    Index("listed_counted", "run", "outcome", "entity", "error_class", "code", "project"),
    # By these two causes are counted, and of each the first items found, and the first whose request has a number.
    Index("listed_causes", "run", "outcome", "cause", "code", "error_class", "entity", "id"),
    Index(
        "listed_requests",
        *("run", "outcome", "cause", "code", "error_class", "entity", "id"),
        sqlite_where=text("request <> ''"),
        postgresql_where=text("request <> ''"),
    ),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("entity", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("becomes", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Index("account_by_run", "run"),
)

problem = Table(
    "problem",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("place", Text, nullable=False),
    Index("problem_by_run", "run", "stage"),
)

holder = Table(  # who writes a ledger on a server; beside a file lies a lock file
    "holder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("since", Float, nullable=False),  # by the server's clock
    Column("sequence", Integer, nullable=False),  # the number of its last transaction
)

control = Table(
    "control",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("command", Text, nullable=False),  # pause, continue, throttle, stop
    Column("argument", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("asked", Float, nullable=False),
    Column("ended", Float),
    Column("answer", Text),  # taken, withdrawn
)

worker = Table(  # a process that sends for a run; its lease ends at ``deadline`` unless it is renewed
    "worker",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("token", Text, nullable=False),  # of the holder it works for; empty: it may not commit any more
    Column("name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("deadline", Float, nullable=False),  # by the server's clock
    Column("sequence", Integer, nullable=False),  # the number of its last transaction
    Column("seen", Integer, nullable=False),  # the number of the orders that it follows
    Column("report", Text, nullable=False),  # JSON: its counts and its gates
)

lease = Table(  # the partitions of the turn that is under way
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("longest", Integer, nullable=False),  # effects of its longest lane
    Column("worker", Integer),  # who has it; nobody where it is free
    Column("done", Boolean, nullable=False),
    UniqueConstraint("run", "partition"),
)

orders = Table(  # what the coordinator of a run tells its workers
    "orders",
    metadata,
    Column("run", Text, ForeignKey("run.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),  # JSON
    Column("stamp", Integer, nullable=False),  # changes as long as the coordinator lives
)

carried_alias = Table(  # what the snapshot knows of names, for workers on other machines
    "carried_alias",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("entity", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index("carried_alias_by_name", "run", "entity", "alias"),
)

carried_record = Table(  # the records of files that are not uploaded yet
    "carried_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("entity", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),  # zlib JSON
    UniqueConstraint("run", "entity", "origin"),
)

told = Table(  # what the processes of the latest run told of themselves last
    "told",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("run.id"), nullable=False),
    Column("worker", Integer, nullable=False),  # its row there; 0: the process that leads
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("moment", Float, nullable=False),  # by the ledger's clock
    Column("ended", Boolean, nullable=False),
    Column("figures", Text, nullable=False),  # JSON
    UniqueConstraint("run", "worker"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", Float, nullable=False),
    Column("run", Text),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
