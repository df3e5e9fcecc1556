"""What several extractors need of a Jira, read once for all of them."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any, Callable

from j2o_core.api import Refused


class Once:
    """Call it with the name of what is wanted and the way to read it; used by many workers at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Any]] = {}

    def __call__(self, what: str, read: Callable[[], Any]) -> Any:
        """What ``read`` gives; a refusal is one for all that ask, while other troubles may be over for the next."""
        with self._lock:
            known = self._asked.get(what)
            mine: Future[Any] = Future() if known is None else known
            self._asked[what] = mine
        if known is None:
            try:
                mine.set_result(read())
            except Refused as refusal:
                mine.set_exception(refusal)
            except BaseException as trouble:
                with self._lock:
                    del self._asked[what]
                mine.set_exception(trouble)
                raise
        return mine.result()
