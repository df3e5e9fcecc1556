"""What the dashboard asks the ledgers: each answer as plain data, found again only when it is old."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from pydantic import TypeAdapter

from ..hooks.protocols import Line
from ..hooks.protocols.inspectors import BROKEN
from ..ledger import browse
from ..ledger.figures import Figures, figures
from ..ledger.file_fence import identity
from ..ledger.queries import Queries, as_it_is
from ..ledger.runs import APPLY, RUNNING
from ..ledger.store import Ledger, open_ledger
from ..ledger.story import story
from ..ledger.tally import longest_sent
from ..ledger.told import told
from ..model.limits import Guard
from ..observe.metrics.registry import Metrics
from ..pipeline.health import breaker_line, disk_lines, ledger_line
from ..report.causes import Fixes, as_json, rank
from ..report.summary import adds_up, success_rate, totals
from ..spec.model import RuntimeSpec
from .answers import Cause, OfProject, Pace, Problems
from .estimate import Pulse
from .figures import NOW, of_another, of_this_process
from .kept import Kept
from .scraped import text_of

#: states of a run that will not change by itself
ENDED = ("finished", "superseded", "adopted", "planned")
#: states of a run in which it holds what an operator told it
_HELD = ("running", "stopped", "interrupted")
#: the shapes of what is kept as JSON
_CAUSES: TypeAdapter[List[Cause]] = TypeAdapter(List[Cause])
_PROBLEMS: TypeAdapter[Problems] = TypeAdapter(Problems)
_PARTITIONS: TypeAdapter[List[Dict[str, Any]]] = TypeAdapter(List[Dict[str, Any]])
_PROJECTS: TypeAdapter[List[OfProject]] = TypeAdapter(List[OfProject])
_PACE: TypeAdapter[Pace] = TypeAdapter(Pace)


class Unknown(LookupError):
    """There is no such run or item."""


class Ledgers:
    """The ledgers at ``urls()``, opened when they are there. Safe for threads."""

    def __init__(
        self,
        home: Path,
        urls: Callable[[], Sequence[str]],
        fixes: Fixes,
        metrics: Optional[Metrics] = None,
    ) -> None:
        """``metrics`` are those of a run of this process."""
        self.home, self.metrics = home, metrics
        self._urls, self._fixes = urls, fixes
        self._guard = threading.Lock()
        #: each with the file that it was when it was opened
        self._ledgers: Dict[str, Tuple[Ledger, Optional[Tuple[int, int]]]] = {}
        self._kept = Kept()
        self._pulses: Dict[str, Pulse] = {}

    def close(self) -> None:
        """Give the connections back."""
        with self._guard:
            for ledger, _ in self._ledgers.values():
                ledger.close()
            self._ledgers.clear()

    # ---------------------------------------------------------------- runs

    def runs(self) -> List[Dict[str, Any]]:
        """Every run, newest first."""
        return [run for _, run in self._all()]

    def run(self, name: str) -> Dict[str, Any]:
        """One run, ``last`` the newest. Raises ``Unknown``."""
        return self._found(name)[1]

    def overview(self, name: str) -> Dict[str, Any]:
        """A run with ``entities``, ``totals``, ``success_rate``, ``adds_up``, ``held``, ``estimate`` and ``as_of``.

        ``figures`` are those of the processes that carry it out: see ``figures_of``.
        """
        ledger, run = self._found(name)
        key = ("overview", run["run"], run["state"], run["stage"], run["finished"])
        figures = self._figures(ledger, run)
        doubtful = figures["in_doubt"] if figures and figures["state"] == NOW else 0
        found = self._kept.get(key, lambda: self._overview(ledger, run, doubtful), lasts=run["state"] in ENDED)
        return {**found, "figures": figures}

    def _figures(self, ledger: Ledger, run: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
        def find() -> Optional[Dict[str, Any]]:
            own = None if self.metrics is None else of_this_process(self.metrics, run["run"])
            return own or of_another(told(ledger.engine, run["run"]), run)

        return self._kept.get(("figures", run["run"], run["state"]), find)

    def _overview(self, ledger: Ledger, run: Dict[str, Any], doubtful: int) -> Dict[str, Any]:
        asked, identifier = Queries(ledger.engine), run["run"]
        now, entities = time.time(), asked.entities(identifier, with_sent=True)
        sums = totals(entities)
        return {
            "as_of": now,
            "run": run,
            "entities": entities,
            "totals": {**sums, "sent": sum(counts["sent"] for counts in entities.values())},
            "success_rate": success_rate(sums),
            "adds_up": all(adds_up(counts) for counts in entities.values()),
            "held": asked.held(identifier) if run["state"] in _HELD else [],
            "estimate": self._estimate(ledger, run, sums, doubtful),
        }

    def _estimate(
        self, ledger: Ledger, run: Mapping[str, Any], sums: Mapping[str, int], doubtful: int
    ) -> Optional[Dict[str, Any]]:
        """Of a run that writes; nothing else has an end that could be told."""
        if run["state"] != RUNNING or run["stage"] != APPLY:
            self._pulses.pop(run["run"], None)
            return None
        pulse = self._pulses.setdefault(run["run"], Pulse())
        pulse.note(time.monotonic(), sums["source"] - sums["left"])
        return pulse.tell(sums["left"], self._wait(ledger, run, doubtful) if doubtful else 0.0)

    def _wait(self, ledger: Ledger, run: Mapping[str, Any], doubtful: int) -> float:
        """Seconds until the last of what is in doubt is sent again, if it is not found on the target before."""
        ages = longest_sent(ledger.engine, run["run"], doubtful)
        settle = self._kept.get(("settle", run["run"]), lambda: _settle_of(ledger, run), lasts=True)
        return max(0.0, settle - ages[-1]) if ages else 0.0

    def scraped(self) -> Optional[bytes]:
        """The figures for Prometheus: of the run of this process, or of the one that goes on, or of the newest."""
        if self.metrics is not None:
            return self.metrics.text()
        runs = self._all()
        if not runs:
            return None
        ledger, run = next((pair for pair in runs if pair[1]["state"] == RUNNING), runs[0])

        def counted() -> Tuple[Figures, float]:
            key = ("scraped", run["run"], run["state"])
            found, at = self._kept.get(key, lambda: (figures(ledger.engine, run["run"]), time.monotonic()))
            return found, time.monotonic() - at

        return text_of(ledger.engine, run, counted)

    # ---------------------------------------------------------------- inside a run

    def causes(self, name: str) -> bytes:
        """Why items were skipped or have failed, by root cause, most frequent first, with what to do next."""
        ledger, run = self._found(name)
        return self._detail(run, ("causes",), _CAUSES, lambda: self._causes(ledger, run["run"]))

    def _causes(self, ledger: Ledger, run: str) -> List[Dict[str, Any]]:
        causes = rank(Queries(ledger.engine), run)
        known = self._fixes() if causes else {}
        return [as_json(one, known) for one in causes]

    def problems(self, name: str, most: int) -> bytes:
        """What a person should know about a run, and whether there is more of it."""
        ledger, run = self._found(name)

        def find() -> Dict[str, Any]:
            found = list(Queries(ledger.engine).problems(run["run"], most + 1))
            return {"problems": found[:most], "more": len(found) > most}

        return self._detail(run, ("problems", most), _PROBLEMS, find)

    def items(self, name: str, state: str, **wanted: Any) -> Tuple[List[Dict[str, Any]], Optional[int]]:
        """A page of items: see ``ledger.browse.page``."""
        ledger, run = self._found(name)
        return browse.page(ledger.engine, run["run"], state, **wanted)

    def partitions(self, name: str, entity: str) -> bytes:
        """By partition, how many items of an entity are in which state."""
        ledger, run = self._found(name)
        find = lambda: browse.partitions(ledger.engine, run["run"], entity)  # noqa: E731
        return self._detail(run, ("partitions", entity), _PARTITIONS, find)

    def projects(self, name: str, entity: str) -> bytes:
        """By project, the counts of an entity: see ``ledger.browse.projects``."""
        ledger, run = self._found(name)
        find = lambda: browse.projects(ledger.engine, run["run"], entity)  # noqa: E731
        return self._detail(run, ("projects", entity), _PROJECTS, find)

    def pace(self, name: str, entity: Optional[str] = None) -> bytes:
        """How many items ended when: see ``ledger.browse.pace``."""
        ledger, run = self._found(name)
        return self._detail(run, ("pace", entity), _PACE, lambda: browse.pace(ledger.engine, run["run"], entity))

    def _detail(
        self, run: Mapping[str, Any], key: Tuple[Any, ...], shape: TypeAdapter[Any], find: Callable[[], Any]
    ) -> bytes:
        """An answer as JSON: pages ask for it every second, and as long as it is kept it is written once."""

        def written() -> bytes:
            text: bytes = shape.dump_json(shape.validate_python(find()), by_alias=True)
            return text

        key = (*key, run["run"], run["state"], run["finished"])
        return self._kept.get(key, written, run["state"] in ENDED, detail=True)

    def item(self, name: str, entity: str, origin: str) -> Dict[str, Any]:
        """All that the ledger knows of one item, over all runs. Raises ``Unknown``."""
        ledger, run = self._found(name)
        told = story(ledger.engine, run["source"], entity, origin)
        if not any(told.values()):
            raise Unknown(f"run {run['run']} knows no item '{origin}' of {entity}")
        return {"entity": entity, "origin": origin, **told}

    @contextlib.contextmanager
    def questions(self, name: str) -> Iterator[Tuple[Queries, str, Fixes]]:
        """What a report of a run is written from: the ledger's queries, the run's id, what to do about each code."""
        ledger, run = self._found(name)
        yield Queries(ledger.engine), run["run"], self._fixes

    def ledger_of(self, name: str) -> Tuple[Ledger, Mapping[str, Any]]:
        """The ledger that knows a run, and the run. Raises ``Unknown``."""
        return self._found(name)

    # ---------------------------------------------------------------- ledgers

    def lines(self) -> List[Tuple[str, Line]]:
        """Whether each ledger answers, the room beside them, and how the systems answer a run that goes on.

        Each with its connection (empty: of none). Of the systems it is what the processes of the run told last.
        """
        opened = self._opened()
        answers = [ledger_line(ledger.engine, ledger.shown) for ledger in opened]
        folders = [self.home, *(ledger.path.resolve().parent for ledger in opened if ledger.path is not None)]
        own = [("", line) for line in (*answers, *disk_lines(folders, Guard()))]
        if any(line.status == BROKEN for line in answers):
            return own
        going = [self._figures(ledger, run) for ledger, run in self._all() if run["state"] == RUNNING]
        systems = [one for figures in going if figures and figures["state"] == NOW for one in figures["systems"]]
        return [*own, *((one["connection"], breaker_line(one["breaker"])) for one in systems if one["breaker"])]

    def _found(self, name: str) -> Tuple[Ledger, Dict[str, Any]]:
        runs = self._all()
        for ledger, run in runs:
            if name in (run["run"], "last"):
                return ledger, run
        known = ", ".join(str(run["run"]) for _, run in runs[:3]) or "none yet"
        raise Unknown(f"there is no run '{name}'; the latest: {known}")

    def _all(self) -> List[Tuple[Ledger, Dict[str, Any]]]:
        return self._kept.get("runs", self._look_up)

    def _look_up(self) -> List[Tuple[Ledger, Dict[str, Any]]]:
        found = [
            (ledger, as_it_is(run, ledger.abandoned))
            for ledger in self._opened()
            for run in Queries(ledger.engine).runs()
        ]
        return sorted(found, key=lambda pair: float(pair[1]["started"] or 0), reverse=True)

    def _opened(self) -> List[Ledger]:
        """Those that are there now. One that is gone, or in whose place lies another, is let go."""
        with self._guard:
            urls = self._urls()
            for url, (ledger, known) in list(self._ledgers.items()):
                if url not in urls or _file_of(ledger) != known:
                    del self._ledgers[url]
                    ledger.close()
            for url in urls:
                if url not in self._ledgers:
                    opened = open_ledger(url, self.home)
                    self._ledgers[url] = opened, _file_of(opened)
            return [ledger for ledger, _ in self._ledgers.values()]


def _settle_of(ledger: Ledger, run: Mapping[str, Any]) -> float:
    stated = run["asked"].get("settle")
    if stated is None:
        stated = Queries(ledger.engine).spec(run["run"])[0].get("runtime", {}).get("settle", RuntimeSpec().settle)
    return float(stated)


def _file_of(ledger: Ledger) -> Optional[Tuple[int, int]]:
    return None if ledger.path is None else identity(ledger.path)
