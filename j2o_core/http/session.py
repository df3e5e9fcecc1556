"""One connection to one system: reads that are repeated, writes that never are."""

from __future__ import annotations

import json as jsonlib
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..model.outcome import Fatal, Outcome, Retriable
from .credentials import Credentials
from .download import Download, save
from .environment import checked_base, origin_of, proxies_for, verification
from .metadata_cache import MetadataCache
from .observation import Exchange, Observation, Observer, operation_of
from .outcomes import judge_failure, judge_read, judge_write, retry_after
from .pause import Pause
from .pool import IDLE, FreshAdapter
from .read_retry import ReadRetry, RetryBounds
from .response import Recognise, Response, is_complete_json

Parameters = Union[Mapping[str, Any], Sequence[tuple[str, Any]], None]
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
#: said of a file by a web page as often as by JSON, and final
_NO_FILE = (403, 404, 410)


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, and to wait for the next byte of an answer to a read or a write."""

    connect: float = 10.0
    read: float = 60.0
    write: float = 150.0


@dataclass(frozen=True)
class ReadBounds:
    """Attempts per read and the bounds of the waits between them, in seconds."""

    attempts: int = 8
    initial: float = 0.5
    maximum: float = 60.0


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
    ) -> None:
        """``identity`` names the system whatever its address is today (default: host and path).

        ``headers`` go with every request; credentials are given by ``authorize``. Without ``cache_folder`` or
        ``metadata_lifetime`` nothing is kept on disk.
        """
        self.base_url = checked_base(base_url)
        parts = urlsplit(self.base_url)
        self.identity = identity or f"{parts.hostname}{parts.path}"
        self.observation = Observation()
        self.pause = Pause()
        self._credentials = Credentials()
        self._timeouts = timeouts
        self._retry = ReadRetry(retry, self.pause.sleep)
        self._headers = {"User-Agent": user_agent, "Accept": "application/json", **(headers or {})}
        self._verify = verification(verify)
        self._proxies = dict(proxies_for(self.base_url))
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = FreshAdapter(max(10, workers + 2), idle)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._cache_folder = cache_folder if metadata_lifetime > 0 else None
        self._lifetime = metadata_lifetime
        self._metadata: Optional[MetadataCache] = None
        self._metadata_lock = threading.Lock()

    def authorize(self, *, bearer: str = "", user: str = "", password: str = "") -> None:
        """Send these credentials from now on: a bearer token, or else user and password; to this origin only."""
        self._credentials = Credentials.bearer(bearer) if bearer else Credentials.basic(user, password)
        self._close_metadata()

    def observe(self, observer: Observer) -> None:
        """Call ``observer`` after every request, in the worker's thread."""
        self.observation.add(observer)

    # ------------------------------------------------------------------ reads

    def read(
        self,
        method: str,
        path: str,
        params: Parameters = None,
        *,
        json: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        recognise: Recognise = is_complete_json,
        attempts: Optional[int] = None,
        operation: Optional[str] = None,
    ) -> Response:
        """Ask for something, with any method that changes nothing; repeated until it is answered.

        Raises ``Refused`` (a 4xx of the server), ``NotSent`` or ``Retriable`` (after all attempts), ``Fatal``.
        """

        def once() -> Response:
            response = self._exchange(
                method, path, params, json=json, headers=headers, operation=operation, writing=False
            )
            self._judge(judge_read(response, recognise(response), self._what(method, path)), response)
            return response

        return self._retry(once, attempts)

    def get(self, path: str, params: Parameters = None, **options: Any) -> Response:
        """``read`` with GET."""
        return self.read("GET", path, params, **options)

    def get_json(self, path: str, params: Parameters = None, **options: Any) -> Any:
        """The parsed answer of ``get``."""
        return self.read("GET", path, params, **options).json()

    def cached_json(self, path: str, params: Parameters = None, **options: Any) -> Any:
        """``get_json`` for metadata: within the lifetime the answer comes from the cache, also in later runs."""
        metadata = self._open_metadata()
        if metadata is None:
            return self.get_json(path, params, **options)
        headers = jsonlib.dumps(sorted((options.get("headers") or {}).items()))
        key = metadata.key(_path_of(self._url(path)), _query(params), headers)
        with metadata.lock(key):
            stored = metadata.get(key)
            if stored is not None:
                return jsonlib.loads(stored)
            response = self.read("GET", path, params, **options)
            if response.status == 200:
                metadata.put(key, response.body)
            return response.json()

    @contextmanager
    def stream(self, path: str, *, headers: Optional[Mapping[str, str]] = None) -> Iterator[requests.Response]:
        """An open answer to a GET for bytes, tried once; redirects are followed, credentials stay with this origin.

        Raises what ``read`` raises where the answer is none of 2xx; the caller reads it and minds its end.
        """
        what = self._what("GET", path)
        began = time.monotonic()
        self.pause.wait()
        received, status, error = 0, 0, ""
        try:
            answer = self._follow(path, headers, what)
            status = answer.status_code
            try:
                if not 200 <= status < 300:
                    response = _complete(answer)
                    own = is_complete_json(response) or status in _NO_FILE
                    self._judge(judge_read(response, own, what), response)
                yield answer
                received = answer.raw.tell() if answer.raw is not None else 0
            finally:
                answer.close()
        except (requests.RequestException, HTTPError) as failure:
            error = type(failure).__name__
            raise self._clean(judge_failure(failure, what, writing=False)) from None
        finally:
            seconds = time.monotonic() - began
            self.observation.record(Exchange("GET", operation_of(path), status, seconds, 0, received, error))

    def download(self, path: str, destination: Path, *, size: Optional[int] = None) -> Download:
        """Save a file, complete or not at all; repeated like every read.

        It is written beside ``destination`` as ``.part`` and renamed. ``size`` is what it must come to. A web page in
        place of a file raises ``Refused`` where it was a login, and is repeated otherwise.
        """

        def once() -> Download:
            with self.stream(path, headers={"Accept": "*/*"}) as answer:
                return save(answer, destination, size, self._what("GET", path))

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
        operation: Optional[str] = None,
    ) -> Response:
        """Send a write once and return the target's own 2xx answer; ``recognise`` tells such an answer from a page.

        Raises ``NotSent``, ``InDoubt``, ``Retriable``, ``Undecided``, ``Conflict`` or ``Refused``; see ``outcomes``.
        """
        response = self._exchange(
            method, path, params, json=json, body=body, headers=headers, operation=operation, writing=True
        )
        self._judge(judge_write(response, recognise(response), self._what(method, path)), response)
        return response

    def close(self) -> None:
        """Wake all who wait, and give the sockets back."""
        self.pause.close()
        self._session.close()
        self._close_metadata()

    # ------------------------------------------------------------------ one exchange

    def _exchange(
        self,
        method: str,
        path: str,
        params: Parameters,
        *,
        json: Any = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        operation: Optional[str] = None,
        writing: bool,
    ) -> Response:
        what = self._what(method, path)
        sent_headers = {**self._headers, **self._credentials.headers}
        if json is not None:
            body = jsonlib.dumps(json, allow_nan=False).encode("ascii")
            sent_headers["Content-Type"] = "application/json"
        sent_headers.update(headers or {})
        self.pause.wait()
        began = time.monotonic()
        status, sent, received, error = 0, 0, 0, ""
        try:
            request = requests.Request(method, self._url(path), sent_headers, data=body, params=_pairs(params))
            prepared = self._session.prepare_request(request)
            sent = int(prepared.headers.get("Content-Length", 0))
            answer = self._transmit(prepared, writing)
            for _ in range(_MOST_REDIRECTS):
                if writing or answer.status_code not in _REDIRECTS or not self._is_ours(answer, what):
                    break
                prepared.url = urljoin(prepared.url or "", answer.headers["Location"])
                answer = self._transmit(prepared, writing)
            response = _complete(answer)
            status, received = response.status, len(response.body)
        except (requests.RequestException, HTTPError) as failure:
            error = type(failure).__name__
            raise self._clean(judge_failure(failure, what, writing)) from None
        finally:
            seconds = time.monotonic() - began
            self.observation.record(
                Exchange(method, operation or operation_of(path), status, seconds, sent, received, error)
            )
        return response

    def _transmit(self, prepared: requests.PreparedRequest, writing: bool, stream: bool = False) -> requests.Response:
        waiting = self._timeouts.write if writing else self._timeouts.read
        ours = origin_of(prepared.url or "") == origin_of(self.base_url)
        return self._session.send(
            prepared,
            stream=stream,
            timeout=(self._timeouts.connect, waiting),
            verify=self._verify,
            proxies=self._proxies if ours else dict(proxies_for(prepared.url or "")),
            allow_redirects=False,
        )

    def _is_ours(self, answer: requests.Response, what: str) -> bool:
        """Whether a redirect stays with this origin; ``Fatal`` where only scheme or port of our host differ."""
        location = answer.headers.get("Location")
        if not location:
            return False
        target = urljoin(answer.url, location)
        ours, theirs = origin_of(self.base_url), origin_of(target)
        if ours != theirs and ours[1] == theirs[1]:
            raise Fatal(
                f"{what}: the server sends us on to {theirs[0]}://{theirs[1]}:{theirs[2]}. Use that address as `url` "
                "of this connection: credentials are never sent to another one.",
                code="redirect",
            )
        return ours == theirs

    def _follow(self, path: str, headers: Optional[Mapping[str, str]], what: str) -> requests.Response:
        url, ours = self._url(path), True
        for _ in range(_MOST_REDIRECTS + 1):
            sent = {**self._headers, **(self._credentials.headers if ours else {}), **(headers or {})}
            if not ours:
                sent = {name: sent[name] for name in ("User-Agent", "Accept") if name in sent}
            answer = self._transmit(requests.Request("GET", url, sent).prepare(), writing=False, stream=True)
            location = answer.headers.get("Location")
            if answer.status_code not in _REDIRECTS or not location:
                return answer
            answer.close()
            url = urljoin(url, location)
            # Once it has left, it does not come back as ours: a foreign host must not steer our credentials.
            ours = ours and origin_of(url) == origin_of(self.base_url)
        raise Retriable(f"{what}: more than {_MOST_REDIRECTS} redirects", code="redirect")

    def _judge(self, outcome: Optional[Outcome], response: Response) -> None:
        if outcome is None:
            return
        if response.status in (429, 503):
            asked = retry_after(response)
            if asked:
                self.pause.ask(asked)
        raise self._clean(outcome)

    def _clean(self, outcome: Outcome) -> Outcome:
        outcome.message = self._credentials.redact(outcome.message)
        outcome.args = (outcome.message,)
        outcome.detail = self._credentials.redact_all(outcome.detail)
        return outcome

    def _what(self, method: str, path: str) -> str:
        parts = urlsplit(self._url(path))
        return f"{method} {parts.scheme}://{parts.netloc}{parts.path}"

    def _url(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            if origin_of(path) != origin_of(self.base_url):
                raise Fatal(f"{path} lies outside {self.base_url}: credentials stay there", code="foreign_host")
            return path
        return f"{self.base_url}/{path.lstrip('/')}"

    def _open_metadata(self) -> Optional[MetadataCache]:
        if self._cache_folder is None:
            return None
        with self._metadata_lock:
            if self._metadata is None:
                self._metadata = MetadataCache(
                    self._cache_folder, self.identity, self._credentials.fingerprint(), self._lifetime
                )
            return self._metadata

    def _close_metadata(self) -> None:
        with self._metadata_lock:
            if self._metadata is not None:
                self._metadata.close()
                self._metadata = None


def _complete(answer: requests.Response) -> Response:
    return Response(answer.status_code, answer.headers, answer.content, answer.url)


def _pairs(params: Parameters) -> list[tuple[str, Any]]:
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    return [(name, _text(value)) for name, value in pairs if value is not None]


def _text(value: Any) -> Any:
    return ("false", "true")[value] if isinstance(value, bool) else value


def _query(params: Parameters) -> str:
    return urlencode(sorted((name, str(value)) for name, value in _pairs(params)))


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
