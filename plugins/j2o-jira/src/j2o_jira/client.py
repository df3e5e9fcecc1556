"""One Jira: its edition, who we are there, and the look-ups that many extractors share."""

from __future__ import annotations

import datetime as dt
import threading
from email.utils import parsedate_to_datetime
from typing import Any, Iterable, Mapping, Optional, Sequence
from urllib.parse import quote, urlsplit

from j2o_core.api import (
    Client,
    ConnectionOptions,
    Fatal,
    Http,
    NotSent,
    Refused,
    Response,
    Retriable,
    Selection,
    likeliest,
)

from .login_advice import login_advice
from .once import Once
from .pages import a_list, an_object, offset_pages
from .people import person_data

#: through it scoped tokens reach a site on Cloud
_GATEWAY = "/ex/jira/"
#: what the reference wants with resources that may change, such as options of fields and schemes of priorities
_OPT_IN = {"X-ExperimentalApi": "true"}
_EXPAND = "description,lead,url,projectKeys"


class Jira(Client):
    """Shared by all extractors and workers. The edition is known once ``check`` was called or a path was asked for."""

    def __init__(self, options: ConnectionOptions, http: Http) -> None:
        self.http = http
        parts = urlsplit(http.base_url)
        self.url = http.base_url
        self.identity = options.identity or f"{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._bearer = bool(options.auth.get("token")) and not options.auth.get("user")
        self._lock = threading.RLock()
        self._info: Optional[Mapping[str, Any]] = None
        self._projects: Optional[list[Mapping[str, Any]]] = None
        self._former: Optional[Mapping[str, Sequence[str]]] = None
        self._people: dict[str, Optional[Mapping[str, Any]]] = {}
        self._hidden: dict[str, Refused] = {}
        self.once = Once()
        #: whether archived projects are among those that nobody names
        self.with_archived = False

    # ------------------------------------------------------------------ who and what

    def check(self) -> Mapping[str, str]:
        """Edition, version and user. Raises ``Fatal`` where the server is no Jira or does not know us."""
        try:
            info = self._server_info(attempts=3)
            myself = self.http.get(self.path("/myself"), attempts=3)
        except Refused as refusal:
            raise Fatal(f"{refusal.message}{self._advice(refusal)}", code=refusal.code) from None
        except (NotSent, Retriable) as trouble:
            advice = ". Is `url` the address of a Jira, with its context path?" if trouble.code == "page" else ""
            raise Fatal(f"{trouble.message}{advice}", code=trouble.code) from None
        except Fatal as fatal:
            raise Fatal(f"{fatal.message}{self._advice(fatal)}", code=fatal.code) from None
        user = self._logged_in(myself)
        return {
            "product": "Jira",
            "edition": "Cloud" if self.cloud else "Server",
            "version": str(info.get("version", "")),
            "user": str(user.get("name") or user.get("emailAddress") or user.get("displayName") or ""),
            "time zone": str(user.get("timeZone") or ""),
        }

    @property
    def addresses(self) -> Sequence[str]:  # type: ignore[override]
        """The base URL that Jira itself tells people."""
        known = str(self._server_info().get("baseUrl") or "").rstrip("/")
        return (known,) if known and known != self.url else ()

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return str(self._server_info().get("deploymentType", "")).lower() == "cloud"

    def at_least(self, *number: int) -> bool:
        """Whether this is that version of Jira Server or Data Center, or a later one.

        Cloud always is, and what does not tell its version is taken for a current one.
        """
        info = self._server_info()
        told = info.get("versionNumbers") or str(info.get("version") or "").partition("-")[0].split(".")
        numbers = tuple(int(part) for part in told if str(part).isdigit())
        return self.cloud or not numbers or numbers >= number

    def path(self, path: str) -> str:
        """A path of the edition's REST API: version 3 on Cloud, where texts are documents, else 2."""
        return f"/rest/api/{3 if self.cloud else 2}{path}"

    def get(self, path: str, params: Any = None, operation: str = "") -> Any:
        """Read below the API's root."""
        return self.http.get_json(self.path(path), params, headers=_OPT_IN, operation=operation or None)

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read an object below the API's root by a method that Jira wants to be POST."""
        return an_object(self.http.read("POST", self.path(path), json=body).json(), self.path(path))

    def object(self, path: str, params: Any = None) -> Mapping[str, Any]:
        """Read an object below the API's root. Raises ``Retriable`` where something else is answered."""
        return an_object(self.get(path, params), self.path(path))

    def objects(self, path: str, params: Any = None) -> list[Mapping[str, Any]]:
        """Read a list of objects, likewise."""
        return [an_object(entry, self.path(path)) for entry in a_list(self.get(path, params), self.path(path))]

    def listed(self, path: str) -> list[Mapping[str, Any]]:
        """The same of a list that hardly ever changes; kept as metadata, for later runs, too."""
        path = self.path(path)
        return [an_object(entry, path) for entry in a_list(self.http.cached_json(path), path)]

    def server_time(self) -> Optional[float]:
        """What the clock of Jira shows (epoch seconds, whole ones); ``None`` where it does not tell."""
        headers = self.http.get(self.path("/serverInfo")).headers
        try:
            moment = parsedate_to_datetime(str(headers.get("Date")))
        except (TypeError, ValueError):
            return None
        return moment.replace(tzinfo=moment.tzinfo or dt.timezone.utc).timestamp()

    def close(self) -> None:
        """Give sockets back."""
        self.http.close()

    # ------------------------------------------------------------------ shared look-ups

    def field_names(self) -> Mapping[str, str]:
        """Display names of fields by id; kept as metadata."""
        fields = self.http.cached_json(self.path("/field"))
        return {str(field["id"]): str(field.get("name") or field["id"]) for field in fields}

    def projects(self, selection: Selection) -> list[Mapping[str, Any]]:
        """The selected projects in the spec's order, else all visible ones; archived ones when named or
        ``with_archived``.

        Raises ``Fatal`` where a selected project does not exist or is not visible.
        """
        listed = self._listed()
        if not selection.projects:
            return [project for project in listed if self.with_archived or not project.get("archived")]
        by_name: dict[str, Mapping[str, Any]] = {}
        for project in listed:
            for name in (str(project["key"]), str(project["id"])):
                by_name[name.upper()] = project
        for project in listed:
            for name in project.get("projectKeys") or ():  # former keys, which never hide a present one
                by_name.setdefault(str(name).upper(), project)
        chosen = {}
        for name in selection.projects:
            found = by_name.get(name.upper())
            if found is None:
                raise self._unknown_project(name, [str(project["key"]) for project in listed])
            chosen[str(found["id"])] = found
        return list(chosen.values())

    def project(self, key: str) -> Mapping[str, Any]:
        """A project that ``projects`` gave."""
        with self._lock:
            for project in self._projects or ():
                if project["key"] == key:
                    return project
        found: Mapping[str, Any] = self.object(f"/project/{quote(key, safe='')}")
        return found

    def former_project_keys(self, key: str) -> Sequence[str]:
        """What the project that has this key was called before."""
        listed = self._listed()
        with self._lock:
            if self._former is None:
                named = [(str(one["key"]), one.get("projectKeys") or ()) for one in listed]
                self._former = {now: [str(name) for name in names if name != now] for now, names in named}
            return self._former.get(key, ())

    def person(self, name: str) -> Optional[Mapping[str, Any]]:
        """A user by name (Server) or account id (Cloud), asked for once; ``None`` where there is none or it is hidden.

        ``hidden`` tells the two apart.
        """
        with self._lock:
            if name in self._people:
                return self._people[name]
            if name in self._hidden:
                return None
        parameter = "accountId" if self.cloud else "username"
        found: Optional[Mapping[str, Any]] = None
        try:
            found = an_object(self.http.cached_json(self.path("/user"), {parameter: name}), f"user {name}")
        except Refused as refusal:
            if refusal.status not in (400, 404):
                with self._lock:
                    self._hidden[name] = refusal
                return None
        with self._lock:
            self._people[name] = found
        return found

    def hidden(self, name: str) -> Optional[Refused]:
        """Why ``person`` gave no user of this name, where Jira did not say whether there is one."""
        with self._lock:
            return None if self._people.get(name) else self._hidden.get(name)

    def kept_back(self, error: Fatal) -> Refused:
        """The refusal that a 401 is on Server: it answers so to people who are logged in, too.

        Raises:
            Fatal: this account is not logged in, or something else is wrong.
        """
        if error.code != "http_401" or self.cloud:
            raise error
        self.once("/myself", lambda: self.get("/myself"))
        return Refused("401", 401)

    def know(self, people: Iterable[Mapping[str, Any]]) -> None:
        """Remember users that were read anyway, so that nobody asks for them."""
        with self._lock:
            for person in people:
                name = person.get("accountId") if self.cloud else person.get("name")
                if name and str(name) not in self._people and (person.get("accountId") or person.get("key")):
                    self._people[str(name)] = person_data(person)

    # ------------------------------------------------------------------ private

    def _server_info(self, attempts: Optional[int] = None) -> Mapping[str, Any]:
        with self._lock:
            if self._info is None:
                info = self.http.cached_json("/rest/api/2/serverInfo", attempts=attempts)
                if not isinstance(info, Mapping) or ("deploymentType" not in info and "version" not in info):
                    raise Fatal(
                        f"{self.http.base_url} does not answer as Jira does: check `url` of this connection",
                        code="not_jira",
                    )
                self._info = info
                if _GATEWAY in self.http.base_url and info.get("baseUrl"):
                    self.url = str(info["baseUrl"]).rstrip("/")
            return self._info

    def _logged_in(self, response: Response) -> Mapping[str, Any]:
        user = response.json()
        reason = response.headers.get("X-Seraph-LoginReason", "").upper()
        known = isinstance(user, Mapping) and (user.get("accountId") or user.get("name"))
        if not known or "AUTHENTICATED_FAILED" in reason:
            raise Fatal(
                f"{self.http.base_url} treats these credentials as nobody's and answers anonymously: check `auth`",
                code="anonymous",
            )
        assert isinstance(user, Mapping)
        return user

    def _advice(self, error: Any) -> str:
        if _GATEWAY in self.http.base_url:
            return ""
        old = self._info is not None and not self.at_least(8, 14)
        return login_advice(error, self._info, old and self._bearer)

    def _listed(self) -> list[Mapping[str, Any]]:
        """All visible projects, asked for once."""
        with self._lock:
            if self._projects is None:
                self._projects = self._read_projects()
            return self._projects

    def _read_projects(self) -> list[Mapping[str, Any]]:
        if not self.cloud:
            return self.objects("/project", {"expand": _EXPAND, "includeArchived": True})
        found = []
        for page in offset_pages(
            lambda start: self.get(
                "/project/search",
                [
                    ("startAt", start),
                    ("maxResults", 100),
                    ("expand", _EXPAND),
                    ("status", "live"),
                    ("status", "archived"),
                ],
            ),
            "projects",
        ):
            found.extend(page)
        return found

    def _unknown_project(self, name: str, known: list[str]) -> Fatal:
        near = likeliest(name, known)
        hint = f" Did you mean {near}?" if near else ""
        shown = ", ".join(sorted(known)[:20]) or "none"
        return Fatal(
            f"select.projects: {self.http.base_url} shows no project '{name}' to this user.{hint} It shows: {shown}"
            + (", ..." if len(known) > 20 else ""),
            exit_code=2,
            code="unknown_project",
        )
