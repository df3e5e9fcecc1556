"""The shapes of the dashboard's answers, as its API documents them."""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional

from pydantic import BaseModel, ConfigDict, Field


class Run(BaseModel):
    """A run. Times are epoch seconds."""

    model_config = ConfigDict(extra="allow")

    run: str
    spec: str
    source: str
    target: str
    environment: Optional[str]
    state: str = Field(description="running, finished, stopped, interrupted, superseded, planned or adopted.")
    stage: str = Field(description="extract, plan, apply, verify or done.")
    started: float
    finished: Optional[float]
    exit_code: Optional[int]
    message: Optional[str]
    actor: str


class Counts(BaseModel):
    """Source items of an entity: ``source`` is the sum of the six that follow."""

    source: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    left: int
    sent: int = Field(description="Of those left: under way, or in doubt where the run does not go.")


class OfProject(Counts):
    """The same of one project; an empty ``project``: of none."""

    project: str


class Held(BaseModel):
    """What an operator told the run, until it is told to continue."""

    command: str
    argument: str
    actor: str


class Estimate(BaseModel):
    """Items per second now, and seconds until all have ended: at the least, likely, at the most."""

    rate: Optional[float]
    least: Optional[float]
    likely: Optional[float]
    most: Optional[float]


class System(BaseModel):
    """A connection. Times are seconds; ``most``: 95 of 100 requests took no longer; ``allowed``: null is any number."""

    connection: str
    host: str
    requests: int
    errors: int
    refused: int
    retries: int
    mean: Optional[float]
    most: Optional[float]
    under_way: int
    allowed: Optional[int]
    held: bool
    pause: float
    breaker: str
    sent: int
    received: int


class Disk(BaseModel):
    """The disk of a folder, in bytes."""

    folder: str
    free: int
    size: Optional[int]


class Machine(BaseModel):
    """What a process uses; memory in bytes."""

    memory: int
    cpu_seconds: float
    threads: int
    disks: List[Disk]


class Step(BaseModel):
    """How far the stage at work is with an entity."""

    entity: str
    done: int
    expected: Optional[int]


class Process(BaseModel):
    """A process of the run: ``lead``, or a worker of a cluster. ``age`` is seconds since it told of itself."""

    name: str
    host: str
    pid: int
    there: bool = Field(description="False: it has told nothing for too long, is dead, or has ended.")
    age: int
    machine: Optional[Machine]


class Warned(BaseModel):
    """What a person should be warned of at present: since when it holds, or when and how often the log has said it."""

    text: str
    at: float
    times: int


class Figures(BaseModel):
    """What the processes that carry the run out know beside the ledger: of its systems, their sum."""

    state: Literal["now", "stale", "gone", "ended"] = Field(
        description="stale: nothing new has come for too long; gone: the process is dead; ended: as they were last."
    )
    told: float = Field(description="When they were told, by the ledger's clock: epoch seconds.")
    age: Optional[int] = Field(description="Seconds since then; null where nothing more will come.")
    systems: List[System]
    machine: Machine = Field(description="Of the process that leads.")
    processes: List[Process]
    stage: str
    progress: List[Step]
    in_doubt: int
    queue: Dict[str, int]
    commit_queue: int
    warnings: List[Warned]


class Overview(BaseModel):
    """How a run stands. ``as_of`` (epoch seconds) is when it was counted."""

    as_of: float
    run: Run
    entities: Dict[str, Counts]
    totals: Counts
    success_rate: Optional[float]
    adds_up: bool
    held: List[Held]
    estimate: Optional[Estimate] = Field(description="Of a run that writes.")
    figures: Optional[Figures] = Field(description="As its processes have told them last, of the latest run alone.")


class Cause(BaseModel):
    """Items that share a root cause, with the server's words and what to do next."""

    model_config = ConfigDict(populate_by_name=True)

    outcome: str
    error_class: str = Field(alias="class")
    code: str
    message: str
    count: int
    entities: Dict[str, int]
    keys: List[str]
    requests: List[str]
    place: str
    next: str


class Items(BaseModel):
    """A page of items; ``after`` leads to the next one."""

    items: List[Dict[str, Any]]
    after: Optional[int]


class Part(BaseModel):
    """One part of a mapping at work; ``place`` is its line of the spec, and nothing goes into what ``begins``."""

    field: str
    kind: str
    name: str
    begins: bool
    before: Any
    after: Any
    place: str


class Explained(BaseModel):
    """What the mapping makes of an item now; ``data`` is what was read, ``preserved`` what is kept as text."""

    model_config = ConfigDict(extra="allow")

    entity: str
    key: str
    origin: str
    parent: Optional[str]
    outcome: str
    data: Dict[str, Any]
    lines: List[Part]
    payload: Dict[str, Any]
    preserved: Dict[str, Any]
    children: Dict[str, int]


class Problems(BaseModel):
    """What a person should know; ``more``: not all of it is here."""

    problems: List[Dict[str, Any]]
    more: bool


class Pace(BaseModel):
    """How many items ended in each stretch of ``seconds``, from ``since`` on."""

    since: Optional[float]
    seconds: int
    ended: List[int]


class Compared(BaseModel):
    """Runs side by side."""

    runs: List[Overview]


class Order(BaseModel):
    """What a run is told. ``number``: with throttle, requests at the same time to each system."""

    command: Literal["pause", "continue", "throttle", "stop", "resume", "retry-failed"]
    number: Optional[int] = Field(default=None, ge=1, strict=True)


class Taken(BaseModel):
    """What became of an order."""

    taken: bool
    message: str
