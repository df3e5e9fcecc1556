"""One connection to one system: reads that are repeated, writes that never are."""

from __future__ import annotations

import json as jsonlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Collection, Iterable, Iterator, Mapping, Optional, Union
from urllib.parse import urlsplit

from ..model.limits import BreakerBounds, Limit
from ..model.outcome import Outcome
from ..model.retry import Bounds, RetryBounds
from .asked_wait import asked_wait
from .credentials import Credentials
from .download import Download, fetch
from .gate import REFUSALS, Gate
from .metadata_cache import MetadataCache
from .observation import Observation, Observer
from .opened import Opened
from .outcomes import is_success, judge_read, judge_write
from .pool import IDLE
from .read_retry import ReadRetry
from .response import Recognise, Response, holds_json, is_complete_json
from .together import Together
from .transport import Parameters, Timeouts, Transport, query_of

#: said of a file by a web page as often as by JSON, and final
_NO_FILE = (403, 404, 410)


@dataclass(frozen=True)
class ReadBounds:
    """Attempts per read and the bounds of the waits between them, in seconds; ``classes``: others by error class."""

    attempts: int = 8
    initial: float = 0.5
    maximum: float = 60.0
    classes: Mapping[str, Bounds] = field(default_factory=dict)


class Http:
    """Shared by all workers of a connection. Paths are relative to ``base_url``; every method may raise ``Fatal``."""

    def __init__(
        self,
        base_url: str,
        *,
        identity: str = "",
        headers: Optional[Mapping[str, str]] = None,
        workers: int = 8,
        retry: RetryBounds = ReadBounds(),
        cache_folder: Optional[Path] = None,
        metadata_lifetime: float = 600.0,
        user_agent: str = "j2o",
        verify: Union[bool, str] = True,
        timeouts: Timeouts = Timeouts(),
        idle: float = IDLE,
        name: str = "",
        limit: Limit = Limit(),
        breaker: BreakerBounds = BreakerBounds(),
        retry_share: float = 0.25,
        gate: Optional[Gate] = None,
    ) -> None:
        """``identity`` names the system whatever its address is today (default: host and path).

        ``headers`` go with every request; credentials are given by ``authorize``. Without ``cache_folder`` or
        ``metadata_lifetime`` nothing is kept on disk. Pooled connections idle for over ``idle`` seconds are dropped.
        ``name`` is the connection's in messages; ``retry_share`` is how many retries each success allows. ``gate`` is
        that of another connection to the same host, whose limits hold for this one.
        """
        self.gate = gate or Gate(
            name or urlsplit(base_url).netloc.rpartition("@")[2],
            limit=limit,
            breaker=breaker,
            retry_share=retry_share,
            workers=workers,
        )
        self._transport = Transport(
            base_url,
            headers={"User-Agent": user_agent, "Accept": "application/json", **(headers or {})},
            # Each worker, and a file that is fetched ahead for it.
            connections=2 * workers + 2,
            verify=verify,
            timeouts=timeouts,
            idle=idle,
            gate=self.gate,
        )
        #: asks many things side by side
        self.together = Together(workers)
        self._retry = ReadRetry(retry, self.gate.sleep, self.gate.retry_wait, self.gate.retried)
        self.base_url = self._transport.base_url
        parts = urlsplit(self.base_url)
        self.identity = identity or f"{parts.hostname}{parts.path}"
        self._cache_folder = cache_folder if metadata_lifetime > 0 else None
        self._lifetime = metadata_lifetime
        self._metadata: Optional[MetadataCache] = None
        self._metadata_lock = threading.Lock()

    @property
    def observation(self) -> Observation:
        """Counts of the requests so far."""
        return self._transport.observation

    def authorize(self, *, bearer: str = "", user: str = "", password: str = "") -> None:
        """Send these credentials from now on: a bearer token, or else user and password; to this origin only."""
        self._transport.credentials = Credentials.bearer(bearer) if bearer else Credentials.basic(user, password)
        self._close_metadata()

    def observe(self, observer: Observer) -> None:
        """Call ``observer`` after every request, in the worker's thread."""
        self._transport.observation.add(observer)

    # ------------------------------------------------------------------ reads

    def read(
        self,
        method: str,
        path: str,
        params: Parameters = None,
        *,
        json: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        recognise: Recognise = holds_json,
        attempts: Optional[int] = None,
        operation: Optional[str] = None,
    ) -> Response:
        """Ask for something, with any method that changes nothing; repeated until it is answered.

        Raises ``Refused`` (a 4xx of the server), ``NotSent`` or ``Retriable`` (after all attempts), ``Fatal``.
        """

        def once() -> Response:
            response = self._transport.exchange(
                method, path, params, json=json, headers=headers, operation=operation, writing=False
            )
            own = recognise(response)
            if not is_success(response, own):
                self._raise(judge_read(response, own, self._transport.what(method, path)), response)
            return response

        return self._retry(once, attempts)

    def get(self, path: str, params: Parameters = None, **options: Any) -> Response:
        """``read`` with GET."""
        return self.read("GET", path, params, **options)

    def get_json(self, path: str, params: Parameters = None, **options: Any) -> Any:
        """The parsed answer of ``get``."""
        return self.read("GET", path, params, **options).json()

    def cached_json(
        self, path: str, params: Parameters = None, *, method: str = "GET", json: Any = None, **options: Any
    ) -> Any:
        """``get_json`` for metadata: within the lifetime the answer comes from the cache, also in later runs.

        Some systems tell metadata only to a POST that changes nothing; its body is part of the question.
        """
        metadata = self._open_metadata()
        if metadata is None:
            return self.read(method, path, params, json=json, **options).json()
        parts = urlsplit(self._transport.url(path))
        headers = jsonlib.dumps(sorted((options.get("headers") or {}).items()))
        body = "" if method == "GET" else f"{method} {jsonlib.dumps(json, sort_keys=True)}"
        key = metadata.key(parts.path, f"{parts.query}?{query_of(params)}{body}", headers)
        with metadata.lock(key):
            stored = metadata.get(key)
            if stored is not None:
                return jsonlib.loads(stored)
            response = self.read(method, path, params, json=json, **options)
            if response.status == 200:
                metadata.put(key, response.body)
            return response.json()

    @contextmanager
    def stream(self, path: str, *, headers: Optional[Mapping[str, str]] = None) -> Iterator[Opened]:
        """An open 2xx answer to a GET for bytes, tried once; redirects are followed, credentials stay with this origin.

        Raises what ``read`` raises; the caller reads it and minds its end.
        """
        with self._transport.stream(path, {"Accept": "*/*", **(headers or {})}) as answer:
            if not 200 <= answer.status < 300:
                response = answer.complete()
                final = is_complete_json(response) or response.status in _NO_FILE
                self._raise(judge_read(response, final, self._transport.what("GET", path)), response)
            yield answer

    def download(self, path: str, folder: Path, *, size: Optional[int] = None) -> Download:
        """Fetch a file, complete or not at all; repeated like every read. Whoever asked closes it.

        A long one lies in ``folder``, without a name. ``size`` is what it must come to. A web page in place of a file
        raises ``Refused`` where it was a login, and is repeated otherwise.
        """

        def once() -> Download:
            with self.stream(path) as answer:
                return fetch(answer, folder, size, self._transport.what("GET", path))

        return self._retry(once)

    # ------------------------------------------------------------------ writes

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: Union[bytes, Iterable[bytes], None] = None,
        headers: Optional[Mapping[str, str]] = None,
        params: Parameters = None,
        recognise: Recognise = is_complete_json,
        also: Collection[int] = (),
        operation: Optional[str] = None,
    ) -> Response:
        """Send a write once and return the target's own 2xx answer; ``recognise`` tells such an answer from a page.

        ``also`` are other statuses that are a success where the answer is recognised (302: goes on in the background).

        Raises ``NotSent``, ``InDoubt``, ``Retriable``, ``Undecided``, ``Conflict`` or ``Refused``; see ``outcomes``.
        """
        response = self._transport.exchange(
            method, path, params, json=json, body=body, headers=headers, operation=operation, writing=True
        )
        own = recognise(response)
        if not is_success(response, own, also):
            self._raise(judge_write(response, own, self._transport.what(method, path)), response)
        return response

    def close(self) -> None:
        """Wake all who wait, and give the sockets back."""
        self._transport.close()
        self.together.close()
        self._close_metadata()

    def _raise(self, outcome: Optional[Outcome], response: Response) -> None:
        if outcome is None:
            return
        asked = asked_wait(response.headers) if response.status in REFUSALS else None
        if asked:
            self.gate.pause(asked)
        raise self._transport.clean(outcome)

    def _open_metadata(self) -> Optional[MetadataCache]:
        if self._cache_folder is None:
            return None
        with self._metadata_lock:
            if self._metadata is None:
                fingerprint = self._transport.credentials.fingerprint()
                self._metadata = MetadataCache(self._cache_folder, self.identity, fingerprint, self._lifetime)
            return self._metadata

    def _close_metadata(self) -> None:
        with self._metadata_lock:
            if self._metadata is not None:
                self._metadata.close()
                self._metadata = None
