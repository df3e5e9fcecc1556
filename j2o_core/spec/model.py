"""The typed form of a checked spec: what every later stage works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from ..model.limits import BreakerBounds, Guard, Limit
from ..model.log_policy import LogPolicy
from ..model.problem import Place
from ..model.schedule import Schedule


@dataclass(frozen=True)
class ConnectionSpec:
    """One entry of ``connections``. ``options`` still hold their ``${...}`` references."""

    name: str
    plugin: str
    options: Mapping[str, Any]
    place: Optional[Place] = None


@dataclass(frozen=True)
class SystemSpec:
    """Something to start for the run, unless the environment variables ``unless`` name a real one.

    All of ``unless`` set: not started. None set: started. Some set: an error. ``optional`` ones may be absent.
    """

    plugin: str
    unless: tuple[str, ...]
    options: Mapping[str, Any]
    place: Optional[Place] = None
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExtractSpec:
    """Where records come from: an extractor plugin, or a part of another entity's records.

    ``of`` names the entity, and either ``each`` is the path of a list in its records (``total`` the path of the number
    that the source announces for it), or ``split`` names a splitter plugin.
    """

    plugin: Optional[str] = None
    connection: Optional[str] = None
    of: Optional[str] = None
    each: Optional[str] = None
    total: Optional[str] = None
    split: Optional[str] = None
    options: Mapping[str, Any] = field(default_factory=dict)
    place: Optional[Place] = None


#: stands for "no value given"; ``None`` is a value
UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET", "__bool__": lambda self: False})()


@dataclass(frozen=True)
class FieldSpec:
    """How one target field is made: when → from or value → steps → table → default → ref → missing.

    ``path`` is the field's own place in the spec (``entities.work_packages.map.subject``).
    """

    name: str
    path: str
    sources: tuple[str, ...] = ()
    value: Any = UNSET
    steps: tuple[tuple[str, Any], ...] = ()
    table: Optional[str] = None
    ref: Optional[str] = None
    when: Optional[str] = None
    default: Any = UNSET
    missing: Any = None
    place: Optional[Place] = None


@dataclass(frozen=True)
class RuleSpec:
    """A rule (``assert``) on each item: on its ``source`` record or on its ``target`` payload."""

    name: str
    on: str
    assertion: str
    message: str
    on_fail: str
    fix: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    place: Optional[Place] = None


@dataclass(frozen=True)
class AcrossSpec:
    """A rule that looks at all items of an entity together; ``kind`` is ``unique``, ``exists`` or ``count``.

    ``value`` is what no two items may share, what must name a record of the entity ``within``, or the group (``per``)
    in which there must be ``min`` to ``max`` items; of these only the items count for which ``when`` is true.
    """

    name: str
    kind: str
    message: str
    on_fail: str
    value: Optional[str] = None
    within: Optional[str] = None
    when: Optional[str] = None
    min: Optional[int] = None
    max: Optional[int] = None
    path: str = ""
    place: Optional[Place] = None


@dataclass(frozen=True)
class LoadSpec:
    """Which loader writes an entity, over which connection, with which options."""

    plugin: str
    connection: Optional[str] = None
    options: Mapping[str, Any] = field(default_factory=dict)
    place: Optional[Place] = None


@dataclass(frozen=True)
class AccountSpec:
    """What becomes of the things of one kind, and why: a row of ``account``."""

    becomes: str
    why: str
    place: Optional[Place] = None


@dataclass(frozen=True)
class EntitySpec:
    """One entity: where it comes from, how it is mapped, what is dropped and why, how it is written."""

    name: str
    extract: tuple[ExtractSpec, ...]
    map: Mapping[str, FieldSpec]
    load: Optional[LoadSpec]
    drop: Mapping[str, str] = field(default_factory=dict)
    unmapped: str = "preserve"
    #: what becomes of an item that cannot be written as it is where nothing else says: stop (the run), fail or skip
    on_fail: str = "stop"
    rules: tuple[RuleSpec, ...] = ()
    after: tuple[str, ...] = ()
    place: Optional[Place] = None
    across: tuple[AcrossSpec, ...] = ()
    #: of what is only read: what becomes of it, by kind; "*" is the default
    account: Mapping[str, AccountSpec] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitSpec:
    """Attempts per request and the bounds of the waits between them, in seconds."""

    attempts: int = 8
    initial: float = 0.5
    maximum: float = 60.0


@dataclass(frozen=True)
class RetrySpec(WaitSpec):
    """``classes``: other bounds by error class. ``budget``: how many retries each success allows."""

    classes: Mapping[str, WaitSpec] = field(default_factory=dict)
    budget: float = 0.25


@dataclass(frozen=True)
class TolerateSpec:
    """The run stops when more than ``failed`` (a share, 0..1) of at least ``after`` finished items have failed."""

    failed: float = 1.0
    after: int = 200


@dataclass(frozen=True)
class DaskSpec:
    """Workers on a Dask cluster: of ``scheduler``, or ``workers`` processes of this machine where it is empty.

    ``threads``: writes under way in each (``None``: as many as ``runtime.workers``). ``lease``, and ``reconnect``
    (how long a scheduler that is gone is waited for), are in seconds. ``tls`` names files: ``ca``, ``cert``, ``key``.
    """

    scheduler: str = ""
    workers: int = 2
    threads: Optional[int] = None
    lease: float = 15.0
    reconnect: float = 300.0
    tls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuntimeSpec:
    """How the run behaves. Times are in seconds. ``rate_limit`` is by connection."""

    workers: int = 8
    batch_size: int = 100
    commit_size: int = 500
    lookup_size: int = 200
    ledger: str = "sqlite:///ledger.db"
    settle: float = 180.0
    metadata_lifetime: float = 600.0
    retry: RetrySpec = RetrySpec()
    tolerate: TolerateSpec = TolerateSpec()
    circuit_breaker: BreakerBounds = field(default_factory=BreakerBounds)
    rate_limit: Mapping[str, Limit] = field(default_factory=dict)
    schedule: Optional[Schedule] = None
    guard: Guard = field(default_factory=Guard)
    log: LogPolicy = field(default_factory=LogPolicy)
    #: ``None``: threads of this process send
    dask: Optional[DaskSpec] = None


@dataclass(frozen=True)
class TakeoverSpec:
    """What an earlier tool has written: ``files`` are its id maps, relative to the spec.

    ``existing``: what they name is left as it is until its source changes (``keep``), or made equal to its source at
    once (``update``). ``children`` tells, by entity, the path of the moment at which a record came to be: those older
    than the taking over of their parent were written by the earlier tool, where any such stands on the target.
    """

    files: tuple[str, ...]
    existing: str = "keep"
    children: Mapping[str, str] = field(default_factory=dict)
    until: Optional[str] = None
    place: Optional[Place] = None


@dataclass(frozen=True)
class Spec:
    """A whole migration, merged for one environment and checked against the schemas.

    ``document`` is the merged plain document with its secret references unresolved; ``digest`` is of that document
    without its tests and ``runtime.log``; ``places`` tells where the key of every dotted path in it stands (a list
    item: where it begins), ``values`` where its value begins; both survive the merge.
    """

    name: str
    document: Mapping[str, Any]
    digest: str
    connections: Mapping[str, ConnectionSpec]
    entities: Mapping[str, EntitySpec]
    tables: Mapping[str, Mapping[str, Any]]
    runtime: RuntimeSpec
    projects: tuple[str, ...] = ()
    jql: str = ""
    system: Optional[SystemSpec] = None
    environment: Optional[str] = None
    files: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    values: Mapping[str, Place] = field(default_factory=dict)
    takeover: Optional[TakeoverSpec] = None
    #: names by kind of what must be set up on the target, or nothing is written
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
