"""What kind of thing went wrong, in the ten words in which an operator thinks of it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

NETWORK, TIMEOUT, RATE_LIMIT = "network", "timeout", "rate limit"
AUTHENTICATION, PERMISSION = "authentication", "permission"
VALIDATION, CONFLICT, MISSING_REFERENCE = "validation", "conflict", "missing reference"
PLUGIN, INTERNAL = "plugin", "internal"

CLASSES = (
    NETWORK,
    TIMEOUT,
    RATE_LIMIT,
    AUTHENTICATION,
    PERMISSION,
    VALIDATION,
    CONFLICT,
    MISSING_REFERENCE,
    PLUGIN,
    INTERNAL,
)

#: how the message of an item begins that has failed or was skipped only because of the one it belongs to
BECAUSE_SKIPPED = "the item it belongs to was skipped: "
BECAUSE_FAILED = "the item it belongs to has failed: "
BECAUSE_MISSING = "the item it belongs to is missing: "
BECAUSE = (BECAUSE_SKIPPED, BECAUSE_FAILED, BECAUSE_MISSING)


def error_class(code: str, detail: Optional[Mapping[str, Any]] = None) -> str:
    """The class of a code; ``detail`` of the outcome tells a time that was up from a line that was cut."""
    detail = detail or {}
    if detail.get("timeout"):
        return TIMEOUT
    if code == "J2O-E005":  # given up: the last answer tells of what
        return CONFLICT if detail.get("status") == 409 else INTERNAL
    known = _BY_CODE.get(code)
    if known is not None:
        return known
    if code.startswith("http_5"):
        return INTERNAL
    if code.startswith("J2O-X"):
        return PERMISSION
    return VALIDATION


def named(text: str) -> Optional[str]:
    """The class that a person means: ``rate-limit``, ``rate_limit``, ``Rate limit``; ``None`` for none."""
    folded = text.strip().lower().replace("-", " ").replace("_", " ")
    return folded if folded in CLASSES else None


_CODES = {
    NETWORK: (
        "breaker",
        "broken_page",
        "ca_bundle",
        "closed",
        "connect",
        "damaged",
        "held",
        "http_502",
        "http_503",
        "incomplete",
        "no_answer",
        "page",
        "redirect",
        "repeated_page",
        "truncated",
    ),
    TIMEOUT: ("http_408", "http_499", "http_504"),
    RATE_LIMIT: ("http_429",),
    AUTHENTICATION: ("anonymous", "captcha", "credentials", "http_401", "http_407"),
    PERMISSION: ("J2O-P002", "cannot_watch", "foreign_host", "http_403", "restricted"),
    CONFLICT: ("J2O-E021", "J2O-E030", "J2O-V001", "J2O-V003", "http_409", "http_412"),
    MISSING_REFERENCE: (
        "J2O-C004",
        "J2O-E010",
        "J2O-E011",
        "J2O-E012",
        "J2O-V002",
        "gone",
        "http_404",
        "http_410",
        "missing_reference",
        "no_content",
        "no_project",
        "not_found",
        "unknown_project",
    ),
    PLUGIN: ("J2O-E099",),
    INTERNAL: ("J2O-E031", "disk"),
}
_BY_CODE = {code: name for name, codes in _CODES.items() for code in codes}
