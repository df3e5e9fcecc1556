"""What OpenProject holds, found by the origin marks that the contract promises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Collection, Iterator, Mapping, Optional

from .left_out import mark_of

Json = dict[str, Any]

_PRESERVED = re.compile(r"^#### Preserved from .*$", re.MULTILINE)
_PROJECTS = "/api/v3/projects/schema"
_LINE = re.compile(r"^- \*\*(?P<label>.+?):\*\* ?", re.MULTILINE)


@dataclass
class Held:
    """One work package: its row, its values by name, and all that hangs on it, in the server's order."""

    row: Json
    fields: Mapping[str, str] = field(default_factory=dict)
    comments: list[Json] = field(default_factory=list)
    files: dict[str, Json] = field(default_factory=dict)
    relations: list[Json] = field(default_factory=list)
    watchers: set[str] = field(default_factory=set)
    times: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        text = self.row["description"]["raw"] or ""
        found = list(_PRESERVED.finditer(text))
        self.body = text[: found[-1].start()] if found else _without_mark(text)
        self.preserved = preserved_lines(text[found[-1].end() :]) if found else {}

    @property
    def text(self) -> str:
        """Its whole description."""
        return str(self.row["description"]["raw"] or "")

    def link(self, name: str) -> list[tuple[str, str]]:
        """Id and title of what a link leads to."""
        value = self.row["_links"].get(name)
        entries = value if isinstance(value, list) else [value] if value else []
        return [(id_of(one), str(one.get("title") or "")) for one in entries if one.get("href")]

    def custom(self) -> Iterator[tuple[str, str]]:
        """Name and value, as text, of every custom field that is not empty."""
        for key, name in self.fields.items():
            value = self.row.get(key)
            if isinstance(value, dict):
                value = value.get("raw")
            titles = [title for _, title in self.link(key)]
            text = ", ".join(titles) if titles else _plain(value)
            if text:
                yield name, text

    def named(self, *names: str) -> Iterator[tuple[str, str]]:
        """Place and text of what stands under one of these names: custom fields first, then preserved lines."""
        wanted = {folded(name) for name in names}
        for name, text in self.custom():
            if folded(name) in wanted:
                yield "custom field", text
        for label, text in self.preserved.items():
            if folded(label) in wanted or any(folded(label).startswith(f"{name} (") for name in wanted):
                yield "text of the description", text


class Target:
    """The whole target.

    ``schemas`` are work package schemas by address, which name the custom fields; ``before`` are the accounts (ids as
    text) that were there before the migration.
    """

    def __init__(self, state: Mapping[str, Any], schemas: Mapping[str, Json], before: Collection[str] = ()) -> None:
        self.state = state
        self.schemas = schemas
        self.before = frozenset(before)
        self.users = {str(row["id"]): row for row in state["users"]}
        self.principals = {
            **self.users,
            **{str(row["id"]): row for kind in ("groups", "placeholder_users") for row in state.get(kind, ())},
        }
        self.work_packages: dict[str, Held] = {}
        by_number: dict[str, Held] = {}
        for row in state["work_packages"]:
            fields = _custom_names(schemas.get(row["_links"]["schema"]["href"], {}))
            held = Held(row, fields)
            by_number[str(row["id"])] = held
            origin = _origin(held)
            if origin is not None:
                self.work_packages[origin] = held
        self.origins = {str(held.row["id"]): origin for origin, held in self.work_packages.items()}
        self._hang(state, by_number)
        self._projects = {folded(row["name"]): row for row in reversed(state["projects"])}
        self._versions: dict[tuple[str, str], Json] = {}
        for row in state["versions"]:
            told = preserved_lines(_raw(row.get("description"))).get("name", "")
            for known in (row["name"], told):
                self._versions.setdefault((id_of(row["_links"]["definingProject"]), folded(known)), row)

    def project(self, name: str) -> Optional[Json]:
        """The project of a name."""
        return self._projects.get(folded(name))

    def attributes(self, project: Json) -> dict[str, list[tuple[str, str]]]:
        """Number (where there is one) and text of the values of a project's custom fields, by folded name."""
        held = Held({"description": {"raw": ""}, **project}, _custom_names(self.schemas[_PROJECTS]))
        found = {folded(name): held.link(key) for key, name in held.fields.items() if held.link(key)}
        return {**{folded(name): [("", text)] for name, text in held.custom()}, **found}

    def version(self, project: str, name: str) -> Optional[Json]:
        """The version of a project's name and its own; a name that was cut stands whole in the text."""
        home = self.project(project)
        return None if home is None else self._versions.get((str(home["id"]), folded(name)))

    def origin_of(self, row: Json, link: str) -> Optional[str]:
        """The id in Jira of the work package that a link leads to."""
        return self.origins.get(id_of(row["_links"].get(link) or {}))

    def _hang(self, state: Mapping[str, Any], by_number: Mapping[str, Held]) -> None:
        for row in sorted(state["comments"], key=lambda row: int(row["id"])):
            by_number[id_of(row["_links"]["workPackage"])].comments.append(row)
        for row in state["attachments"]:
            held, mark = by_number.get(id_of(row["_links"]["container"])), mark_of(_raw(row["description"]), "a")
            if held is not None:
                held.files[mark or f"unmarked {row['id']}"] = row
        for row in state["relations"]:
            for end in ("from", "to"):
                by_number[id_of(row["_links"][end])].relations.append(row)
        for row in state["watchers"]:
            by_number[id_of(row["_links"]["workPackage"])].watchers.add(id_of(row["_links"]["user"]))
        for row in state["time_entries"]:
            entity = row["_links"].get("entity") or row["_links"].get("workPackage")
            mark = mark_of(_raw(row["comment"]), "w")
            by_number[id_of(entity)].times[mark or f"unmarked {row['id']}"] = row


def id_of(link: Optional[Mapping[str, Any]]) -> str:
    """The number at the end of a link."""
    return str((link or {}).get("href") or "").rsplit("/", 1)[-1]


def preserved_lines(block: str) -> dict[str, str]:
    """Label and text of the lines ``- **Label:** text`` of a block, with what is indented below each."""
    found: dict[str, str] = {}
    starts = list(_LINE.finditer(block))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(block)
        label = re.sub(r"\\(.)", r"\1", start["label"])
        text = block[start.end() : end]
        if number + 1 == len(starts):
            text = _without_mark(text)
        found[label] = f"{found[label]}\n{text}" if label in found else text.strip()
    return found


def _origin(held: Held) -> Optional[str]:
    last = held.text.rstrip().rsplit("\n", 1)[-1]
    mark = mark_of(last) if last.startswith("[") else None
    return mark or next((found for _, text in held.custom() if (found := mark_of(text))), None)


def _without_mark(text: str) -> str:
    body, _, last = text.rstrip().rpartition("\n")
    return body if mark_of(last) and last.startswith("[") else text


def _custom_names(schema: Json) -> dict[str, str]:
    return {
        key: str(value.get("name"))
        for key, value in schema.items()
        if key.startswith("customField") and isinstance(value, dict)
    }


def _plain(value: Any) -> str:
    if value is None or value == "":
        return ""
    return str(value)


def _raw(value: Any) -> str:
    return str((value or {}).get("raw") or "")


def folded(name: str) -> str:
    """Without differences of case and blanks."""
    return " ".join(name.casefold().split())
