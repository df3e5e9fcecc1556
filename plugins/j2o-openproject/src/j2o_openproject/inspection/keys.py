"""What work packages will be called, and whether they get the very keys of their issues."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional
from urllib.parse import quote

from j2o_core.api import Line, Needs, inspectors

from ..connector import OpenProject
from ..numbering import DEFAULT_GAPS, ProjectNumbering, numbers_by_project

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
_OPTION = "reproduce_keys"
_SWITCH = "From 17.5 on: Administration > Work packages > Identifiers. Or nothing: old keys can be searched for"


class Keys:
    """Asks with GETs and a form, none of which writes."""

    def __init__(self, client: OpenProject, configuration: Mapping[str, Any]) -> None:
        self._client, self._configuration = client, configuration

    def lines(self, needs: Needs) -> Iterator[Line]:
        """How the server numbers; where the spec asks for it, project by project whether keys are reproduced."""
        asked = next((given[_OPTION] for given in needs.options.values() if given.get(_OPTION) is not None), None)
        if not numbers_by_project(self._client, self._configuration):
            message = "work packages have plain numbers; old keys are kept in their text"
            if asked is None:
                yield Line("setting", OK, message)
            else:
                yield Line("setting", WARN, f"{message}, and none is reproduced", _SWITCH)
            return
        advice = "Identifiers of projects are then like ACME: map `identifier` to the key of the Jira project"
        yield Line("setting", OK, "work packages are numbered by project (ACME-42)", advice)
        if asked is None:
            return
        numbering = ProjectNumbering(self._client, asked.get("gaps", DEFAULT_GAPS))
        numbers = needs.numbers or {}
        for name in dict.fromkeys((*needs.projects, *sorted(numbers))):
            yield self._project(name, numbering, numbers)
        if needs.numbers is None:
            message = "nothing was read yet: how many gaps the keys have is not known"
            yield Line("keys", WARN, message, "`j2o extract SPEC` reads the source and writes nothing")

    def _project(self, name: str, numbering: ProjectNumbering, numbers: Mapping[str, tuple[int, int]]) -> Line:
        last = self._last(name, numbering)
        count, highest = numbers.get(name, (0, 0))
        gaps = highest - count
        told = f", {gaps:,} of {highest:,} numbers are gaps" if highest else ""
        if last:
            message = f"{name} is not empty (its newest is {numbering.called(name, last)}){told}"
            return Line("keys", WARN, message, "Only what j2o itself has reproduced there is carried on")
        if not numbering.takes(gaps, highest):
            advice = f"{numbering.limit()} may be filled: raise `gaps`, or leave `{_OPTION}` out"
            return Line("keys", BAD, f"the keys of {name} cannot be reproduced{told}", advice)
        return Line("keys", OK, f"the keys of {name} will be reproduced{told}")

    def _last(self, name: str, numbering: ProjectNumbering) -> Optional[int]:
        row = self._client.get_or_none(f"projects/{quote(name, safe='')}")
        return None if row is None else numbering.last(str(row["id"]))
