"""What work packages will be called, and whether they get the very keys of their issues."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional
from urllib.parse import quote

from j2o_core.api import Line, Needs, inspectors

from ..connector import OpenProject
from ..identifiers import form_of, is_possible
from ..numbering import DEFAULT_GAPS, ProjectNumbering, numbers_by_project

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
_OPTION = "reproduce_keys"
PROJECTS = "openproject.projects"
_AS_KEYS = "Map `identifier` of projects to their keys as they are (`identifier: {steps: null}`), or by a table"
_AS_NAMES = "Map `identifier` of projects with the step `identifier`, or by a table"
_SHOWN = 3
_SWITCH = "From 17.5 on: Administration > Work packages > Identifiers. Or nothing: old keys can be searched for"


class Keys:
    """Asks with GETs and a form, none of which writes."""

    def __init__(self, client: OpenProject, configuration: Mapping[str, Any]) -> None:
        self._client, self._configuration = client, configuration

    def lines(self, needs: Needs) -> Iterator[Line]:
        """How the server numbers; where the spec asks for it, project by project whether keys are reproduced."""
        asked = next((given[_OPTION] for given in needs.options.values() if given.get(_OPTION) is not None), None)
        by_project = numbers_by_project(self._client, self._configuration)
        yield from _identifiers(needs.previews.get(PROJECTS, {}), by_project)
        if not by_project:
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


def _identifiers(given: Mapping[str, Optional[str]], by_project: bool) -> Iterator[Line]:
    """Whether the server takes what the spec calls projects."""
    refused = [(key, name) for key, name in given.items() if name is not None and not is_possible(name, by_project)]
    if refused:
        shown = ", ".join(f"{key} is called '{name}'" for key, name in refused[:_SHOWN])
        others = f", and {len(refused) - _SHOWN:,} more" if len(refused) > _SHOWN else ""
        message = f"identifiers of projects that the server refuses ({shown}{others}): it takes {form_of(by_project)}"
        yield Line("identifier", BAD, message, _AS_KEYS if by_project else _AS_NAMES)
    elif any(given.values()):
        yield Line("identifier", OK, "the identifiers of projects are such as the server takes")
