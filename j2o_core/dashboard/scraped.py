"""``/metrics`` of a dashboard in another process than the run: what that told the ledger last, and what this has."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping, Optional, Tuple

from sqlalchemy import Engine

from ..ledger.figures import Figures
from ..ledger.queries import INTERRUPTED
from ..ledger.runs import RUNNING
from ..ledger.told import LEADS, told
from ..observe.metrics import families
from ..observe.metrics.exposition import Exposed
from ..observe.metrics.plain import samples_of
from ..observe.metrics.samples import Sample
from ..observe.metrics.together import together
from ..pipeline import measuring
from ..pipeline.telling import other_of

#: what the ledger knows better than a process that is over, or about to be
_ENDS = (families.RUN_ACTIVE, families.RUN_STAGE, families.RUN_ENDED, families.RUN_EXIT_CODE)


def text_of(engine: Engine, run: Mapping[str, Any], counted: Callable[[], Tuple[Figures, float]]) -> Optional[bytes]:
    """The text for Prometheus; ``None`` where no process has told anything of this run.

    ``counted`` gives what the ledger has, and how old that is (seconds). Of a process that died the run stays active,
    and ``TOLD`` stands still: that is what tells of it.
    """
    rows = told(engine, run["run"])
    if not rows or rows[0].worker != LEADS:
        return None
    lead, *workers = rows
    samples = together(list(samples_of(lead.figures)), [other_of(one) for one in workers])
    if lead.ended or run["state"] not in (RUNNING, INTERRUPTED):
        samples = [sample for sample in samples if sample.family not in _ENDS]
        samples += _end_of(run)
    found, age = counted()
    samples += [Sample(families.FIGURES_AGE, (), age), *measuring.samples_of(found)]
    return Exposed(lambda: samples).text()


def _end_of(run: Mapping[str, Any]) -> Iterator[Sample]:
    yield Sample(families.RUN_ACTIVE, (), run["state"] == RUNNING)
    for family, value in ((families.RUN_ENDED, run["finished"]), (families.RUN_EXIT_CODE, run["exit_code"])):
        if value is not None:
            yield Sample(family, (), value)
