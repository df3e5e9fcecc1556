"""The connection to one OpenProject: its requests in the words of its API, and what it says of itself."""

from __future__ import annotations

import json
import re
import threading
from typing import Any, Iterator, Mapping, Optional

from j2o_core.api import (
    Client,
    ConnectionOptions,
    Connector,
    Fatal,
    Http,
    NotSent,
    Refused,
    Retriable,
    Stream,
    is_complete_json,
)

from .background import job_of, leads_to_a_job
from .catalogue import Catalogue
from .hal import API, elements, filters
from .multipart import Multipart
from .read_only_statuses import ReadOnlyStatuses
from .required_fields import RequiredFields

#: access tokens of OpenProject 17.2 and later begin so and are sent as bearer tokens
_BEARER_PREFIX = "opapi-"
_NOTIFY = {"notify": "false"}
#: bytes of an upload that is sent at once
_SHORT = 64 * 1024
_VERSION = re.compile(r"(\d+)\.(\d+)")


class OpenProjectConnector(Connector):
    """Opens connections of ``connections.X: {plugin: openproject, url, auth: {api_key}}``."""

    name = "openproject"

    def open(self, options: ConnectionOptions, http: Any) -> OpenProject:
        """``auth`` holds ``api_key`` (of a user's account page) or ``token`` (OAuth or OpenID Connect)."""
        key, token = options.auth.get("api_key", ""), options.auth.get("token", "")
        if not key and not token:
            raise Fatal(
                f"connection '{options.name}' has no credentials: give it auth: {{api_key: ...}}, an API token of an "
                "administrator of OpenProject (My account > Access tokens)",
                code="credentials",
            )
        if token or key.startswith(_BEARER_PREFIX):
            http.authorize(bearer=token or key)
        else:
            http.authorize(user="apikey", password=key)
        return OpenProject(options, http)


class OpenProject(Client):
    """One OpenProject, shared by all loaders and workers. Paths are relative to ``/api/v3/``."""

    #: whether writes become questions
    rehearses = False

    def __init__(self, options: ConnectionOptions, http: Http) -> None:
        self.http = http
        self.url = http.base_url
        self.identity = options.identity or http.identity
        self.catalogue = Catalogue(self)
        self.read_only_statuses = ReadOnlyStatuses(self)
        self.required_fields = RequiredFields(self)
        self._version: Optional[tuple[int, int]] = None
        self._user: Optional[str] = None
        self._lock = threading.Lock()

    def check(self) -> Mapping[str, str]:
        """Version, instance name, user, whether an administrator, and limits. Raises ``Fatal``."""
        try:
            root = self.http.get_json(API, attempts=3)
            user = self.get("users/me")
            configuration = self.get("configuration")
        except (Refused, Retriable, NotSent) as outcome:
            raise Fatal(
                f"{outcome.message}. Is {self.url} the address of an OpenProject, and does it run?", code=outcome.code
            ) from None
        if not isinstance(root, Mapping) or root.get("_type") != "Root":
            raise Fatal(f"{self.url}{API} does not answer as OpenProject does: check `url` of this connection")
        self._user = str(user.get("id", ""))
        return {
            "product": "OpenProject",
            "version": str(root.get("coreVersion", "")),
            "instance": str(root.get("instanceName", "")),
            "user": str(user.get("login") or user.get("name") or ""),
            "user id": self._user,
            "administrator": "yes" if user.get("admin") else "no",
            "largest attachment": str(configuration.get("maximumAttachmentFileSize", "")),
        }

    @property
    def user(self) -> str:
        """The id of the user whose token this is."""
        with self._lock:
            if self._user is None:
                self._user = str(self.get("users/me").get("id", ""))
            return self._user

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version; what does not tell is taken for a current one."""
        with self._lock:
            if self._version is None:
                match = _VERSION.match(str(self.metadata("").get("coreVersion", "")))
                self._version = (int(match[1]), int(match[2])) if match else (17, 0)
            return self._version

    # ------------------------------------------------------------------ reads

    def get(self, path: str, params: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
        """One resource as it is now."""
        return _resource(self.http.get_json(_address(path), params), path)

    def get_or_none(self, path: str, params: Optional[Mapping[str, Any]] = None) -> Optional[dict[str, Any]]:
        """One resource, ``None`` where it is not (or not visible)."""
        try:
            return self.get(path, params)
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def metadata(self, path: str, params: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
        """A resource of the administrator's making, through the cache of metadata."""
        return _resource(self.http.cached_json(_address(path), params), path)

    def form(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a form says to a body, through the cache of metadata: a POST that writes nothing."""
        answer: dict[str, Any] = self.http.cached_json(_address(path), method="POST", json=body)
        return answer

    def validate(self, path: str, body: Mapping[str, Any]) -> None:
        """Ask what is wrong with a body that the server takes in no case; raises ``Refused``, which tells."""
        self.http.read("POST", _address(path), json=body)

    def ask_form(self, path: str, body: Mapping[str, Any]) -> Optional[dict[str, Any]]:
        """What the form of a path says to a body now; ``None`` where the server has no such form."""
        try:
            answer: dict[str, Any] = self.http.read("POST", f"{_address(path)}/form", json=body).json()
        except Refused as refusal:
            if refusal.status in (404, 405):
                return None
            raise
        return answer

    def pages(
        self,
        path: str,
        *conditions: Mapping[str, Any],
        params: Optional[Mapping[str, Any]] = None,
        sort: bool = True,
    ) -> Iterator[Mapping[str, Any]]:
        """Every element of a collection, each once.

        ``offset`` is the number of a page. Some collections ignore paging: what repeats known ids is their end.
        """
        query: dict[str, Any] = {
            "filters": filters(*conditions),
            "pageSize": self.catalogue.page_size,
            **(params or {}),
        }
        if sort:
            query["sortBy"] = '[["id","asc"]]'
        seen: set[Any] = set()
        number = 1
        while True:
            page = self.get(path, {**query, "offset": number})
            found = elements(page)
            fresh = [element for element in found if element.get("id") not in seen]
            yield from fresh
            seen.update(element.get("id") for element in fresh)
            total = page.get("total")
            if not fresh or (isinstance(total, int) and len(seen) >= total):
                if not fresh and isinstance(total, int) and len(seen) < total:
                    # Items removed between two pages shift the rest, so that one can be missed; a list cut short
                    # must not pass for a complete one.
                    raise Retriable(f"{path}: {len(seen)} of {total} items came, and no more pages", code="incomplete")
                return
            del page, found, fresh  # or two pages would be held while the next one comes
            number += 1

    # ------------------------------------------------------------------ writes

    def post(self, path: str, body: Mapping[str, Any], quiet: bool = False) -> dict[str, Any]:
        """Create something; ``quiet`` where the route knows ``notify=false``."""
        answer: dict[str, Any] = self.http.send(
            "POST", _address(path), json=body, params=_NOTIFY if quiet else None
        ).json()
        return answer

    def begin(self, path: str, body: Mapping[str, Any]) -> str:
        """Ask for what the server does after its answer; the path of the job that does it."""
        return job_of(self.http.send("POST", _address(path), json=body, recognise=_is_begun, also=(302,)))

    def patch(self, path: str, body: Mapping[str, Any], quiet: bool = False) -> dict[str, Any]:
        """Change something."""
        answer: dict[str, Any] = self.http.send(
            "PATCH", _address(path), json=body, params=_NOTIFY if quiet else None
        ).json()
        return answer

    def delete(self, path: str) -> None:
        """Remove something; what is gone already is fine."""
        try:
            self.http.send("DELETE", _address(path))
        except Refused as refusal:
            if refusal.status != 404:
                raise

    def send_delete(self, path: str) -> dict[str, Any]:
        """A DELETE that is answered with a resource, such as taking a lock off."""
        answer: dict[str, Any] = self.http.send("DELETE", _address(path)).json()
        return answer

    def upload(self, path: str, metadata: Mapping[str, Any], name: str, content: Stream) -> dict[str, Any]:
        """Send a file with its metadata: a short one at once, others streamed."""
        body = Multipart(json.dumps(metadata), name, content)
        answer: dict[str, Any] = self.http.send(
            "POST",
            _address(path),
            body=b"".join(body) if len(body) <= _SHORT else body,
            headers={"Content-Type": body.content_type},
        ).json()
        return answer

    def close(self) -> None:
        """Give sockets back."""
        self.http.close()


def _resource(answer: Any, path: str) -> dict[str, Any]:
    """The answer, which must be an object: a proxy or a broken server answers otherwise."""
    if not isinstance(answer, dict):
        raise Retriable(f"{path} gives no object", code="broken_page")
    return answer


def _is_begun(answer: Any) -> bool:
    return leads_to_a_job(answer) or (answer.status >= 400 and is_complete_json(answer))


def _address(path: str) -> str:
    return path if path.startswith(API) else f"{API}/{path}".rstrip("/")
