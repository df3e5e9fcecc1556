"""Request bodies read as strictly as the server reads them."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Dict

from j2o_sandbox.openproject.errors import ApiError
from j2o_sandbox.openproject.messages import text

# What the database cannot keep may be hidden in such an escape.
_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def parse_json(raw: bytes) -> Any:
    """JSON in UTF-8; neither NaN nor numbers beyond what a float holds.

    Raises:
        ValueError: anything else.
    """
    try:
        return _decode(raw.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_object(raw: bytes, language: str, required: bool) -> Dict[str, Any]:
    """The body of a write.

    Raises:
        ApiError: 400 for no JSON, not an object, or nothing where ``required``; 500 for text that the database
            cannot keep, where the server falls over.
    """
    if not raw.strip():
        if required:
            raise ApiError(400, "InvalidRequestBody", text(language, "missing_request_body"))
        return {}
    try:
        value = parse_json(raw)
    except ValueError as error:
        raise ApiError(400, "InvalidRequestBody", text(language, "invalid_json")) from error
    if not isinstance(value, dict) or not _has_parts(value):
        raise ApiError(400, "InvalidRequestBody", text(language, "not_an_object"))
    if b"\\u" in raw and _SUSPICIOUS.search(raw.decode("utf-8")) and not can_be_kept(value):
        raise ApiError(500, "InternalServerError", text(language, "code_500"))
    return value


def can_be_kept(value: Any) -> bool:
    """Whether a database of UTF-8 text takes all texts of a value: NUL and halves of surrogate pairs it does not."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return all(can_be_kept(key) and can_be_kept(item) for key, item in value.items())
    if isinstance(value, list):
        return all(can_be_kept(item) for item in value)
    return True


def _has_parts(value: Dict[str, Any]) -> bool:
    # Links and meta are objects of their own.
    return all(value.get(name) is None or isinstance(value[name], dict) for name in ("_links", "_meta"))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is no number")
    return number


_decode = json.JSONDecoder(parse_constant=_refuse, parse_float=_number).decode
