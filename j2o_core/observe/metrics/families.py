"""Every family of metrics: its name, what it tells, its labels. The one place where a metric gets its name.

Labels hold words that the spec, the code or an API knows (entities, connections, states, templates of paths), never an
id, a key or a raw path, so there are as many series after a million items as after ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"

#: what a run of several processes tells: what the one that leads tells; the sum of all, also of those that are gone, or
#: of those that are there; the largest of these; the sum, or the least, of those that send; each for itself, by name
LEADS, COUNTED, ADDED, LARGEST, ADDED_OF_SENDERS, LEAST_OF_SENDERS, EACH = (
    "leads", "counted", "added", "largest", "added_of_senders", "least_of_senders", "each"
)  # fmt: skip

#: upper bounds in seconds: requests over a network, up to what a server may take for one
REQUEST_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 150.0)
#: upper bounds in seconds: transactions of a database
COMMIT_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@dataclass(frozen=True)
class Family:
    """``name`` is what a query says (a histogram adds ``_bucket``, ``_sum`` and ``_count`` to it).

    ``starts`` is the value of the one series that has no label, before anybody has told another; ``None``: there is
    none until then. ``joins``: how the figures of several processes of a run become one; with ``EACH``, the first label
    is the name of the process.
    """

    name: str
    kind: str
    tells: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    starts: Union[float, None] = 0.0
    joins: str = LEADS

    @property
    def series(self) -> tuple[str, ...]:
        """The names of its series, as queries say them."""
        if self.kind != HISTOGRAM:
            return (self.name,)
        return tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))


def _counter(name: str, tells: str, *labels: str, joins: str = LEADS) -> Family:
    return Family(name, COUNTER, tells, labels, joins=joins)


def _gauge(name: str, tells: str, *labels: str, starts: Union[float, None] = 0.0, joins: str = LEADS) -> Family:
    return Family(name, GAUGE, tells, labels, starts=starts, joins=joins)


BUILD = _gauge("j2o_build_info", "Always 1; the versions of j2o and of Python.", "version", "python")
TOLD = _gauge("j2o_told_timestamp_seconds", "When these figures were told.")

RUN = _gauge("j2o_run_info", "Always 1; the run that these figures are of.", "run", "spec", "environment")
RUN_ACTIVE = _gauge("j2o_run_active", "1 while the run goes, 0 before it and after its end.")
RUN_STAGE = _gauge("j2o_run_stage", "1 for the stage at which the run is at work.", "stage")
RUN_STARTED = _gauge("j2o_run_start_timestamp_seconds", "When this process began or took up the run.", starts=None)
RUN_ENDED = _gauge("j2o_run_end_timestamp_seconds", "When the run came to its end.", starts=None)
RUN_EXIT_CODE = _gauge("j2o_run_exit_code", "How the run ended: the exit code of the process.", starts=None)

RECORDS = _gauge("j2o_records", "Items of the run by what became of them, as the ledger has it.", "entity", "outcome")
SOURCE_RECORDS = _gauge("j2o_source_records", "Items of the source, the sum of all outcomes.", "entity")
EFFECTS = _counter(
    "j2o_effects_total", "Writes of the run that have ended, as the ledger has it.", "entity", "kind", "outcome"
)
EFFECTS_LEFT = _gauge(
    "j2o_effects_left", "Writes that have not ended: planned, or marked as sent.", "entity", "kind", "state"
)
IN_DOUBT = _gauge("j2o_effects_in_doubt", "Writes whose request may still be running on the server.", joins=ADDED)
DOUBTS = _counter("j2o_doubts_total", "Writes that ended without it being known whether they were applied.", "entity")
ERRORS = _counter(
    "j2o_errors_total",
    "Items of the run that were skipped or have failed, by class of error, as the ledger has it.",
    "entity",
    "outcome",
    "error_class",
)
PROBLEMS = _gauge("j2o_problems", "What the run tells a person about, as the ledger has it.", "stage", "severity")
WARNINGS = _gauge("j2o_warnings", "What a person should be warned of at present: see the dashboard, or the log.")
FIGURES_AGE = _gauge("j2o_ledger_figures_age_seconds", "How long ago the ledger was asked for what it has.")
PROGRESS = _gauge("j2o_progress_done", "How many of a stage are done.", "stage", "entity")
PROGRESS_EXPECTED = _gauge(
    "j2o_progress_expected", "How many a stage has to do, where that is known.", "stage", "entity"
)

RETRIES = _counter(
    "j2o_retries_total",
    "Requests that are tried again, by the class of what had ended them.",
    "connection",
    "error_class",
)
REQUEST_SECONDS = Family(
    "j2o_http_request_duration_seconds",
    HISTOGRAM,
    "From sending a request to the end of its answer.",
    ("connection", "method", "operation"),
    REQUEST_BOUNDS,
    joins=COUNTED,
)
REQUESTS = _counter(
    "j2o_http_requests_total", "Requests by status of the answer.", "connection", "method", "status", joins=COUNTED
)
SENT = _counter("j2o_http_sent_bytes_total", "Bytes of the bodies of requests.", "connection", joins=COUNTED)
RECEIVED = _counter("j2o_http_received_bytes_total", "Bytes of the bodies of answers.", "connection", joins=COUNTED)
CONNECTION = _gauge("j2o_connection_info", "Always 1; the host of a connection.", "connection", "host")

UNDER_WAY = _gauge("j2o_requests_under_way", "Requests that are under way.", "connection", joins=ADDED)
ALLOWED = _gauge(
    "j2o_requests_allowed",
    "Requests that may be under way; +Inf: any number.",
    "connection",
    joins=ADDED_OF_SENDERS,
)
REFUSED = _counter(
    "j2o_requests_refused_total", "Requests refused as too many (429, 503).", "connection", joins=COUNTED
)
HELD = _gauge(
    "j2o_requests_held",
    "1 while nothing may leave: paused, throttled to nothing, out of hours.",
    "connection",
    joins=LEAST_OF_SENDERS,
)
PAUSE = _gauge(
    "j2o_requests_pause_seconds",
    "For how long the server asked to be left alone still.",
    "connection",
    joins=LARGEST,
)
BREAKER = _gauge(
    "j2o_breaker_state",
    "1 for the state of the circuit breaker; with several processes, for the state of each.",
    "connection",
    "state",
    joins=LARGEST,
)
BREAKER_OPENED = _counter("j2o_breaker_opened_total", "How often the circuit breaker has opened.", "connection")

QUEUE = _gauge(
    "j2o_queue_tasks", "Writes in the hands of the workers: waiting, under_way, delayed.", "state", joins=ADDED
)
COMMIT_SECONDS = Family(
    "j2o_ledger_commit_duration_seconds",
    HISTOGRAM,
    "Transactions of the ledger's writer.",
    (),
    COMMIT_BOUNDS,
    joins=COUNTED,
)
COMMITTED = _counter("j2o_ledger_changes_total", "Changes that the ledger's writer has committed.", joins=COUNTED)
COMMIT_QUEUE = _gauge("j2o_ledger_queue_changes", "Changes that wait for the ledger's writer.", joins=ADDED)

PROCESS = _gauge("j2o_process_info", "Always 1; the machine of a process.", "process", "host", joins=EACH)
CPU = _counter("j2o_process_cpu_seconds_total", "Processor time of a process.", "process", joins=EACH)
MEMORY = _gauge("j2o_process_resident_memory_bytes", "Memory of a process.", "process", joins=EACH)
THREADS = _gauge("j2o_process_threads", "Threads of a process.", "process", joins=EACH)
FILES = _gauge("j2o_process_open_fds", "Open files and sockets of a process.", "process", joins=EACH)
BORN = _gauge("j2o_process_start_time_seconds", "When a process was started.", "process", joins=EACH)
DISK_FREE = _gauge(
    "j2o_disk_free_bytes",
    "Bytes free on the disk of a folder that a process writes to.",
    "process",
    "folder",
    joins=EACH,
)
DISK_SIZE = _gauge("j2o_disk_size_bytes", "Size of that disk.", "process", "folder", joins=EACH)

FAMILIES: tuple[Family, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Family))
