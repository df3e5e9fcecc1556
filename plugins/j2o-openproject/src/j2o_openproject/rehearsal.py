"""Asks OpenProject's forms: the very request that a write would send is validated there, and nothing is written."""

from __future__ import annotations

import copy
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import ERROR, WARNING, Effect, Found, Loader, Problem, Refused

from .connector import OpenProject
from .hal import id_in
from .refusals import attributes_of, errors_of

REFUSES, ALTERS = "J2O-O030", "J2O-O031"
#: links of a payload that the server may replace without a word
_COMPARED = ("type", "status", "priority", "version", "assignee", "responsible", "parent", "category")


class _Asked(Exception):
    """The write has become a question; ``answer`` is what the form says, ``None`` where there is no such form."""

    def __init__(self, body: Mapping[str, Any], answer: Optional[Mapping[str, Any]]) -> None:
        super().__init__("asked")
        self.body, self.answer = body, answer


class Rehearsing:
    """A client whose writes go to the forms of what they would write. Reads pass."""

    rehearses = True

    def __init__(self, client: OpenProject) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        if name in ("http", "upload", "delete", "send_delete"):
            raise AttributeError(f"a rehearsal does not {name}")
        return getattr(self._client, name)

    def post(self, path: str, body: Mapping[str, Any], quiet: bool = False) -> dict[str, Any]:
        """Ask instead of creating."""
        raise _Asked(body, self._client.ask_form(path, body))

    patch = begin = post


def rehearse(loader: Loader, effect: Effect, current: Optional[Found]) -> Optional[Sequence[Problem]]:
    """What the forms say of the request that ``loader`` would send; ``None`` where it has no form.

    Every message is in the server's own words.
    """
    actor = copy.copy(loader)
    actor.client = Rehearsing(loader.client)
    try:
        if current is None:
            actor.create(effect)
        else:
            actor.update(effect, current)
    except _Asked as asked:
        return None if asked.answer is None else list(_problems(asked.body, asked.answer))
    except Refused as refusal:
        return list(_refused(refusal))
    return []  # there is nothing to send


def _refused(refusal: Refused) -> Iterator[Problem]:
    attributes = list(attributes_of(refusal)) or [""]
    messages = [str(error.get("message") or refusal.message) for error in errors_of(refusal)] or [refusal.message]
    for number, message in enumerate(messages):
        field = attributes[number] if number < len(attributes) else ""
        yield Problem(REFUSES, f"OpenProject would refuse it: {message}", ERROR, field=field)


def _problems(body: Mapping[str, Any], form: Mapping[str, Any]) -> Iterator[Problem]:
    embedded = form.get("_embedded") or {}
    errors: Mapping[str, Mapping[str, Any]] = embedded.get("validationErrors") or {}
    schema = embedded.get("schema") or {}
    for attribute, error in errors.items():
        name = _payload_name(attribute, schema)
        yield Problem(REFUSES, f"OpenProject would refuse it: {error.get('message') or attribute}", ERROR, field=name)
    if not errors:
        yield from _altered(body, embedded.get("payload") or {}, schema)


def _altered(body: Mapping[str, Any], payload: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Problem]:
    sent, kept = body.get("_links") or {}, payload.get("_links") or {}
    for name in _links_to_compare(sent, kept):
        wanted, stored = id_in(sent[name]), id_in(kept.get(name))
        if wanted != stored:
            title = (kept.get(name) or {}).get("title") or stored or "nothing"
            message = f"OpenProject would store '{title}' instead of what is sent"
            yield Problem(ALTERS, message, WARNING, field=_payload_name(name, schema))
    for name in (*body, *sent):
        if name.startswith("customField") and schema and name not in schema:
            message = f"OpenProject would forget {name}: it is not active for this project and type"
            yield Problem(ALTERS, message, WARNING, field=name)


def _links_to_compare(sent: Mapping[str, Any], kept: Mapping[str, Any]) -> Iterable[str]:
    return [name for name in _COMPARED if name in sent and name in kept and not isinstance(sent[name], list)]


def _payload_name(attribute: str, schema: Mapping[str, Any]) -> str:
    """How a spec calls an attribute: custom fields by name."""
    if attribute.startswith("customField"):
        name = (schema.get(attribute) or {}).get("name")
        return f"cf:{name}" if name else attribute
    return attribute
