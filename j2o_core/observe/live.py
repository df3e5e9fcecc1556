"""Progress on a terminal: one bar for each entity of the stage at work, redrawn in place."""

from __future__ import annotations

from typing import TextIO

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
from rich.text import Text

from .wording import Event, ProblemTally, counts, planned, stage


class LiveProgress:
    """Bars with amount, rate, time left and outcome counts. A finished stage leaves one line for each entity behind."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False, markup=False)
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[counts]}", style="dim", markup=False),
            console=self._console,
            refresh_per_second=8,
        )
        self._tasks: dict[str, TaskID] = {}
        self._problems = ProblemTally()
        self._progress.start()

    def __call__(self, event: Event) -> None:
        """Show one event."""
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

    def close(self) -> None:
        """Leave the last state on the screen and give the terminal back."""
        self._settle()
        self._progress.stop()

    def _show(self, event: Event) -> None:
        entity = str(event.get("entity") or event["stage"])
        if entity not in self._tasks:
            self._tasks[entity] = self._progress.add_task(entity.replace("_", " "), total=None, counts="")
        self._progress.update(
            self._tasks[entity], completed=int(event["done"]), total=event.get("total"), counts=counts(event)
        )

    def _settle(self) -> None:
        """Turn the bars of the stage that ended into lines that stay."""
        for task in list(self._progress.tasks):
            amount = f"{int(task.completed):,}" + (f" of {int(task.total):,}" if task.total is not None else "")
            told = f" ({task.fields['counts']})" if task.fields["counts"] else ""
            self._progress.remove_task(task.id)
            self._say(f"  {task.description}: {amount}{told}")
        self._tasks.clear()

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style))


class _Rate(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        """One cell."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "", style="cyan")
