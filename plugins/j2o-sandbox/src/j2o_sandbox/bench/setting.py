"""What all measurements of one ``j2o bench`` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, FrozenSet, Optional

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
        given = Path(self.spec)
        extended = str(given.absolute()) if given.exists() else self.spec
        text = _SPEC.format(spec=extended, workers=workers or self.workers, more=more) + (_FLAT if flat else "")
        path.write_text(text, encoding="utf-8")
        return str(path)
