"""The measurements behind the rows: each makes some rows, and is made where one of them is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator, Optional, Sequence, Tuple

from j2o_core.api import Fatal

from . import alternating, database, measure, scale
from .beside import beside
from .crews import crews
from .filled import ISSUES
from .limiting import limits
from .pumping import Contest, contest
from .rows import Row, row
from .setting import Setting
from .watching import shown, watched
from .world import world

_ITEMS = "items in the ledger"
#: the pump must itself reach this share of workers / latency
_FULL = 0.9
#: a twentieth says nothing where it is uncertain by more than this share
_UNSTEADY = 0.025
#: ... and a tenth by more than this one
_UNEVEN = 0.05


@dataclass(frozen=True)
class Measurement:
    """The rows it makes, with how many issues (or what else is counted), and how.

    ``least``: with fewer there is nothing to measure. ``check`` raises ``Fatal`` where this machine lacks something.
    """

    rows: Sequence[str]
    issues: int
    make: Callable[[Setting, int], Iterator[Row]]
    of: str = "issues"
    least: int = 10
    check: Callable[[], object] = lambda: None


def measured(setting: Setting) -> Iterator[Row]:
    """The wanted rows, in the order of the table, as they are measured. Raises ``Fatal``: 2 before the first one."""
    wanted = [one for one in MEASUREMENTS if not setting.wanted.isdisjoint(one.rows)]
    for one in wanted:
        if setting.number(one.issues) < one.least:
            raise Fatal(f"{_names(one, setting)}: {one.least} or more {one.of} are needed", exit_code=2)
        one.check()
    for one in wanted:
        issues = setting.number(one.issues)
        setting.tell(f"{_names(one, setting)}: {issues} {one.of} ...")
        for made in one.make(setting, issues):
            if made.name in setting.wanted:
                yield made


def _names(one: Measurement, setting: Setting) -> str:
    return ", ".join(name for name in one.rows if name in setting.wanted)


def _requests(setting: Setting, issues: int) -> Iterator[Row]:
    """What is sent to a fresh target."""
    with world(issues, setting.projects, setting.seed) as both:
        needed = both.needed_writes()
        first = measure.run(setting.write_spec(), setting.folder / "home-fresh", both)
    sent = sum(first.writes.values())
    asked = sum(number for stage, number in first.reads.items() if stage != "verify")
    yield _unless_failed("writes", sent / max(1, needed), f"{sent} sent, {needed} needed", first)
    yield _unless_failed("reads", asked / max(1, sent), f"{asked} reads", first)


def _two_runs(setting: Setting, issues: int) -> Iterator[Row]:
    """What a second run costs when nothing has changed."""
    spec, home = setting.write_spec(), setting.folder / "home-twice"
    with world(issues, setting.projects, setting.seed) as both:
        first = measure.run(spec, home, both)
        second = measure.run(spec, home, both)
    sent = sum(first.writes.values())
    yield _unless_failed("second-run-writes", float(sum(second.writes.values())), "", first)
    yield _unless_failed(
        "second-run-time",
        second.seconds / first.seconds,
        f"{second.seconds:.1f} s ({_stages(second)}) after {first.seconds:.1f} s ({_stages(first)}); "
        f"{1000 * first.cpu / max(1, sent):.2f} ms of processor time per write in the whole first run, "
        f"{first.memory / 1e6:.0f} MB",
        first,
    )


def _unless_failed(name: str, value: float, note: str, run: measure.Measured) -> Row:
    """A figure of a run that wrote all there was: what fails is not written, and costs nothing."""
    if run.failed:
        return row(name, None, f"void: {run.failed} failed (it would be {value:.3f}) {note}".rstrip())
    return row(name, value, note)


def _stages(run: measure.Measured) -> str:
    return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.stages.items())


def _against_the_pump(latency_ms: float) -> Callable[[Setting, int], Iterator[Row]]:
    def make(setting: Setting, issues: int) -> Iterator[Row]:
        spec = setting.write_spec(flat=True)
        turns = contest(spec, setting.folder, issues, setting.seed, latency_ms, setting.workers, setting.times)
        yield row(
            f"apply-{latency_ms:g}ms", _unless_void(turns, setting, latency_ms), _note(turns, setting, latency_ms)
        )
        if not latency_ms:
            yield row("client-cpu", turns.cpu, str(turns))

    return make


def _full(setting: Setting, latency_ms: float) -> float:
    return _FULL * setting.workers / (latency_ms / 1000.0)


def _unless_void(turns: Contest, setting: Setting, latency_ms: float) -> Optional[float]:
    return None if latency_ms and turns.pump_rate < _full(setting, latency_ms) else turns.rate


def _note(turns: Contest, setting: Setting, latency_ms: float) -> str:
    if _unless_void(turns, setting, latency_ms) is not None:
        return str(turns)
    return (
        f"void: the pump reached {turns.pump_rate:.0f}/s of the {_full(setting, latency_ms):.0f}/s without which this "
        f"machine is too busy, or the issues are too few (j2o would be at {turns.rate:.3f}); {turns}"
    )


def _beside_the_script(setting: Setting, issues: int) -> Iterator[Row]:
    both = beside(setting.write_spec(), setting.folder, issues, setting.projects, setting.seed, 200.0)
    yield row("whole-run", both.script / both.run, str(both))


def _adaptive(setting: Setting, issues: int) -> Iterator[Row]:
    found = limits(setting, issues)
    yield row("adaptive-limit", found.reached, str(found))
    yield row("adaptive-refused", found.refused)


def _crews(setting: Setting, issues: int) -> Iterator[Row]:
    found = crews(setting.write_spec(flat=True), setting.folder, issues, setting.projects, setting.seed)
    yield row("dask", found.times, str(found))


def _at_scale(setting: Setting, issues: int) -> Iterator[Row]:
    small, large = scale.scale(setting.write_spec(), setting.folder, issues, setting.projects, setting.seed)
    sizes = f"{large.memory / 1e6:.0f} MB at {issues} issues, {small.memory / 1e6:.0f} MB at {small.issues}"
    yield row("memory-growth", large.memory / small.memory, sizes)
    yield row("memory-peak", large.memory / 1e6, sizes)
    costs = f"{1e3 * large.cost:.1f} ms an issue, {1e3 * small.cost:.1f} ms with {small.issues} of them"
    yield row("cpu-growth", large.cost / small.cost, costs)


def _in_turns(setting: Setting, issues: int) -> Iterator[Row]:
    spec = setting.write_spec()
    found = alternating.alternating(spec, setting.folder, issues, setting.projects, setting.seed)
    yield row("last-tenth", *_if_steady(found.rate, found.error, _UNEVEN, str(found)))


def _dashboard(setting: Setting, items: int) -> Iterator[Row]:
    small, large = shown(setting, items)
    yield row("dashboard-first-paint", large.paint.all, str(large.paint))
    sizes = f"{large.memory / 1e6:.0f} MB at {items} items, {small.memory / 1e6:.0f} MB at {small.items}"
    yield row("dashboard-memory", large.memory / small.memory, sizes)


def _under_watch(setting: Setting, items: int) -> Iterator[Row]:
    found = watched(setting, items)
    yield row("dashboard-slowdown", *_if_steady(found.rate, found.error, _UNSTEADY, str(found)))


def _if_steady(value: float, error: float, most: float, note: str) -> Tuple[Optional[float], str]:
    """The value and its note; void where it is more uncertain than that."""
    if error > most:
        return None, f"void: the machine is too unsteady (it would be {value:.3f}); {note}"
    return value, note


MEASUREMENTS: Sequence[Measurement] = (
    Measurement(("writes", "reads"), 1000, _requests),
    Measurement(("second-run-writes", "second-run-time"), 20_000, _two_runs),
    Measurement(("apply-0ms", "client-cpu"), 500, _against_the_pump(0.0)),
    # With 500 issues beginning and end of the phases cost the pump a twentieth: it would not be full, the rows void.
    Measurement(("apply-50ms",), 2000, _against_the_pump(50.0)),
    Measurement(("apply-200ms",), 2000, _against_the_pump(200.0)),
    Measurement(("whole-run",), 500, _beside_the_script),
    Measurement(("adaptive-limit", "adaptive-refused"), 300, _adaptive),
    Measurement(("dask",), 1000, _crews, check=database.installed),
    Measurement(("memory-growth", "memory-peak", "cpu-growth"), 100_000, _at_scale),
    Measurement(("last-tenth",), 100_000, _in_turns, least=alternating.LEAST),
    # A tenth of the items is that of a small run at least.
    Measurement(
        ("dashboard-first-paint", "dashboard-memory"), 1_000_000, _dashboard, "items in the ledger", 10 * ISSUES
    ),
    Measurement(("dashboard-slowdown",), 1_000_000, _under_watch, "items in the ledger", ISSUES),
)
