"""The fields of work packages of one type in one project, with the custom fields by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from .hal import id_in
from .texts import folded

_CUSTOM = re.compile(r"customField\d+")


@dataclass(frozen=True)
class CustomField:
    """A custom field that is active here.

    ``kind`` is the schema's type without list brackets (``String``, ``CustomOption``, ``User``, ...). ``options`` are
    hrefs by folded label; ``labels`` labels by id; ``options_href`` leads to them where the schema does not list them.
    """

    property: str
    name: str
    kind: str
    is_list: bool
    is_link: bool
    is_writable: bool
    is_required: bool
    longest: Optional[int]
    options: Mapping[str, str]
    labels: Mapping[str, str]
    options_href: str = ""


@dataclass(frozen=True)
class WorkPackageSchema:
    """What work packages of one type in one project have. ``custom`` are active custom fields by folded name.

    ``derives_progress``: the percentage follows from work and remaining work, as from 14.0 on.
    """

    properties: Mapping[str, Mapping[str, Any]]
    custom: Mapping[str, CustomField]
    derives_progress: bool = True

    @property
    def is_milestone(self) -> bool:
        """Whether there is one date in place of start and finish."""
        return "date" in self.properties and "startDate" not in self.properties

    @property
    def has_many_versions(self) -> bool:
        """Whether target versions are a list (17.8 with several versions switched on)."""
        return "version" not in self.properties and "targetVersions" in self.properties

    def is_writable(self, name: str) -> bool:
        """Whether a property exists here and may be set."""
        return bool((self.properties.get(name) or {}).get("writable"))

    def custom_field(self, name: str) -> Optional[CustomField]:
        """The active custom field of that name."""
        return self.custom.get(folded(name))


def read_schema(answer: Mapping[str, Any], derives_progress: bool = True) -> WorkPackageSchema:
    """From the API's schema resource, which does not tell whether progress is derived."""
    properties = {
        name: field for name, field in answer.items() if not name.startswith("_") and isinstance(field, Mapping)
    }
    custom: dict[str, CustomField] = {}
    for name, field in properties.items():
        if _CUSTOM.fullmatch(name):
            custom.setdefault(folded(field.get("name", "")), _custom_field(name, field))
    return WorkPackageSchema(properties, custom, derives_progress)


def _custom_field(name: str, field: Mapping[str, Any]) -> CustomField:
    kind = str(field.get("type", ""))
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    allowed = (field.get("_links") or {}).get("allowedValues")
    for entry in allowed if isinstance(allowed, list) else []:
        _add(options, labels, entry.get("href"), id_in(entry), entry.get("title"))
    for row in (field.get("_embedded") or {}).get("allowedValues") or []:
        own = (row.get("_links") or {}).get("self") or {}
        _add(options, labels, own.get("href"), id_in(own), row.get("value") or row.get("name") or own.get("title"))
    return CustomField(
        property=name,
        name=str(field.get("name", "")),
        kind=kind[2:] if kind.startswith("[]") else kind,
        is_list=kind.startswith("[]"),
        is_link=field.get("location") == "_links",
        is_writable=bool(field.get("writable", True)) and kind != "CalculatedValue",
        is_required=bool(field.get("required")),
        longest=field.get("maxLength"),
        options=options,
        labels=labels,
        options_href=str(allowed.get("href") or "") if isinstance(allowed, Mapping) else "",
    )


def _add(options: dict[str, str], labels: dict[str, str], href: Any, identifier: Optional[str], label: Any) -> None:
    if href and identifier:
        options.setdefault(folded(label), str(href))
        labels.setdefault(identifier, str(label))
