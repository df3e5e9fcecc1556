"""Which options the create screens of projects offer: what Jira 8 tells of options, and no other resource of it."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .client import Jira
from .pages import objects_in

Offers = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def read_offers(client: Jira, projects: Iterable[str]) -> Offers:
    """Options by id of the field and key of the project; of fields on a create screen alone. Gone in Jira 9."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def one(key: str) -> Mapping[str, list[dict[str, Any]]]:
        asked = {"projectKeys": key, "expand": "projects.issuetypes.fields"}
        return _offered(client.object("/issue/createmeta", asked))  # an answer may be large: none is kept

    keys = list(projects)
    for key, offered in zip(keys, client.http.together(one, keys)):
        for field, options in offered.items():
            found.setdefault(field, {})[key] = options
    return found


def _offered(answer: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for project in objects_in(answer, "projects"):
        for kind in objects_in(project, "issuetypes"):
            for field, shown in (kind.get("fields") or {}).items():
                if str(field).startswith("customfield_") and shown.get("allowedValues"):
                    options = found.setdefault(str(field), {})
                    options.update((option["id"], option) for option in _flat(shown["allowedValues"]))
    return {field: list(options.values()) for field, options in found.items()}


def _flat(options: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Each followed by those below it; versions and people, that screens offer, too, are no options."""
    for option in options:
        if isinstance(option, Mapping) and "value" in option and "id" in option:
            below = list(_flat(option.get("children") or ()))
            own = {"id": option["id"], "value": option["value"]}
            yield {**own, "childrenIds": [child["id"] for child in below]} if below else own
            yield from below
