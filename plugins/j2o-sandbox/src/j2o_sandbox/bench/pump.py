"""The pump: the least that the writes of a run cost. A process of its own; what it does is frozen.

One ``requests.Session`` without the environment, a pool of as many connections as workers, threads that send recorded
bodies as bytes; every answer is read and parsed. The structure goes in order, one request after the other; then phase
by phase, all workers at once, a phase beginning when the one before has ended. It plans nothing, records nothing,
compares nothing and repeats nothing.

Called with a JSON line on stdin: ``{"url", "api_key", "workers", "writes"}``, the last one a file with a JSON line for
each write: ``[phase, method, address, content type, body in base64]``, phase 0 being the structure. Prints
``{"failed", "first"}``: how many requests were not answered 2xx, and what the first of them was told.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections import deque
from typing import Deque, Dict, List, Tuple

import requests
from requests.adapters import HTTPAdapter

_Write = Tuple[str, str, str, bytes]


class _Pump:
    def __init__(self, url: str, api_key: str, workers: int) -> None:
        self._url = url
        self._workers = workers
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = ("apikey", api_key)
        self._session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=workers))
        self.failures: List[str] = []

    def one_after_the_other(self, writes: List[_Write]) -> None:
        for write in writes:
            self._send(write)

    def all_at_once(self, writes: List[_Write]) -> None:
        waiting = deque(writes)
        threads = [threading.Thread(target=self._work, args=(waiting,)) for _ in range(self._workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, waiting: Deque[_Write]) -> None:
        while True:
            try:
                write = waiting.popleft()
            except IndexError:
                return
            self._send(write)

    def _send(self, write: _Write) -> None:
        method, address, content_type, body = write
        headers = {"Content-Type": content_type} if content_type else {}
        try:
            answer = self._session.request(method, self._url + address, data=body, headers=headers, timeout=120)
            if answer.content:
                answer.json()
        except (requests.RequestException, ValueError) as error:
            self.failures.append(f"{method} {address}: {error}")
            return
        if not answer.ok:
            self.failures.append(f"{method} {address}: {answer.status_code} {answer.text[:300]}")


def main() -> None:
    """Send everything once."""
    order = json.loads(sys.stdin.readline())
    phases: Dict[int, List[_Write]] = {}
    with open(order["writes"], encoding="ascii") as lines:  # noqa: PTH123 - nothing but what is needed
        for line in lines:
            phase, method, address, content_type, body = json.loads(line)
            phases.setdefault(phase, []).append((method, address, content_type, base64.b64decode(body)))
    pump = _Pump(order["url"], order["api_key"], order["workers"])
    pump.one_after_the_other(phases.pop(0, []))
    for phase in sorted(phases):
        pump.all_at_once(phases[phase])
    print(json.dumps({"failed": len(pump.failures), "first": pump.failures[0] if pump.failures else ""}))


if __name__ == "__main__":
    main()
