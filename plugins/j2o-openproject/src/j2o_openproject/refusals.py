"""What the server says of a request that it refuses."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from j2o_core.api import Refused


def attributes_of(refusal: Refused) -> Sequence[str]:
    """The attributes that a refused request's errors name; messages are in the user's language, these are not."""
    names = []
    for error in errors_of(refusal):
        details = (error.get("_embedded") or {}).get("details") or {}
        if details.get("attribute"):
            names.append(str(details["attribute"]))
    return names


def errors_of(refusal: Refused) -> Sequence[Mapping[str, Any]]:
    """The single errors in a refusal, one or many."""
    body = refusal.body if isinstance(refusal.body, Mapping) else {}
    inner = (body.get("_embedded") or {}).get("errors")
    return [error for error in inner if isinstance(error, Mapping)] if inner else [body]
