"""Looks through a Jira."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Iterable, Mapping, Optional, Sequence, TypeVar
from urllib.parse import quote

from j2o_core.api import (
    Fatal,
    Refused,
    Selection,
    SourceField,
    SourcePerson,
    SourceSurvey,
    SourceSurveyor,
    SourceValue,
)

from ..agile.listing import HIDDEN, boards
from ..client import Jira
from ..directory import Directory
from ..pages import a_list, an_object, objects_in
from ..people import embedded_people, person_data, person_id
from .field_kinds import choices_in, is_filled, kind_of
from .searching import Searching

_Answer = TypeVar("_Answer")
_NO_DIRECTORY = (
    "the directory of users {}: that needs the global permission Browse users and groups. People are taken from the "
    "issues that were read alone"
)
_MOST_CHOICES = 500
_PROJECTS_FOR_ROLES = 50
#: tables of values, each with the field that has them and the list that names them
_TABLES = {
    "types": ("issuetype", "/issuetype"),
    "statuses": ("status", "/status"),
    "priorities": ("priority", "/priority"),
}


class JiraSurveyor(SourceSurveyor):
    """Counts by sample and by JQL; reads nothing but metadata and issues."""

    name = "jira"
    client: Jira

    def survey(self, selection: Selection, sample: int) -> SourceSurvey:
        """See ``SourceSurveyor``. Fields without a value in the sample are searched for: none in use is missed."""
        projects = self._projects(selection)
        searching = Searching(self.client, selection)
        items = self._allowed("a search", "Browse Projects (of the projects to migrate)", searching.count)
        found = searching.sample(list(projects), sample)
        issues, whole = found.issues, found.complete
        remarks: list[str] = []
        self._boards(selection, remarks)
        return SourceSurvey(
            template="jira-cloud-basic" if self.client.cloud else "jira-server-basic",
            extractor="jira.issues",
            items=len(issues) if whole else max(items, len(issues)),
            sampled=len(issues),
            exact=whole or not self.client.cloud,
            fields=self._fields(issues, searching, items, whole),
            values={
                **{name: self._values(name, issues, searching, whole) for name in _TABLES},
                "links": self._links(issues, whole),
                "roles": self._roles(list(projects), remarks),
            },
            people=self._people(issues, remarks),
            people_from=("jira.users", "jira.people"),
            person_paths=("accountId", "key", "name"),
            projects=projects,
            remarks=remarks,
        )

    # ------------------------------------------------------------------ fields

    def _fields(
        self, issues: Sequence[Mapping[str, Any]], searching: Searching, items: int, whole: bool
    ) -> list[SourceField]:
        listed = a_list(self.client.http.cached_json(self.client.path("/field")), "/field")
        filled: Counter[str] = Counter()
        example: dict[str, Any] = {}
        choices: dict[str, dict[str, None]] = {}
        for issue in issues:
            for identifier, value in (issue.get("fields") or {}).items():
                if is_filled(identifier, value):
                    filled[identifier] += 1
                    example.setdefault(identifier, value)
                    known = choices.setdefault(identifier, {})
                    if len(known) < _MOST_CHOICES:
                        known.update(dict.fromkeys(choices_in(value)))
        counted: Mapping[str, Optional[int]] = {}
        if not whole:
            counted = searching.counts(
                {
                    str(field["id"]): f"{_clause(field)} is not EMPTY"
                    for field in listed
                    if not filled[str(field["id"])] and _clause(field)
                }
            )
        known_ids = {str(field["id"]) for field in listed}
        listed = [field for field in listed if field.get("schema") or filled[str(field["id"])]]  # the key is no field
        extra = [{"id": name, "name": name} for name in filled if name not in known_ids]
        found = []
        for field in [*listed, *extra]:
            identifier = str(field["id"])
            elsewhere = counted.get(identifier) or 0
            kind, many = kind_of(field, example.get(identifier))
            found.append(
                SourceField(
                    id=identifier,
                    name=str(field.get("name") or identifier),
                    path=f"fields.{identifier}",
                    kind=kind,
                    many=many,
                    custom=bool(field.get("custom")),
                    filled=elsewhere or filled[identifier],
                    of=items if elsewhere else len(issues),
                    exact=whole or bool(elsewhere),
                    values=tuple(choices.get(identifier, ())),
                )
            )
        return found

    # ------------------------------------------------------------------ values

    def _values(
        self, table: str, issues: Sequence[Mapping[str, Any]], searching: Searching, whole: bool
    ) -> list[SourceValue]:
        field, path = _TABLES[table]
        seen: Counter[str] = Counter()
        names: dict[str, str] = {}
        notes: dict[str, str] = {}
        for entry in self.client.listed(path):
            names[str(entry["id"])] = str(entry["name"])
            notes[str(entry["id"])] = _note(entry)
        for issue in issues:
            value = (issue.get("fields") or {}).get(field)
            if isinstance(value, Mapping) and value.get("name"):
                identifier = str(value.get("id") or value["name"])
                seen[identifier] += 1
                names.setdefault(identifier, str(value["name"]))
        counted: Mapping[str, Optional[int]] = seen
        if not whole:
            conditions = {identifier: f"{field} = {identifier}" for identifier in names if identifier.isdigit()}
            asked = searching.counts(conditions, [identifier for identifier in conditions if seen[identifier]])
            counted = {**seen, **{name: seen[name] if number is None else number for name, number in asked.items()}}
        together: dict[str, int] = {}
        said: dict[str, dict[str, None]] = {}
        for identifier, name in names.items():  # projects of teams have values of their own, of the same names
            together[name] = together.get(name, 0) + (counted.get(identifier) or 0)
            if notes.get(identifier):
                said.setdefault(name, {})[notes[identifier]] = None
        exact = whole or not self.client.cloud
        return [SourceValue(name, number, exact, ", ".join(said.get(name, ()))) for name, number in together.items()]

    def _links(self, issues: Sequence[Mapping[str, Any]], whole: bool) -> list[SourceValue]:
        """The words on either side of each type of link; nobody but a sample tells how many there are."""
        answer = an_object(self.client.http.cached_json(self.client.path("/issueLinkType")), "/issueLinkType")
        words: Counter[str] = Counter()
        for kind in objects_in(answer, "issueLinkTypes"):
            words.update({str(kind[side]): 0 for side in ("outward", "inward") if kind.get(side)})
        for issue in issues:
            for link in (issue.get("fields") or {}).get("issuelinks") or ():
                side = (link.get("type") or {}).get("outward" if link.get("outwardIssue") else "inward")
                if side:
                    words[str(side)] += 1
        return [SourceValue(word, number if whole else number or None, whole) for word, number in words.items()]

    def _roles(self, projects: Sequence[str], remarks: list[str]) -> list[SourceValue]:
        try:
            names = [str(role["name"]) for role in self.client.listed("/role")]
        except Refused:
            names = []
            for key in projects[:_PROJECTS_FOR_ROLES]:  # the list of all is for administrators
                try:
                    names += self.client.object(f"/project/{quote(key, safe='')}/role")
                except Refused as refusal:
                    remarks.append(
                        f"the roles of project {key} cannot be read ({refusal.message}): that needs the permission "
                        "Administer Projects"
                    )
                    break
        return [SourceValue(name) for name in dict.fromkeys(names)]

    # ------------------------------------------------------------------ people and projects

    def _people(self, issues: Sequence[Mapping[str, Any]], remarks: list[str]) -> list[SourcePerson]:
        found: dict[str, Mapping[str, Any]] = {}
        try:
            directory = Directory(self.client, self._kept)
            for lot in directory.lots():
                found.update((person_id(person), person_data(person)) for person in lot.people)
            if directory.remark is not None:
                remarks.append(directory.remark)
            if not found:
                remarks.append(_NO_DIRECTORY.format("is empty for this account"))
        except Refused as refusal:
            remarks.append(_NO_DIRECTORY.format(f"cannot be read ({refusal.message})"))
        for person in embedded_people(list(issues)):
            found.setdefault(person_id(person), person_data(person))
        return [_person(identifier, person) for identifier, person in found.items() if identifier]

    def _kept(self, path: str, asked: Mapping[str, Any]) -> Any:
        return self.client.http.cached_json(self.client.path(path), asked)

    def _boards(self, selection: Selection, remarks: list[str]) -> None:
        try:
            found = boards(self.client, selection)
        except Refused as refusal:
            if refusal.status not in HIDDEN:
                raise
            remarks.append(f"boards cannot be read ({refusal.message}): sprints are known as far as issues name them")
            return
        if found:
            remarks.append(
                f"there are {len(found)} boards, with sprints perhaps: the templates jira-datacenter and jira-cloud "
                "bring both along"
            )

    def _projects(self, selection: Selection) -> dict[str, str]:
        permission = "Browse Projects (of the projects to migrate)"
        projects = self._allowed("the list of projects", permission, lambda: self.client.projects(selection))
        if not projects:
            raise Fatal(
                f"{self.client.url} shows no project to this account: it needs the permission {permission}",
                code="no_project",
            )
        return {str(project["key"]): str(project.get("name") or project["key"]) for project in projects}

    def _allowed(self, what: str, permission: str, ask: Callable[[], _Answer]) -> _Answer:
        try:
            return ask()
        except Refused as refusal:
            if refusal.status == 400:
                raise Fatal(f"Jira refuses {what}: {refusal.message}", exit_code=2, code=refusal.code) from None
            raise Fatal(
                f"Jira refuses {what} ({refusal.message}): the account needs the permission {permission}",
                code=refusal.code,
            ) from None


def _clause(field: Mapping[str, Any]) -> str:
    """How a search calls a field; empty where it cannot."""
    names = field.get("clauseNames") or ()
    return str(names[0]) if field.get("searchable") and field.get("schema") and names else ""


def _note(entry: Mapping[str, Any]) -> str:
    category = (entry.get("statusCategory") or {}).get("name")
    return f"category {category}" if category else "sub-task" if entry.get("subtask") else ""


def _person(identifier: str, person: Mapping[str, Any]) -> SourcePerson:
    mail = person.get("emailAddress")
    mail = mail if isinstance(mail, str) and "@" in mail else ""
    logins: Iterable[Any] = (person.get("name"), mail)
    return SourcePerson(
        id=identifier,
        logins=tuple(str(login) for login in logins if login),
        name=str(person.get("displayName") or person.get("name") or ""),
        mail=mail,
        active=person.get("active") is not False,
    )
