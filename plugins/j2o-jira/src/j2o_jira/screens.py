"""What stands on screens: tabs, and the fields on each."""

from __future__ import annotations

from typing import Any, Mapping, Sequence, Union
from urllib.parse import quote

from j2o_core.api import Refused

from .client import Jira


def read_tabs(client: Jira, screens: Sequence[dict[str, Any]]) -> None:
    """Give each screen its ``tabs``: names, with the names of their ``fields``. One that is refused (Jira keeps screens
    of team-managed projects to itself) has none. Kept as metadata: a large Jira has thousands of tabs.
    """
    found = client.http.together(lambda one: _asked(client, _address(one)), screens)
    tabs = [(screen, tab) for screen, told in zip(screens, found) for tab in told or ()]
    for screen, told in zip(screens, found):
        if told is not None:
            screen["tabs"] = []
    fields = client.http.together(
        lambda pair: _asked(client, f"{_address(pair[0])}/{quote(str(pair[1].get('id')), safe='')}/fields"), tabs
    )
    for (screen, tab), told in zip(tabs, fields):
        names = [str(one.get("name") or one.get("id")) for one in told or ()]
        screen["tabs"].append({"name": tab.get("name"), "fields": names})


def tabs_of(screen: Mapping[str, Any]) -> str:
    """In words: what tabs a screen has, and how much stands on each."""
    return ", ".join(f"{tab['name']}: {len(tab['fields'])} fields" for tab in screen.get("tabs") or ())


def _address(screen: Mapping[str, Any]) -> str:
    return f"/screens/{quote(str(screen.get('id')), safe='')}/tabs"


def _asked(client: Jira, path: str) -> Union[list[Mapping[str, Any]], None]:
    try:
        return client.listed(path)
    except Refused as refusal:
        if refusal.status not in (400, 404):
            raise
        return None
