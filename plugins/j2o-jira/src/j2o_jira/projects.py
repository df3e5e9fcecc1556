"""Projects and their versions."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import Extractor, Origin, Page, Record, Selection

from .people import person_label, project_reference
from .plain import plain


class Projects(Extractor):
    """Selected or all visible projects. Option ``archived`` (default false): archived ones too, and their members and
    versions."""

    name = "jira.projects"

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any]) -> None:
        super().__init__(client, source, entity, options)
        if self.options.get("archived", False):
            client.with_archived = True

    def page(self, key: str) -> str:
        """What a browser shows."""
        return f"{self.client.url}/browse/{quote(key, safe='')}"

    def former_key(self, alias: str) -> str:
        """Keys are upper case, and no numbers."""
        return "" if alias.isdigit() else alias.upper()

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page: Jira gives all projects at once."""
        if cursor is not None:
            return
        records = [self._record(self._whole(project)) for project in self.client.projects(selection)]
        yield Page(records, "all", len(records))

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A project's id and keys; of a text: itself."""
        if isinstance(value, dict):
            names = [value.get("id"), value.get("key"), *(value.get("projectKeys") or ())]
            return tuple(dict.fromkeys(str(name) for name in names if name))
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The project's name."""
        return str(value.get("name") or value.get("key") or "") if isinstance(value, dict) else str(value or "")

    def _whole(self, project: Mapping[str, Any]) -> Mapping[str, Any]:
        """With ``formerKeys``, and with ``components`` as ``name (description; lead)``, where there are any."""
        key = str(project["key"])
        former = [name for name in project.get("projectKeys") or () if name != key]
        components = [_component(entry) for entry in self.client.objects(f"/project/{quote(key, safe='')}/components")]
        more = {"formerKeys": former, "components": components}
        return {**project, **{name: values for name, values in more.items() if values}}

    def _record(self, project: Mapping[str, Any]) -> Record:
        data = plain(project)
        data["id"] = str(data["id"])
        return Record(Origin(self.source, self.entity, data["id"]), str(data["key"]), data, tuple(self.aliases(data)))


class Versions(Extractor):
    """The versions of each project, with the ``project`` they belong to."""

    name = "jira.versions"

    def slices(self, selection: Selection) -> Sequence[str]:
        """Project keys."""
        return [str(project["key"]) for project in self.client.projects(selection)]

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page per project."""
        if cursor is not None:
            return
        project = project_reference(self.client.project(slice))
        records = []
        for version in self.client.objects(f"/project/{quote(slice, safe='')}/versions"):
            data = {**plain(version), "id": str(version["id"]), "project": project}
            key = f"{slice}/{version.get('name') or version['id']}"
            records.append(Record(Origin(self.source, self.entity, data["id"]), key, data))
        yield Page(records, "all", len(records))

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        """A version's id: names repeat between projects."""
        if isinstance(value, dict):
            return (str(value["id"]),) if value.get("id") else ()
        return (str(value),) if isinstance(value, (str, int)) and value != "" else ()

    @staticmethod
    def label(value: Any) -> str:
        """The version's name."""
        return str(value.get("name") or value.get("id") or "") if isinstance(value, dict) else str(value or "")


def _component(entry: Mapping[str, Any]) -> str:
    more = [" ".join(str(entry.get("description") or "").split()), person_label(entry.get("lead"))]
    told = "; ".join(part for part in more if part)
    return f"{entry.get('name')} ({told})" if told else str(entry.get("name"))
