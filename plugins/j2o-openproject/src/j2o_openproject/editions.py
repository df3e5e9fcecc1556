"""What the edition of an OpenProject offers this account: what the server says decides, never its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Mapping, Optional

from j2o_core.api import Fatal, Refused

from .refusals import attributes_of

if TYPE_CHECKING:
    from .connector import OpenProject

_FEATURE = "placeholderusers"
NO_EDITION = "this OpenProject offers no placeholder users (an add-on of the Enterprise edition)"


@dataclass(frozen=True)
class PlaceholderOffer:
    """``refusal`` is why none can be made, empty where they can; ``advice`` what would change that."""

    refusal: str = ""
    advice: str = ""


def features_of(configuration: Mapping[str, Any]) -> Optional[frozenset[str]]:
    """Features of the enterprise edition that may be used, as lower-case letters alone; ``None``: it does not tell."""
    names = configuration.get("availableFeatures")
    if names is None:
        return None
    return frozenset("".join(filter(str.isalpha, str(name))).lower() for name in names)


def placeholder_offer(client: OpenProject, configuration: Mapping[str, Any]) -> PlaceholderOffer:
    """What the server offers this account.

    It is asked for one without a name, which it makes in no edition: what it finds wrong beside that tells.
    """
    features = features_of(configuration)
    edition = PlaceholderOffer(NO_EDITION, "A licence of the Enterprise edition offers them")
    if features is not None and _FEATURE not in features:
        return edition
    refusal = _refusal_of_none(client)
    if refusal.status in (404, 405):
        return PlaceholderOffer("this OpenProject knows no placeholder users", "Upgrade it")
    if refusal.status in (401, 403):
        advice = "Give the connection the API key of an administrator, or the permission to manage placeholder users"
        return PlaceholderOffer("the account may not make placeholder users", advice)
    return edition if _names_more(refusal) else PlaceholderOffer()


def _refusal_of_none(client: OpenProject) -> Refused:
    try:
        client.validate("placeholder_users", {"name": ""})
    except Refused as refusal:
        return refusal
    raise Fatal(
        "asked for a placeholder user without a name, which OpenProject refuses, the server says that it made one: "
        "what answers there is no OpenProject, or something between changes its answers"
    )


def _names_more(refusal: Refused) -> bool:
    return any(attribute != "name" for attribute in attributes_of(refusal))
