"""Named fault profiles, from calm to chaos."""

from __future__ import annotations

from typing import Any, Dict

PROFILES: Dict[str, Dict[str, Any]] = {
    # Nothing goes wrong.
    "none": {},
    # Now and then an error that any client should survive by trying again.
    "flaky": {
        "rules": [
            {"do": "status", "status": 429, "retry_after": 1, "probability": 0.01},
            {"do": "status", "status": 500, "method": "GET", "probability": 0.01},
            {"do": "proxy", "status": 503, "probability": 0.01},
            {"do": "delay", "seconds": 0.5, "probability": 0.01},
        ]
    },
    # Answers get lost after, during and before the write.
    "lossy": {
        "rules": [
            {"do": "lose", "probability": 0.02},
            {"do": "reset", "probability": 0.02},
            {"do": "truncate", "probability": 0.01},
            {"do": "late", "seconds": 0.3, "method": "POST", "probability": 0.01},
        ]
    },
    # An overloaded server: limits, time-outs of the proxy, slow answers.
    "storm": {
        "rules": [
            {"do": "status", "status": 429, "retry_after": 1, "probability": 0.05},
            {"do": "proxy", "status": 503, "probability": 0.04},
            {"do": "proxy", "status": 504, "apply": "late", "seconds": 0.3, "probability": 0.02},
            {"do": "delay", "seconds": 1.0, "probability": 0.05},
            {"do": "trickle", "bytes": 256, "seconds": 0.01, "probability": 0.02},
        ]
    },
    # Everything at once.
    "chaos": {
        "rules": [
            {"do": "lose", "probability": 0.02},
            {"do": "late", "seconds": 0.5, "probability": 0.02},
            {"do": "reset", "probability": 0.02},
            {"do": "truncate", "probability": 0.02},
            {"do": "html", "status": 200, "probability": 0.01},
            {"do": "proxy", "status": 502, "apply": "now", "probability": 0.01},
            {"do": "proxy", "status": 504, "apply": "late", "seconds": 0.5, "probability": 0.01},
            {"do": "status", "status": 429, "retry_after": 1, "probability": 0.02},
            {"do": "status", "status": 500, "method": "GET", "probability": 0.01},
            {"do": "delay", "seconds": 0.5, "probability": 0.02},
            {"do": "trickle", "bytes": 512, "seconds": 0.01, "probability": 0.01},
            {"do": "truncate", "announced": True, "probability": 0.01},
            {"do": "duplicate", "probability": 0.05},
            {"do": "skew", "seconds": -3600, "probability": 0.05},
        ]
    },
}
