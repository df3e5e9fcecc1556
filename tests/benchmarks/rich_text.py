"""How fast real bodies become Markdown, against the time that markdown-it-py takes to parse that Markdown.

Run by ``make benchmarks``. Every description and comment of the shared Jira data, as wiki markup and as ADF, read and
written; processor time, the best of some rounds. Goal: at least half as fast as the parser; twice as fast is aimed at.
Exit code 1 below the goal; without the shared data nothing is measured.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any, Callable

from markdown_it import MarkdownIt

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown

DATA = Path(__file__).parents[3] / "shared" / "data" / "jira-titanium"
GOAL, AIM = 0.5, 2.0
SOURCES = {"wiki": ("issues.ndjson.gz", read_wiki), "adf": ("issues-adf.ndjson.gz", read_adf)}


def main() -> int:
    """Print a line for each form; 0 where each reaches the goal."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bodies", type=int, default=2000, help="how many bodies")
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    if not DATA.is_dir():
        print(f"rich text: not measured, no shared Jira data at {DATA}")
        return 0
    reached = []
    for name, (file, read) in SOURCES.items():
        found = bodies(file, given.bodies)
        texts = [convert(read, body) for body in found]
        parse = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse
        gc.collect()
        gc.freeze()  # what the collector does with the data that wait is nobody's work
        converting, parsing = best(
            given.rounds,
            lambda read=read, found=found: [convert(read, body) for body in found],
            lambda parse=parse, texts=texts: [parse(text) for text in texts],
        )
        reached.append(parsing / converting)
        print(
            f"{name:<5}{parsing / converting:5.2f} times the speed of the parser (goal {GOAL}, aim {AIM}); "
            f"{sum(map(len, texts)) / converting / 1e6:.2f} million characters a second, {len(texts)} bodies"
        )
    return int(min(reached) < GOAL)


def convert(read: Callable[[Any], Any], body: Any) -> str:
    """One body, as ``j2o convert`` does it."""
    return write_markdown(read(body)[0], rt.NoResolver())[0]


def bodies(file: str, most: int) -> list[Any]:
    """The first descriptions and comments, those spread over the file."""
    found = []
    with gzip.open(DATA / file, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)["fields"]
            found.append(fields.get("description"))
            found.extend(comment.get("body") for comment in fields["comment"]["comments"])
    found = [body for body in found if body]
    return found[:: max(1, len(found) // most)]


def best(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The least processor time of each, in seconds; they take turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times):
            begun = time.process_time()
            work()
            taken.append(time.process_time() - begun)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
