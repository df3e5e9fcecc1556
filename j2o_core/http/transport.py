"""One request and its answer: credentials, redirects, proxies, the shared gate, and what it cost."""

from __future__ import annotations

import json as jsonlib
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Iterator, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from ..model.outcome import Fatal, Outcome, Retriable
from .credentials import Credentials
from .direct import Direct
from .environment import checked_base, origin_of, proxies_for, verification
from .gate import Gate
from .observation import Exchange, Observation, operation_of
from .opened import Opened
from .outcomes import judge_failure
from .pool import FreshAdapter
from .response import Response

Parameters = Union[Mapping[str, Any], Sequence[tuple[str, Any]], None]
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_encode = jsonlib.JSONEncoder(allow_nan=False).encode


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, and to wait for the next byte of an answer to a read or a write."""

    connect: float = 10.0
    read: float = 60.0
    write: float = 150.0


class Transport:
    """Sends each request once. Raises an outcome where no complete answer came; judges no answer."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        connections: int,
        verify: Union[bool, str],
        timeouts: Timeouts,
        idle: float,
        gate: Gate,
    ) -> None:
        self.base_url = checked_base(base_url)
        self.observation = Observation()
        self.gate = gate
        self.credentials = Credentials()
        self._headers = headers
        self._timeouts = timeouts
        self._verify = verification(verify)
        self._proxies = dict(proxies_for(self.base_url))
        # What goes through a proxy is left to requests, and so is what is streamed.
        self._direct = None if self._proxies else Direct(self.base_url, connections, idle, self._verify)
        self._waits = tuple(
            Timeout(connect=timeouts.connect, read=seconds) for seconds in (timeouts.read, timeouts.write)
        )
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = FreshAdapter(connections, idle)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def exchange(
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
        """Send and read the whole answer. Redirects within our origin are followed for reads."""
        sent_headers = {**self._headers, **self.credentials.headers}
        if json is not None:
            body = _encode(json).encode("ascii")
            sent_headers["Content-Type"] = "application/json"
        sent_headers.update(headers or {})
        operation = operation or operation_of(path)
        passed = self.gate.enter(writing)
        meter = _Meter(method, operation)
        try:
            meter.sent = len(body) if hasattr(body, "__len__") else 0
            response = self._whole(method, self.url(path), _pairs(params), sent_headers, body, writing)
            for _ in range(_MOST_REDIRECTS):
                if writing or not self._leads_to_ours(response, method, path):
                    break
                response = self._whole(
                    method, urljoin(response.url, response.headers["Location"]), (), sent_headers, body, writing
                )
            meter.status, meter.received, meter.headers = response.status, len(response.body), response.headers
        except (requests.RequestException, HTTPError, ValueError) as failure:
            meter.error = type(failure).__name__
            raise self.clean(judge_failure(failure, self.what(method, path), writing)) from None
        finally:
            self.gate.leave(passed, f"{method} {operation}", meter.status)
            self.observation.record(meter.end())
        return response

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[Opened]:
        """An open answer to a GET, whatever its status. Redirects are followed; credentials stay with our origin."""
        passed = self.gate.enter(writing=False)
        meter = _Meter("GET", operation_of(path))
        try:
            try:
                answer = self._follow(path, headers)
                meter.status, meter.headers = answer.status, answer.headers
            finally:  # whoever reads the bytes may ask for more meanwhile, and must find a place
                self.gate.leave(passed, f"GET {operation_of(path)}", meter.status)
            try:
                yield answer
                meter.received = answer.received
            finally:
                answer.close()
        except (requests.RequestException, HTTPError) as failure:
            meter.error = type(failure).__name__
            raise self.clean(judge_failure(failure, self.what("GET", path), writing=False)) from None
        finally:
            self.observation.record(meter.end())

    def url(self, path: str) -> str:
        """The address of a path; an absolute one must lie within our origin."""
        if path.startswith(("http://", "https://")):
            if origin_of(path) != origin_of(self.base_url):
                raise Fatal(f"{path} lies outside {self.base_url}: credentials stay there", code="foreign_host")
            return path
        return f"{self.base_url}/{path.lstrip('/')}"

    def what(self, method: str, path: str) -> str:
        """The request as messages name it: method and address without its query."""
        parts = urlsplit(self.url(path))
        return f"{method} {parts.scheme}://{parts.netloc}{parts.path}"

    def clean(self, outcome: Outcome) -> Outcome:
        """The outcome with every secret out of its words."""
        outcome.message = self.credentials.redact(outcome.message)
        outcome.args = (outcome.message,)
        outcome.detail = self.credentials.redact_all(outcome.detail)
        return outcome

    def close(self) -> None:
        """Wake all who wait, and give the sockets back."""
        self.gate.close()
        self._session.close()
        if self._direct is not None:
            self._direct.close()

    def _whole(
        self,
        method: str,
        url: str,
        pairs: Sequence[tuple[str, Any]],
        headers: Mapping[str, str],
        body: Any,
        writing: bool,
    ) -> Response:
        """Send to our own origin, and read the answer to its end."""
        if self._direct is not None:
            return self._direct.send(method, url, pairs, headers, body, self._waits[writing])
        request = requests.Request(method, url, headers, data=body, params=list(pairs))
        answer = self._transmit(self._session.prepare_request(request), writing)
        return Response(answer.status_code, answer.headers, answer.content, answer.url)

    def _transmit(self, prepared: requests.PreparedRequest, writing: bool, stream: bool = False) -> requests.Response:
        waiting = self._timeouts.write if writing else self._timeouts.read
        ours = origin_of(prepared.url or "") == origin_of(self.base_url)
        return self._session.send(
            prepared,
            stream=stream,
            timeout=(self._timeouts.connect, waiting),
            # A file of authorities would be looked for on disk at every request, even where nothing is encrypted.
            verify=self._verify if (prepared.url or "").startswith("https:") else True,
            proxies=self._proxies if ours else dict(proxies_for(prepared.url or "")),
            allow_redirects=False,
        )

    def _leads_to_ours(self, answer: Response, method: str, path: str) -> bool:
        """Whether a redirect stays with this origin; ``Fatal`` where only scheme or port of our host differ."""
        if answer.status not in _REDIRECTS or not answer.headers.get("Location"):
            return False
        location = answer.headers["Location"]
        ours, theirs = origin_of(self.base_url), origin_of(urljoin(answer.url, location))
        if ours != theirs and ours[1] == theirs[1]:
            raise Fatal(
                f"{self.what(method, path)}: the server sends us on to {theirs[0]}://{theirs[1]}:{theirs[2]}. Use that "
                "address as `url` of this connection: credentials are never sent to another one.",
                code="redirect",
            )
        return ours == theirs

    def _follow(self, path: str, headers: Mapping[str, str]) -> Opened:
        url, ours = self.url(path), True
        for _ in range(_MOST_REDIRECTS + 1):
            sent = {**self._headers, **self.credentials.headers, **headers}
            if not ours:
                sent = {name: sent[name] for name in ("User-Agent", "Accept") if name in sent}
            answer = self._open(url, sent, ours)
            location = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            answer.close()
            url = urljoin(url, location)
            # Once it has left, it does not come back as ours: a foreign host must not steer our credentials.
            ours = ours and origin_of(url) == origin_of(self.base_url)
        raise Retriable(f"{self.what('GET', path)}: more than {_MOST_REDIRECTS} redirects", code="redirect")

    def _open(self, url: str, headers: Mapping[str, str], ours: bool) -> Opened:
        if ours and self._direct is not None:
            return self._direct.open(url, headers, self._waits[False])
        answer = self._transmit(requests.Request("GET", url, headers).prepare(), writing=False, stream=True)
        return Opened(answer.status_code, answer.headers, answer.url, answer.raw)


def query_of(params: Parameters) -> str:
    """Parameters in one order, as a query."""
    return urlencode(sorted((name, str(value)) for name, value in _pairs(params)))


class _Meter:
    """Measures one exchange while it lasts."""

    def __init__(self, method: str, operation: str) -> None:
        self._method, self._operation = method, operation
        self._began = time.monotonic()
        self.status = self.sent = self.received = 0
        self.error = ""
        self.headers: Mapping[str, str] = {}

    def end(self) -> Exchange:
        seconds = time.monotonic() - self._began
        return Exchange(
            self._method, self._operation, self.status, seconds, self.sent, self.received, self.error, self.headers
        )


def _pairs(params: Parameters) -> list[tuple[str, Any]]:
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    return [
        (name, str(value).lower() if isinstance(value, bool) else value) for name, value in pairs if value is not None
    ]
