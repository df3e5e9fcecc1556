"""What all measurements of one ``j2o bench`` share."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, FrozenSet, Optional

from j2o_core.api import Fatal

#: as the table says
WORKERS = 16
#: how often runs and pump take turns
TIMES = 3

_SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: bench
extends: {spec}
runtime: {{workers: {workers}{more}}}
"""
_FLAT = """\
entities:
  work_packages:
    map: {parent: null}
    drop:
      fields.parent: measured without a tree
      field("Epic Link"): measured without a tree
      fields.epic: measured without a tree
"""


@dataclass(frozen=True)
class Setting:
    """``issues`` stands for each measurement's own number of issues; ``wanted`` are the names of rows."""

    spec: str
    folder: Path
    projects: int
    seed: int
    wanted: FrozenSet[str]
    issues: Optional[int]
    workers: int
    times: int
    tell: Callable[[str], None]

    def number(self, own: int) -> int:
        """How many issues a measurement is made with that has ``own`` as its number."""
        return self.issues if self.issues is not None else own

    def write_spec(self, flat: bool = False, limit: str = "", workers: Optional[int] = None) -> str:
        """The given spec with the bench's workers; ``flat``: without parents; ``limit``: the ``rate_limit`` to keep."""
        path = self.folder / f"{'flat' if flat else 'bench'}{limit and '-'}{limit}.yaml"
        more = limit and f", rate_limit: {{openproject: {limit}}}"
        text = _SPEC.format(spec=self._extended(), workers=workers or self.workers, more=more)
        path.write_text(text + (_FLAT if flat else ""), encoding="utf-8")
        return str(path)

    def _extended(self) -> str:
        """The given spec as one in ``folder`` names it: what a spec extends lies beside it or below."""
        if not Path(self.spec).exists():
            return self.spec
        path = self.folder / "given.yaml"
        if not path.exists():
            command = [sys.executable, "-m", "j2o_core", "render", self.spec]
            rendered = subprocess.run(command, capture_output=True, check=False)
            if rendered.returncode:
                raise Fatal(rendered.stderr.decode("utf-8", "replace").strip(), exit_code=2)
            path.write_bytes(rendered.stdout)
        return f"./{path.name}"
