"""The faults of one attempt: some of each kind, on the source and on the target, as rules of the sandbox."""

from __future__ import annotations

import random
from typing import Any, Callable

Rule = dict[str, Any]

#: the settle time of every round in seconds; a lost write is applied well before it is over
SETTLE = 1.0
#: for how long the target works on one request: what takes longer ends there, as on a real web server
REQUEST_LIMIT = 0.85
_LATE = 0.4

#: kinds by name
SOURCE: dict[str, Callable[[random.Random], Rule]] = {
    "reset": lambda chance: {"do": "reset"},
    "timeout": lambda chance: {"do": "delay", "seconds": 0.75},
    "429": lambda chance: _storm(chance, 429),
    "5xx": lambda chance: _storm(chance, chance.choice((500, 502, 503, 504))),
    "trickle": lambda chance: {"do": "trickle", "bytes": 2048, "seconds": 0.004},
    "cut": lambda chance: {"do": "truncate", "keep": chance.random()},
    "cut JSON": lambda chance: {"do": "truncate", "keep": chance.random(), "announced": True},
    "web page": lambda chance: {"do": "html", "status": chance.choice((200, 200, 500))},
    "repeated page": lambda chance: {"do": "duplicate"},
    "clock": lambda chance: {"do": "skew", "seconds": chance.choice((-5400.0, -61.0, 61.0, 5400.0))},
}
TARGET: dict[str, Callable[[random.Random], Rule]] = {
    **SOURCE,
    "lost answer": lambda chance: {"do": "lose"},
    "late": lambda chance: {"do": "late", "seconds": round(chance.uniform(0.0, _LATE), 3)},
    "proxy, not applied": lambda chance: _proxy(chance, "never"),
    "proxy, applied": lambda chance: _proxy(chance, "now"),
    "proxy, applied late": lambda chance: {**_proxy(chance, "late"), "seconds": round(chance.uniform(0.0, _LATE), 3)},
    "over the limit": lambda chance: {"do": "delay", "seconds": 2.0},
}
#: kinds after which j2o cannot know whether a write was applied
WOBBLY = (
    *("reset", "lost answer", "late", "cut", "cut JSON", "web page", "5xx", "over the limit"),
    *("proxy, not applied", "proxy, applied", "proxy, applied late"),
)
_METHODS = ("POST", "PATCH", "GET")


def draw_faults(chance: random.Random) -> tuple[Rule, ...]:
    """Rules for some kinds, each with its ``kind``, which the sandbox does not know; ``as_rules`` takes it off."""
    found = []
    for kind in chance.sample(sorted(SOURCE), chance.randint(1, 3)):
        found.append({"kind": kind, "server": "jira", **_often(chance), **SOURCE[kind](chance)})
    for kind in chance.sample(sorted(TARGET), chance.randint(3, 6)):
        method = "GET" if kind == "repeated page" else chance.choice(_METHODS)
        found.append(
            {"kind": kind, "server": "openproject", "method": method, **_often(chance), **TARGET[kind](chance)}
        )
    chance.shuffle(found)
    return tuple(found)


def as_rules(faults: tuple[Rule, ...]) -> list[Rule]:
    """The rules in the sandbox's own form."""
    return [{name: value for name, value in rule.items() if name != "kind"} for rule in faults]


def leaves_doubt(rule: Rule, patience: bool) -> bool:
    """Whether what met it was a write that may have been applied; with ``patience`` slow answers are given up."""
    wobbly = rule["kind"] in WOBBLY or (patience and rule["kind"] == "timeout")
    return rule["server"] == "openproject" and rule["method"] != "GET" and wobbly


def _often(chance: random.Random) -> Rule:
    if chance.random() < 0.5:
        return {"probability": round(chance.uniform(0.02, 0.2), 3), "times": chance.randint(1, 8)}
    first = chance.randint(1, 40)
    return {"nth": list(range(first, first + chance.randint(1, 3)))}


def _storm(chance: random.Random, status: int) -> Rule:
    """Several requests in a row are refused; nothing of them is applied."""
    first = chance.randint(6, 40)
    burst: Rule = {"nth": list(range(first, first + chance.randint(3, 6))), "probability": None, "times": None}
    if status in (502, 504):
        return {"do": "proxy", "status": status, "apply": "never", **burst}
    wait = {"retry_after": chance.choice((0.0, 0.05, 0.2, 0.5))} if chance.random() < 0.7 else {}
    return {"do": "status", "status": status, **wait, **burst}


def _proxy(chance: random.Random, apply: str) -> Rule:
    return {"do": "proxy", "status": chance.choice((502, 503, 504)), "apply": apply}
