"""Progress on a terminal: one bar for each entity of the stage at work, redrawn in place."""

from __future__ import annotations

import contextlib
from typing import Iterable, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from .harmless import one_line
from .wording import Event, ProblemTally, counts, planned, stage

#: how wide a terminal is that has room for bars, and for long ones
_FOR_BARS, _FOR_LONG_BARS = 70, 100
#: what all columns take but names, bars and counts; the least for counts
_REST, _FOR_COUNTS = 34, 10


class LiveProgress:
    """Bars with amount, rate, time left and outcome counts. A stage leaves one line for each entity that went on in it.

    Where the terminal goes away meanwhile, the run goes on untold.
    """

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False, markup=False)
        self._progress = _Bars(self._console)
        self._tasks: dict[str, TaskID] = {}
        #: the lines that stay, by entity
        self._told: dict[str, str] = {}
        self._problems = ProblemTally()
        self._gone = False
        self._progress.start()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if not self._gone:
            try:
                self._event(event)
            except OSError:
                self._gone = True

    def close(self) -> None:
        """Leave the last state on the screen and give the terminal back."""
        with contextlib.suppress(OSError):
            self._settle(last=True)
        with contextlib.suppress(OSError):
            self._progress.stop()

    def _event(self, event: Event) -> None:
        kind = event["event"]
        if kind == "run_started":
            verb = "carries on" if event.get("resumed") else "starts"
            self._say(f"run {event['run']} {verb}: {event.get('spec', '')}")
        elif kind == "stage_started":
            self._settle()
            self._say(stage(event), style="bold")
        elif kind == "planned":
            self._say(planned(event))
        elif kind == "progress":
            self._show(event)
        elif kind == "problem":
            line = self._problems.line(event)
            if line:
                self._say(line, style="red" if event.get("severity", "error") == "error" else "yellow")
        elif event.get("message"):
            self._say(str(event["message"]))

    def _show(self, event: Event) -> None:
        entity = str(event.get("entity") or event["stage"])
        if entity not in self._tasks:
            self._tasks[entity] = self._progress.add_task(one_line(entity.replace("_", " ")), total=None, counts="")
        self._progress.update(
            self._tasks[entity], completed=int(event["done"]), total=event.get("total"), counts=counts(event)
        )

    def _settle(self, last: bool = False) -> None:
        """Turn the bars of the stage that ended into lines that stay, but those that stand where they stood."""
        for task in list(self._progress.tasks):
            amount = f"{int(task.completed):,}" + (f" of {int(task.total):,}" if task.total is not None else "")
            told = f" ({task.fields['counts']})" if task.fields["counts"] else ""
            line = f"  {task.description}: {amount}{told}"
            self._progress.remove_task(task.id)
            if self._told.get(task.description) != line and (task.completed or last):
                self._told[task.description] = line
                self._say(line)
        self._tasks.clear()

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(one_line(text), style=style))


class _Bars(Progress):
    """As many columns as the terminal has room for, also after it was resized; amount, rate and time left always."""

    def __init__(self, console: Console) -> None:
        self._terminal = console
        self._name = _Name(Column(no_wrap=True))
        self._bar = BarColumn(bar_width=24)
        self._said = Column(no_wrap=True, overflow="ellipsis")
        self._counts = TextColumn("{task.fields[counts]}", style="dim", markup=False, table_column=self._said)
        self._always: tuple[ProgressColumn, ...] = (
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            _Rate(Column(no_wrap=True)),
            TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
        )
        super().__init__(SpinnerColumn(finished_text=" "), console=console, refresh_per_second=8)

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        """One row for each entity."""
        width, shown = self._terminal.width, list(tasks)
        self._name.width = max(6, width - _REST)
        self._bar.bar_width = 24 if width >= _FOR_LONG_BARS else 10
        bar = (self._bar,) if width >= _FOR_BARS else ()
        names = min(self._name.width, max((len(task.description) for task in shown), default=0))
        room = width - _REST - names - (self._bar.bar_width + 1 if bar else 0)
        self._said.max_width = room
        counts = (self._counts,) if room >= _FOR_COUNTS else ()
        self.columns = (self.columns[0], self._name, *bar, *self._always, *counts)
        return super().make_tasks_table(shown)


class _Name(ProgressColumn):
    """The entity, in at most ``width`` characters."""

    width = 80

    def render(self, task: Task) -> Text:
        """One cell."""
        name = Text(task.description)
        name.truncate(self.width, overflow="ellipsis")
        return name


class _Rate(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        """One cell."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed and speed < 100 else f"{speed:.0f}/s" if speed else "", style="cyan")
