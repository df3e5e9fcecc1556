"""Keys that are reproduced: where the server counts by project, each create takes its project's next number."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Mapping, Optional, Union

from j2o_core.api import Numbering, Ref, Refused

from .hal import linked

if TYPE_CHECKING:
    from .connector import OpenProject

DEFAULT_GAPS = "25%"
_KEY = re.compile(r"([A-Z][A-Z0-9_]*)-([1-9][0-9]*)")
#: a server that does not tell its version is taken for one of these
_SINCE = (17, 0)
#: projects that are looked at; where one has a name in upper case, all have
_SOME = 20
_REFUSAL = "the server gives work packages plain numbers (Administration > Work packages > Identifiers)"


def numbers_by_project(client: OpenProject, configuration: Mapping[str, Any]) -> bool:
    """Whether work packages are called by project and number: then projects have names like ``ACME``.

    No list of settings tells for sure; a form for a project does, which takes upper case only then. It writes nothing.
    Where the account may make none, a project with a name of that form tells, or none does.
    """
    if client.version < _SINCE:
        return False
    if any("semantic" in str(flag).lower() for flag in configuration.get("activeFeatureFlags") or ()):
        return True
    try:
        form = client.ask_form("projects", {"identifier": "J2OPROBE1", "name": "Probe"}) or {}
    except Refused:  # who may make no project is asked no form; those that are there tell by what they are called
        return any(str(row.get("identifier") or "")[:1].isupper() for row in islice(client.pages("projects"), _SOME))
    embedded = form.get("_embedded") or {}
    known = "identifier" in (embedded.get("schema") or {})
    return known and "identifier" not in (embedded.get("validationErrors") or {})


class ProjectNumbering(Numbering):
    """``ACME-42`` is the 42nd work package that was created in the project ACME; no number is given twice.

    ``gaps`` is how many numbers may be filled: a number, or a share of all up to the highest (``25%``).
    """

    by = "project"

    def __init__(self, client: OpenProject, gaps: Union[int, str] = DEFAULT_GAPS) -> None:
        self._client = client
        self._gaps = str(gaps)

    def split(self, key: str) -> Optional[tuple[str, int]]:
        """``ACME-42`` as ACME and 42."""
        match = _KEY.fullmatch(key)
        return (match[1], int(match[2])) if match else None

    def called(self, name: str, number: int) -> str:
        """``ACME-42``."""
        return f"{name}-{number}"

    def name_of(self, payload: Mapping[str, Any]) -> str:
        """The identifier of the project."""
        return str(payload.get("identifier") or "")

    def last(self, identifier: str) -> int:
        """The number of the project's newest work package; those that were deleted have taken theirs along."""
        newest = {"pageSize": 20, "sortBy": '[["id","desc"]]'}
        rows = self._client.pages(f"projects/{identifier}/work_packages", params=newest, sort=False)
        row = next((row for row in rows if linked(row, "project") == identifier), None)  # not those of subprojects
        if row is None:
            return 0
        part = self.split(str(row.get("displayId") or ""))
        return part[1] if part else 1

    def refusal(self) -> str:
        """Empty where the server numbers by project."""
        return "" if self._client.catalogue.numbers_by_project else _REFUSAL

    def takes(self, gaps: int, highest: int) -> bool:
        """Whether so many gaps are within the bound."""
        if self._gaps.endswith("%"):
            return gaps <= highest * float(self._gaps[:-1]) / 100
        return gaps <= int(self._gaps)

    def limit(self) -> str:
        """``25% of the numbers``, or how many."""
        return f"{self._gaps} of all numbers" if self._gaps.endswith("%") else self._gaps

    def filler(self, key: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of the type of its neighbour, with the plain values of its custom fields: one may be required."""
        plain = {name: value for name, value in payload.items() if name.startswith("cf:") and _is_plain(value)}
        return {
            "project": payload.get("project"),
            "type": payload.get("type"),
            "subject": f"{key} (fills a gap, to be removed)",
            **plain,
        }


def _is_plain(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, (str, int, float, bool, Ref)) for one in values)
