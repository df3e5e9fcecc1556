"""Both sides over HTTP: the sandboxes' states, and the public APIs for what the states do not tell."""

from __future__ import annotations

import csv
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Collection, Mapping, Optional

import requests

from .comparing import Source
from .listing import read_set_up, read_views
from .target import Target

Json = Mapping[str, Any]

_TIMEOUT = 120


def read_source(
    url: str, user: Optional[str], token: str, *, digests: bool = True, remote_links: bool = True
) -> Source:
    """Everything of a Jira; without ``user`` the token is a bearer token."""
    with requests.Session() as session:
        if user:
            session.auth = (user, token)
        else:
            session.headers["Authorization"] = f"Bearer {token}"

        def get(address: str) -> Any:
            return _get(session, address)

        state = _get(session, f"{url}/_sandbox/state")
        roles: dict[str, dict[str, list[Json]]] = {}
        for project in state["projects"]:
            whole = _get(session, f"{url}/rest/api/2/project/{project['id']}?expand=projectKeys")
            project["projectKeys"] = whole.get("projectKeys") or []
            roles[str(project["key"])] = {
                name: _get(session, address).get("actors") or []
                for name, address in (project.get("roles") or {}).items()
            }
        issues = [issue["id"] for issue in state["issues"]] if remote_links else []
        links = {str(id): _get(session, f"{url}/rest/api/2/issue/{id}/remotelink") for id in issues}
        voted = [issue["id"] for issue in state["issues"] if (issue["fields"].get("votes") or {}).get("votes")]
        voters = {str(id): _get(session, f"{url}/rest/api/2/issue/{id}/votes").get("voters") or [] for id in voted}
        sums: dict[str, str] = {}
        files = [file for file in state["attachments"] if file.get("id")]  # the oldest servers tell none
        if digests:
            with ThreadPoolExecutor(4) as pool:
                sums = dict(pool.map(lambda file: _digest(session, file), files))
        views, set_up = read_views(get, url), read_set_up(get, url, [str(one["key"]) for one in _living(state)])
    return Source(state, roles, sums, {id: rows for id, rows in links.items() if rows}, voters, views, set_up)


def read_accounts(url: str) -> list[str]:
    """The accounts of an OpenProject, to be asked before a migration."""
    answer = requests.get(f"{url}/_sandbox/state?only=users", timeout=_TIMEOUT)
    answer.raise_for_status()
    return [str(row["id"]) for row in answer.json()["users"]]


def read_target(url: str, api_key: str, before: Collection[str] = ()) -> Target:
    """Everything of an OpenProject."""
    answer = requests.get(f"{url}/_sandbox/state", timeout=_TIMEOUT)
    answer.raise_for_status()
    state = answer.json()
    return Target(state, read_schemas(url, api_key, state), before)


def read_redirects(path: Path) -> list[Json]:
    """The table of old and new addresses that a run leaves."""
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def read_schemas(url: str, api_key: str, state: Json) -> dict[str, Json]:
    """The schemas that work packages and projects link to, by address: they name the custom fields."""
    addresses = {str(row["_links"]["schema"]["href"]) for kind in ("work_packages", "projects") for row in state[kind]}
    with requests.Session() as session:
        session.auth = ("apikey", api_key)
        return {address: _get(session, f"{url}{address}") for address in sorted(addresses)}


def _living(state: Json) -> list[Json]:
    return [project for project in state["projects"] if not project.get("archived")]


def _get(session: requests.Session, url: str) -> Any:
    answer = session.get(url, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _digest(session: requests.Session, file: Json) -> tuple[str, str]:
    answer = session.get(file["content"], timeout=_TIMEOUT)
    answer.raise_for_status()
    return str(file["id"]), hashlib.md5(answer.content).hexdigest()
