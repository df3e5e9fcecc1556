"""What each step of the mapping made of an item: ``j2o explain``, asked where the spec and what was read lie."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any, Dict, List, Mapping

from .ledgers import Ledgers
from .starting import Refused

#: seconds
WAIT = 60.0
#: each is a process of its own, as the plugins of a spec are none of the dashboard's
_ONE_AT_A_TIME = threading.Lock()


def explained(ledgers: Ledgers, name: str, entity: str, origin: str) -> Dict[str, Any]:
    """The item as ``j2o explain --json`` tells it, by the spec as it is now.

    Raises ``Refused`` with why not, ``Unknown``.
    """
    _, run = ledgers.ledger_of(name)
    arguments = _arguments(run, entity, origin)
    with _ONE_AT_A_TIME:
        try:
            asked = subprocess.run(
                [sys.executable, "-m", "j2o_core", *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, "J2O_HOME": str(ledgers.home)},
                timeout=WAIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"`j2o explain` has said nothing for {WAIT:g} s") from None
    if asked.returncode:
        words = asked.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise Refused(f"`j2o explain` ended with exit code {asked.returncode}: {words}")
    for one in json.loads(asked.stdout):
        if one["origin"] == origin:
            return dict(one)
    raise Refused(f"what was read last has no '{origin}' among {entity}")


def _arguments(run: Mapping[str, Any], entity: str, origin: str) -> List[str]:
    asked = run["asked"]
    spec = str(asked.get("spec") or "") if isinstance(asked, Mapping) else ""
    if not spec:
        raise Refused("the run does not say from which file its spec came: use `j2o explain SPEC KEY`")
    environment = run["environment"]
    named = ["--entity", entity, "--json", *(["--env", str(environment)] if environment else [])]
    return ["explain", *named, "--", spec, origin]
