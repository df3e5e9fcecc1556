"""Faults: rules that say which requests go wrong, and how.

A profile is a name (``fault_profiles``) or a YAML file::

    seed: 7                          # of the probabilities; default 1
    rules:
      - server: openproject          # jira | openproject; default both
        method: POST                 # default any
        path: /api/v3/work_packages  # a path template ({id} for ids), or instead of it:
        regex: /work_packages/\\d+    # searched in the path
        nth: 7                       # the 7th matching request (or a list), or
        every: 10                    # each 10th, or
        probability: 0.01            # each with this chance; none of the three: each
        times: 3                     # at most so often
        do: late                     # what happens, see below
        seconds: 2

==========  =====================================================================================
``do``      meaning, and its parameters
==========  =====================================================================================
status      ``status`` (default 500) as JSON, with ``retry_after`` seconds where given; not applied
html        an HTML page with ``status`` (default 200) instead of the answer; not applied
proxy       a proxy's HTML page with ``status`` 502, 503 or 504; ``apply: never`` (default), ``now``, or
            ``late`` (``seconds`` after the answer)
reset       the connection is reset before the request is applied
lose        the request is applied, then the connection is reset: the answer is lost
late        the connection is reset at once, the request is applied ``seconds`` afterwards
delay       the request waits ``seconds``, then goes its usual way
trickle     the answer comes in pieces of ``bytes`` (default 64), ``seconds`` (default 0.05) apart
truncate    the body ends after ``keep`` of it (0..1, default 0.5), ``Content-Length`` unchanged; with
            ``announced: true`` it tells the shorter length, so that only the content is incomplete
duplicate   a page of a list is answered with the page before it once more; what asks for the first page of
            a list, or for no list, goes its usual way and does not count as fired
skew        the request is worked on by a machine whose clock is ``seconds`` ahead (below 0: behind): its
            ``Date``, and the times that OpenProject stores
==========  =====================================================================================

The first rule that matches and fires wins; a rule counts the requests it matches, fired or not.
"""

from __future__ import annotations

import dataclasses
import math
import random
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Pattern, Tuple

import yaml

from j2o_sandbox.options import SandboxError

DEEDS = ("status", "html", "proxy", "reset", "lose", "late", "delay", "trickle", "truncate", "duplicate", "skew")
_NUMBERS = ("seconds", "probability", "keep", "retry_after")
_COUNTS = ("every", "times", "status", "bytes")


@dataclasses.dataclass
class Rule:
    """One rule and how often it has matched and fired."""

    do: str
    server: Optional[str] = None
    method: Optional[str] = None
    path: Optional[str] = None
    regex: Optional[Pattern[str]] = None
    nth: Tuple[int, ...] = ()
    every: Optional[int] = None
    probability: Optional[float] = None
    times: Optional[int] = None
    status: Optional[int] = None
    retry_after: Optional[float] = None
    seconds: Optional[float] = None
    bytes: int = 64
    keep: float = 0.5
    announced: bool = False
    apply: str = "never"
    matched: int = 0
    fired: int = 0

    def matches(self, server: str, method: str, path: str, template: str) -> bool:
        """Whether the rule speaks of such a request."""
        return (
            (self.server is None or self.server == server)
            and (self.method is None or self.method == method)
            and (self.path is None or self.path in (path, template))
            and (self.regex is None or self.regex.search(path) is not None)
        )

    def fires(self, chance: random.Random) -> bool:
        """Count one matching request and say whether it goes wrong."""
        self.matched += 1
        if self.times is not None and self.fired >= self.times:
            return False
        if self.nth:
            hit = self.matched in self.nth
        elif self.every is not None:
            hit = self.matched % self.every == 0
        elif self.probability is not None:
            hit = chance.random() < self.probability
        else:
            hit = True
        self.fired += hit
        return hit


class Faults:
    """The rules in force, replaceable while the sandbox runs."""

    def __init__(self, profile: Optional[Dict[str, Any]] = None) -> None:
        self.rules: List[Rule] = []
        self._chance = random.Random(1)
        self.replace(profile or {})

    def replace(self, profile: Dict[str, Any]) -> None:
        """Put other rules in force; all counts start anew.

        Raises:
            SandboxError: the profile has an unknown key or a bad value.
        """
        rules, seed = parse_profile(profile)
        self.rules = rules
        #: whether answers have to be remembered for it
        self.duplicating = any(rule.do == "duplicate" for rule in rules)
        self._chance = random.Random(seed)

    def choose(self, server: str, method: str, path: str, template: str) -> Optional[Rule]:
        """The rule that this request falls under, or none."""
        for rule in self.rules:
            if rule.matches(server, method, path, template) and rule.fires(self._chance):
                return rule
        return None


def load_faults(name_or_file: str) -> Faults:
    """Faults from a named profile or a YAML file.

    Raises:
        SandboxError: neither such a profile nor such a file exists, or the file is wrong.
    """
    from j2o_sandbox.fault_profiles import PROFILES

    if name_or_file in PROFILES:
        return Faults(PROFILES[name_or_file])
    path = Path(name_or_file)
    if not path.is_file():
        raise SandboxError(
            f"--faults {name_or_file}: neither a file nor one of the profiles {', '.join(sorted(PROFILES))}"
        )
    try:
        profile = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SandboxError(f"--faults {name_or_file}: not YAML: {error}") from error
    try:
        return Faults(profile)
    except SandboxError as error:
        raise SandboxError(f"--faults {name_or_file}: {error}") from error


def parse_profile(profile: Any) -> Tuple[List[Rule], int]:
    """Rules and seed of a profile.

    Raises:
        SandboxError: see ``Faults.replace``.
    """
    if not isinstance(profile, dict):
        raise SandboxError("a fault profile is a map with 'rules' and, if wanted, 'seed'")
    unknown = set(profile) - {"rules", "seed"}
    if unknown:
        raise SandboxError(f"unknown key {sorted(map(str, unknown))[0]!r}: a profile has 'rules' and 'seed'")
    rules = profile.get("rules") or []
    seed = profile.get("seed", 1)
    if not isinstance(rules, list) or not isinstance(seed, int):
        raise SandboxError("'rules' is a list and 'seed' a whole number")
    return [_parse_rule(rule, number) for number, rule in enumerate(rules, 1)], seed


def _parse_rule(raw: Any, number: int) -> Rule:
    where = f"rule {number}"
    if not isinstance(raw, dict):
        raise SandboxError(f"{where}: expected a map")
    names = {field.name for field in dataclasses.fields(Rule)} - {"matched", "fired"}
    for key in raw:
        if key not in names:
            raise SandboxError(f"{where}: unknown key {key!r}; known: {', '.join(sorted(names))}")
    if raw.get("do") not in DEEDS:
        raise SandboxError(f"{where}: 'do' is {raw.get('do')!r}; expected one of {', '.join(DEEDS)}")
    if raw.get("server") not in (None, "jira", "openproject"):
        raise SandboxError(f"{where}: 'server' is {raw['server']!r}; expected jira or openproject")
    if raw.get("apply", "never") not in ("never", "now", "late"):
        raise SandboxError(f"{where}: 'apply' is {raw['apply']!r}; expected never, now or late")
    if not isinstance(raw.get("announced", False), bool):
        raise SandboxError(f"{where}: 'announced' is {raw['announced']!r}; expected true or false")
    values = dict(raw)
    for key in _NUMBERS + _COUNTS:
        allowed = (int, float) if key in _NUMBERS else (int,)
        value = values.get(key)
        least = -math.inf if (raw["do"], key) == ("skew", "seconds") else 0
        if value is not None and (isinstance(value, bool) or not isinstance(value, allowed) or value < least):
            raise SandboxError(f"{where}: '{key}' is {value!r}; expected a number, not negative")
    if values.get("every") == 0:
        raise SandboxError(f"{where}: 'every' is 0; expected 1 or more")
    nth = values.get("nth", ())
    values["nth"] = tuple(nth) if isinstance(nth, (list, tuple)) else (nth,)
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in values["nth"]):
        raise SandboxError(f"{where}: 'nth' is {raw['nth']!r}; expected whole numbers from 1")
    if values.get("method") is not None:
        values["method"] = str(values["method"]).upper()
    if values.get("regex") is not None:
        try:
            values["regex"] = re.compile(str(values["regex"]))
        except re.error as error:
            raise SandboxError(f"{where}: 'regex' is no regular expression: {error}") from error
    return Rule(**values)
