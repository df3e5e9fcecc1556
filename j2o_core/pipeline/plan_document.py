"""The file of a plan: what it was made of, by which a run tells whether it still holds, and what a person reviews."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Iterable, Mapping, TextIO

from ..model.outcome import Fatal

#: the version of the document, under the key by which it is recognised
FORM_KEY, FORM = "j2o_plan", 1


@dataclass(frozen=True)
class PlanFile:
    """Everything a plan rests on. ``run`` is where the ledger keeps it.

    ``read`` is when the snapshot was read to its end (epoch seconds, as text), ``after`` the newest run that had
    written when it was made; ``mappings`` are digests by entity, ``effects`` is one of all that is to be sent and
    ``standing`` one of what the target held then of all that the plan touches.
    """

    run: str
    spec: str
    spec_digest: str
    environment: str
    source: str
    target: str
    generation: int
    read: str
    after: str
    mappings: Mapping[str, str]
    effects: str
    standing: str


def write_plan(plan: PlanFile, more: Mapping[str, Any], effects: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """One JSON document; ``more`` and ``effects`` (one a line) are for people and tools, no run reads them."""
    head = json.dumps({FORM_KEY: FORM, "plan": asdict(plan), **more}, indent=1, ensure_ascii=False)
    out.write(head[: head.rindex("}")].rstrip() + ',\n "effects": [')
    separator = "\n  "
    for effect in effects:
        out.write(separator + json.dumps(effect, ensure_ascii=False, default=str))
        separator = ",\n  "
    out.write("\n ]\n}\n")


def read_plan(path: Path) -> PlanFile:
    """The plan in a file. Raises ``Fatal`` (exit 2): there is none, or it is no plan."""
    again = f"`j2o plan SPEC -o {path}` writes one"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fatal(f"{path}: {error.strerror}; {again}", exit_code=2) from None
    except ValueError as error:
        raise Fatal(f"{path} is no plan, for it is no JSON document ({error}); {again}", exit_code=2) from None
    if not isinstance(document, dict) or FORM_KEY not in document:
        raise Fatal(f"{path} is no plan; {again}", exit_code=2)
    given = document.get("plan")
    if document[FORM_KEY] != FORM or not isinstance(given, dict) or set(given) != set(PlanFile.__dataclass_fields__):
        raise Fatal(f"{path} is damaged, or a plan of another version of j2o; {again}", exit_code=2)
    return PlanFile(**given)
