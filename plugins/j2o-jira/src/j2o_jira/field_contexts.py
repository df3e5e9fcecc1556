"""Which options custom fields offer, and in which projects: their contexts, as far as an edition tells of them."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from j2o_core.api import Fatal, Refused

from .client import Jira
from .create_screens import Offers, read_offers
from .pages import objects_in, offset_pages

_PAGE = 100
#: what keeps things back from an account
ADMINISTER = "that needs the global permission Administer Jira"
#: characters of a remark
_LONGEST = 400
#: types of custom fields that have options, by the end of their key
_CHOICES = ("select", "multiselect", "radiobuttons", "multicheckboxes", "cascadingselect")


def read_contexts(client: Jira, fields: Sequence[dict[str, Any]], projects: Mapping[str, str]) -> Mapping[str, str]:
    """Give custom fields their ``options`` and ``contexts`` (with ``projects`` by key, and options of their own).

    ``projects``: ids by key. On Cloud every field has contexts; elsewhere the API tells the options of a project alone,
    so that only fields with several contexts have them, and a context is what some projects have in common. Jira 8
    tells of options on create screens alone. Returns by name of the field why nothing is known of its options.
    """
    read = _on_cloud if client.cloud else _on_server

    def one(entry: Mapping[str, Any]) -> Union[Mapping[str, Any], Refused]:
        if not client.cloud and not _has_options(entry):
            return {}
        try:
            return read(client, entry, projects)
        except Refused as refusal:
            return refusal
        except Fatal as error:
            return client.kept_back(error)

    unknown: dict[str, str] = {}
    untold: list[dict[str, Any]] = []
    first: Optional[Refused] = None
    for entry, found in zip(fields, list(client.http.together(one, fields))):
        if not isinstance(found, Refused):
            entry.update(found)
        elif found.status == 404 and not client.at_least(9):
            untold.append(entry)
        else:
            first = first or found
            unknown[str(entry.get("name"))] = _kept_back(first)
    offers: Offers = {}
    why = "this Jira tells of options on create screens alone, and there is none of them"
    if untold:
        try:
            offers = read_offers(client, projects)
        except (Refused, Fatal) as error:
            why = _kept_back(error if isinstance(error, Refused) else client.kept_back(error))
    for entry in untold:
        offered = offers.get(str(entry["id"]))
        if offered is None:
            unknown[str(entry.get("name"))] = why
        else:
            entry.update(_of_screens(offered))
    return unknown


def offers_of(entry: Mapping[str, Any]) -> str:
    """In words: which of the selected projects are offered which options, where that differs; else nothing."""
    contexts = [context for context in entry.get("contexts") or () if context.get("projects") != []]
    if len(contexts) < 2 or not any(context["options"] for context in contexts):
        return ""
    offers = [
        f"{', '.join(context.get('projects') or ('elsewhere',))}: "
        + (", ".join(str(option.get("value")) for option in context["options"]) or "nothing")
        for context in contexts
    ]
    told = "; ".join(offers)
    return told if len(told) <= _LONGEST else f"{len(contexts)} contexts with options of their own"


def _kept_back(refusal: Refused) -> str:
    return f"{refusal.message}: {ADMINISTER}"


def _has_options(entry: Mapping[str, Any]) -> bool:
    return str((entry.get("schema") or {}).get("custom") or "").rpartition(":")[2] in _CHOICES


# ------------------------------------------------------------------ Server and Data Center


def _on_server(client: Jira, entry: Mapping[str, Any], projects: Mapping[str, str]) -> Mapping[str, Any]:
    path = f"/customFields/{str(entry['id']).rpartition('_')[2]}/options"
    everywhere = _pages(client, path, {"useAllContexts": True})
    common = int(client.object(path, {"maxResults": 1}).get("total") or 0)
    if common == len(everywhere):
        return {"options": everywhere}  # there is one context, or none but that one has options
    offers = {key: _pages(client, path, {"projectIds": identifier}) for key, identifier in projects.items()}
    return {"options": everywhere, "contexts": _alike(offers)}


def _of_screens(offers: Mapping[str, Sequence[dict[str, Any]]]) -> Mapping[str, Any]:
    contexts = _alike(offers)
    everywhere = {str(option["id"]): option for context in contexts for option in context["options"]}
    told = {"options": list(everywhere.values())}
    return told if len(contexts) < 2 else {**told, "contexts": contexts}


def _alike(offers: Mapping[str, Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What some projects have in common, from the options of each."""
    contexts: dict[tuple[str, ...], dict[str, Any]] = {}
    for key, options in offers.items():
        alike = tuple(str(option.get("id")) for option in options)
        contexts.setdefault(alike, {"projects": [], "options": options})["projects"].append(key)
    return list(contexts.values())


def _pages(client: Jira, path: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Options by number of the page, which begins with 1."""
    found: list[dict[str, Any]] = []
    number = 1
    while True:
        answer = client.object(path, {**asked, "maxResults": _PAGE, "page": number})
        entries = objects_in(answer, "options")
        found += [_option(entry) for entry in entries]
        number += 1
        if not entries or len(found) >= int(answer.get("total") or 0):
            return found


# ------------------------------------------------------------------ Cloud


def _on_cloud(client: Jira, entry: Mapping[str, Any], projects: Mapping[str, str]) -> Mapping[str, Any]:
    keys = {identifier: key for key, identifier in projects.items()}
    path = f"/field/{entry['id']}/context"
    found = _all_of(client, path)
    own: dict[str, list[str]] = {}
    if any(not context.get("isGlobalContext") for context in found):
        for mapped in _all_of(client, f"{path}/projectmapping"):
            if str(mapped.get("projectId")) in keys:
                own.setdefault(str(mapped.get("contextId")), []).append(keys[str(mapped["projectId"])])
    contexts = []
    for context in found:
        options = _all_of(client, f"{path}/{context['id']}/option") if _has_options(entry) else []
        where = {"projects": own.get(str(context["id"]), [])} if not context.get("isGlobalContext") else {}
        contexts.append({**context, **where, "options": [_option(option) for option in options]})
    return {"contexts": contexts}


def _all_of(client: Jira, path: str) -> list[Mapping[str, Any]]:
    def fetch(start: int) -> Any:
        return client.get(path, {"startAt": start, "maxResults": _PAGE})

    pages: Iterable[Sequence[Mapping[str, Any]]] = offset_pages(fetch, path)
    return [entry for page in pages for entry in page]


def _option(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("id", "value", "disabled", "optionId", "childrenIds") if name in entry}
