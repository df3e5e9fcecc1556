"""What the extractor and the loader understand in a spec, and what a record looks like."""

from __future__ import annotations

from typing import Any, Mapping

#: JSON Schema; ``plugin`` and ``connection`` belong to j2o
RISKS_OPTIONS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "field": {
            "type": "string",
            "pattern": "^customfield_[0-9]+$",
            "description": "The custom field of the app.",
            "examples": ["customfield_10700"],
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 100,
            "description": "Issues per request.",
        },
    },
    "required": ["field"],
}
RISK_SCORES_OPTIONS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "field": {
            "type": "string",
            "minLength": 1,
            "description": "Name of a custom field for numbers.",
            "examples": ["Risk score"],
        }
    },
    "required": ["field"],
}
#: cerberus; every record is checked against it before anything is written
RISK: Mapping[str, Any] = {
    "id": {"type": "string", "required": True},
    "issue": {"type": "dict", "required": True},
    "probability": {"type": "integer", "required": True},
    "impact": {"type": "integer", "required": True},
    "note": {"type": "string"},
}
