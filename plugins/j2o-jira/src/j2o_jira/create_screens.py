"""Which options the create screens of projects offer: what Jira 8 tells of options, and no other resource of it."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

from .client import Jira
from .pages import objects_in

Offers = Mapping[str, Mapping[str, list[dict[str, Any]]]]


def read_offers(client: Jira, projects: Iterable[str]) -> Offers:
    """Options by id of the field and key of the project; of fields on a create screen alone. Gone in Jira 9."""
    found: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}

    def one(key: str) -> Mapping[str, Any]:
        return client.object("/issue/createmeta", {"projectKeys": key, "expand": "projects.issuetypes.fields"})

    keys = list(projects)
    for key, answer in zip(keys, list(client.http.together(one, keys))):
        for project in objects_in(answer, "projects"):
            for kind in objects_in(project, "issuetypes"):
                for field, shown in (kind.get("fields") or {}).items():
                    if str(field).startswith("customfield_") and shown.get("allowedValues"):
                        options = found.setdefault(str(field), {}).setdefault(key, {})
                        options.update((option["id"], option) for option in _flat(shown["allowedValues"]))
    return {field: {key: list(options.values()) for key, options in offers.items()} for field, offers in found.items()}


def _flat(options: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Each followed by those below it; versions and people, that screens offer, too, are no options."""
    for option in options:
        if isinstance(option, Mapping) and "value" in option and "id" in option:
            below = list(_flat(option.get("children") or ()))
            own = {"id": option["id"], "value": option["value"]}
            yield {**own, "childrenIds": [child["id"] for child in below]} if below else own
            yield from below
