"""How alike our documents are to Atlassian's on the published cases: see docs/explanation/rich-text-cases.md.

Run by ``make benchmarks``. Exit code 1 below the goals; without the shared data nothing is measured.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    runpy.run_module("tests.unit.richtext.scores", run_name="__main__")
