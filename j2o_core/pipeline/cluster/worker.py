"""What a worker of the cluster is asked to do: take part in a turn, and let go of a run."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any, Mapping, Optional

from distributed import get_worker
from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from ...model.outcome import Fatal, Outcome
from .orders import FATAL, OVER, Part, RunOrder, TurnOrder
from .runtime import Runtime

_runtimes: dict[tuple[str, str], Runtime] = {}
_guard = threading.Lock()


def take_part(run: RunOrder, turn: TurnOrder, name: str) -> dict[str, Any]:
    """Carry out what this worker gets of a turn. Never raises: how it ended is the answer."""
    try:
        runtime = _runtime(run, name)
        part = runtime.take_part(turn)
        if runtime.gone or part.ended == OVER:
            let_go(run.run)
        return part.plain()
    except Fatal as error:
        return Part(FATAL, error.message, error.exit_code, error.code).plain()
    except Outcome as error:  # a system that cannot be asked any more
        return Part(FATAL, error.message, 3, error.code).plain()
    except SQLAlchemyError as error:
        return Part(FATAL, f"the ledger cannot be used: {error}", 4).plain()
    except Exception as error:  # noqa: BLE001 - told by the coordinator, and logged here with where it came from
        logger.opt(exception=error).error("the worker {} broke", name)
        return Part(FATAL, f"worker {name} broke: {type(error).__name__}: {error}", 4).plain()


def let_go(run: str) -> None:
    """Close all that belongs to a run."""
    with _guard:
        mine = [key for key in _runtimes if key[0] == run]
        closing = [_runtimes.pop(key) for key in mine]
    for runtime in closing:
        runtime.close()


def _runtime(order: RunOrder, name: str) -> Runtime:
    """What this process keeps for a run, made where it does not exist yet."""
    key = (order.run, order.token)
    with _guard:
        found: Optional[Runtime] = _runtimes.get(key)
        if found is None or found.gone:
            worker = get_worker()
            topic = f"j2o-{order.run}"

            def send(message: Mapping[str, Any]) -> None:
                text = json.dumps(message, default=str, ensure_ascii=True)
                worker.log_event(topic, {"worker": name, "text": text})

            home = Path(os.environ.get("J2O_HOME") or Path(worker.local_directory) / "j2o")
            if found is not None:
                found.close()
            found = _runtimes[key] = Runtime(order, name, home, send)
        return found
