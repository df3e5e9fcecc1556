"""Which display shows progress: bars, calm lines, or none."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from j2o_core.cli.progress import progress_display
from j2o_core.observe.lines import PlainLines
from j2o_core.observe.live import LiveProgress


class Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "variables", "expected"),
    [
        (Terminal, {}, LiveProgress),
        (Terminal, {"CI": "false"}, LiveProgress),
        (Terminal, {"CI": "true"}, PlainLines),
        (Terminal, {"TERM": "dumb"}, PlainLines),
        (io.StringIO, {}, PlainLines),
    ],
)
def test_bars_are_for_terminals_of_people(
    out: type[io.StringIO], variables: dict[str, str], expected: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TERM": "xterm", "CI": "", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", out())
    display = progress_display(quiet=False)
    assert display is not None
    display.close()
    assert type(display) is expected
    assert progress_display(quiet=True) is None


def test_each_entity_has_its_bar_with_amount_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    out, now = Terminal(), [0.0]
    live = LiveProgress(out)
    live.close()  # what is drawn is asked for below, at times of our own
    live._progress.get_time = lambda: now[0]
    for done in (0, 10, 20):
        for entity, total in (("users", 100), ("work_packages", 400)):
            event = {"event": "progress", "stage": "apply", "entity": entity, "done": done, "total": total}
            live({**event, "counts": {"created": done}})
        now[0] += 2.0
    shown = Console(file=io.StringIO(), width=140)
    with shown.capture() as drawn:
        shown.print(live._progress)
    users, packages = (line for line in drawn.get().splitlines() if line.strip())
    assert "users" in users and "20/100" in users and "5.0/s" in users and "0:16" in users
    assert "work packages" in packages and "20/400" in packages and "1:16" in packages
    assert "20 created" in packages
