"""The figures of rich text: how alike our documents are to Atlassian's, and the page that tells them.

``python -m tests.unit.richtext.scores --write`` brings the page up to date; ``make benchmarks`` prints the figures.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown
from tests.unit.richtext.similarity import tree_of_adf, tree_of_markdown, tree_similarity
from tests.unit.richtext.structure import blocks_only, empty_header_rows_left_out, of_adf, similarity

ROOT = Path(__file__).parents[3]
CASES = ROOT.parent / "shared" / "data" / "markup-cases"
PAGE = ROOT / "docs" / "explanation" / "rich-text-cases.md"
#: form: (file of cases, least similarity)
GOALS = {"wiki": 0.97, "adf": 0.99}

#: why a case differs, by its number in its file
REASONS: Dict[str, Dict[int, str]] = {
    "wiki": {
        19: "Atlassian repeats the markup of a linked picture as a second link; here the picture is the link.",
        28: "A backslash at a line's end: Atlassian keeps the line end inside the text, here it is a line break.",
        31: "A macro in the middle of an address: Atlassian links both halves to the whole; here the part before it is "
        "the address, and no sign is lost.",
        128: "A `file:` link: OpenProject and browsers refuse it, so it is written as code.",
        132: "Atlassian repeats the markup of a linked picture as a second link; here the picture is the link.",
        140: "A list item that is a rule: ADF cannot hold it and ends the list; Markdown can.",
        143: "A file within a text: Atlassian lifts it out and breaks the list in two; here it stays in its sentence.",
        144: "A file within a text: Atlassian lifts it out and breaks the list in two; here it stays in its sentence.",
        152: "A text right after a rule: Atlassian makes it a list item, although it bears no sign of one.",
        160: "A quote in a panel: ADF cannot nest them, Markdown can.",
        161: "Files in a panel: Atlassian lifts them out and breaks the panel in two; here they stay where they are.",
        162: "A heading in a quote: ADF cannot hold it and makes it bold italic; Markdown can.",
    },
    "adf": {
        93: "A task list directly in a task list: in Markdown it belongs to the task before it, which looks the same.",
    },
}


@dataclass(frozen=True)
class Score:
    """How alike one case is: as trees, and as sequences of blocks, and of blocks, text and marks."""

    number: int
    name: str
    tree: float
    blocks: float
    sequence: float

    @property
    def differs(self) -> bool:
        """Whether either measure sees a difference."""
        return min(self.tree, self.blocks, self.sequence) < 1


class _AllFiles(rt.NoResolver):
    def attachment(self, name: str) -> Optional[str]:
        return name


def wiki_cases() -> List[Dict[str, Any]]:
    """Wiki markup with Atlassian's ADF."""
    return list(json.loads((CASES / "wiki_to_adf_atlaskit.json").read_text("utf-8")))


def adf_cases() -> List[Dict[str, Any]]:
    """The valid fixtures of the ADF schema; each is what it should become."""
    cases = json.loads((CASES / "adf_schema_fixtures.json").read_text("utf-8"))
    return [{**case, "expected": case["input"]} for case in cases if case["expected"] == "valid"]


def scores_of(form: str) -> List[Score]:
    """All cases of ``wiki`` or ``adf``."""
    cases, read = (wiki_cases(), read_wiki) if form == "wiki" else (adf_cases(), read_adf)
    return [_score(number, case, read) for number, case in enumerate(cases)]


def means(scores: Sequence[Score]) -> Tuple[float, float, float]:
    """Trees; sequences of blocks; sequences of blocks, text and marks."""
    count = len(scores)
    return (
        sum(score.tree for score in scores) / count,
        sum(score.blocks for score in scores) / count,
        sum(score.sequence for score in scores) / count,
    )


def page() -> str:
    """The page that lists what differs, and why."""
    lines = [_HEAD]
    rows, tables = [], []
    for form, title in (("wiki", "wiki markup, Atlassian's converter"), ("adf", "ADF, valid fixtures of its schema")):
        scores = scores_of(form)
        tree, blocks, sequence = means(scores)
        rows.append(f"| {title} | {len(scores)} | {GOALS[form]} | {tree:.3f} | {blocks:.3f} | {sequence:.3f} |")
        tables.append(f"\n## {title[0].upper()}{title[1:]}\n\n| case | trees | blocks | blocks, text, marks | why |")
        tables.append("| --- | --- | --- | --- | --- |")
        tables.extend(
            f"| {score.number} | {score.tree:.2f} | {score.blocks:.2f} | {score.sequence:.2f} | "
            f"{REASONS[form].get(score.number, '')} |"
            for score in scores
            if score.differs
        )
    return "\n".join([*lines, *rows, *tables]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 where one is below its goal. ``--write``: write the page too."""
    if not CASES.is_dir():
        print(f"rich text: not measured, no shared markup cases at {CASES}")
        return 0
    missed = False
    for form, goal in GOALS.items():
        tree, blocks, sequence = means(scores_of(form))
        missed = missed or min(tree, blocks, sequence) < goal
        print(
            f"{form:<5}trees {tree:.4f}, blocks {blocks:.4f}, blocks with text and marks {sequence:.4f} (goal {goal})"
        )
    if "--write" in arguments:
        PAGE.write_text(page(), encoding="utf-8")
    return int(missed)


def _score(number: int, case: Dict[str, Any], read: Callable[[Any], Tuple[rt.Document, List[str]]]) -> Score:
    markdown, _ = write_markdown(read(case["input"])[0], _AllFiles())
    left, right = of_adf(case["expected"]), empty_header_rows_left_out(markdown)
    return Score(
        number,
        case["name"],
        tree_similarity(tree_of_adf(case["expected"]), tree_of_markdown(markdown)),
        similarity(blocks_only(left), blocks_only(right)),
        similarity(left, right),
    )


_HEAD = """\
# Rich text: every case that differs

Two sets of published cases are compared with Atlassian's ADF: wiki markup with what Atlassian's own converter makes of
it, and ADF documents with themselves. Ours is the Markdown, parsed by markdown-it-py. Three measures, each 1 where
nothing differs, and their means over all cases:

- **trees**: blocks, and in them runs of text with their marks, line breaks and pictures. From the root down equal nodes
  are paired in their order; twice the pairs over all nodes.
- **blocks**: the `SequenceMatcher` ratio of the sequences of blocks, paragraphs left out.
- **blocks, text, marks**: the same of sequences in which each run of text with its marks is an entry, too. Text is
  compared exactly.

White space at the edges of a run and the empty header row that GFM demands count for nothing; files are known. A panel
counts as a quote, which Markdown has in its place.

`python -m tests.unit.richtext.scores --write` writes this page; a test compares it with the code.

| cases | how many | at least | trees | blocks | blocks, text, marks |
| --- | --- | --- | --- | --- | --- |"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
