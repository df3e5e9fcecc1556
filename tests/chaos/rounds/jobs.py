"""Several rounds at once: each job is a process that takes the next seed as soon as it is done with one."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
from multiprocessing.connection import Connection
from typing import Any, Callable, Iterator

from .reached import Reached

#: what a job says of each round: lines for the reader, and counts
Tell = Callable[[str, Reached], None]


def side_by_side(jobs: int, seeds: range, job: Callable[[Iterator[int], Tell], None], tell: Tell) -> None:
    """Let ``jobs`` processes take the seeds, each by calling ``job``. An interruption ends them, and is passed on."""
    context = multiprocessing.get_context("fork")
    handed_out = context.Value("q", 0)
    going: dict[Any, Any] = {}
    try:
        for _ in range(min(jobs, len(seeds))):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(job, seeds, handed_out, theirs))
            process.start()
            theirs.close()
            going[ours] = process
        _listen(going, tell)
    except BaseException:
        for process in going.values():
            process.terminate()
        _listen(going, tell)
        raise


def _listen(going: dict[Any, Any], tell: Tell) -> None:
    while going:
        for line in multiprocessing.connection.wait(going):
            try:
                tell(*line.recv())  # type: ignore[union-attr]
            except EOFError:
                process = going.pop(line)
                process.join()
                if process.exitcode:
                    tell(f"a job has ended with exit code {process.exitcode}", Reached(trouble=1))


def _work(job: Callable[[Iterator[int], Tell], None], seeds: range, handed_out: Any, line: Connection) -> None:
    os.setsid()  # a Ctrl-C in the terminal is for the first process, which tells the others once
    with line, contextlib.suppress(KeyboardInterrupt):
        job(_next_ones(seeds, handed_out), lambda lines, reached: line.send((lines, reached)))


def _next_ones(seeds: range, handed_out: Any) -> Iterator[int]:
    while True:
        with handed_out.get_lock():
            number = handed_out.value
            handed_out.value += 1
        if number >= len(seeds):
            return
        yield seeds[number]
