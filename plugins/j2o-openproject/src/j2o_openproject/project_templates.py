"""Projects as copies of one that an administrator has furnished.

It is the only way to give a project other types, modules, active custom fields and categories than every new one has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

#: what may come along, by its name in specs, as the API calls it. The server copies whatever it is not told to leave.
PARTS: Mapping[str, tuple[str, ...]] = {
    "boards": ("copyBoards",),
    "categories": ("copyCategories",),
    "files": ("copyStorages", "copyStorageProjectFolders", "copyFileLinks"),
    "forums": ("copyForums",),
    "members": ("copyMembers",),
    "overview": ("copyOverview",),
    "phases": ("copyPhases",),
    "queries": ("copyQueries",),
    "versions": ("copyVersions",),
    "wiki": ("copyWiki", "copyWikiPageAttachments"),
    "work_packages": ("copyWorkPackages", "copyWorkPackageAttachments", "copyWorkPackageShares"),
}
#: set-up and no content
USUAL = ("categories", "overview", "phases")


@dataclass(frozen=True)
class Template:
    """A project to copy, by identifier, and what of it comes along."""

    project: str
    parts: Sequence[str] = USUAL

    def meta(self) -> dict[str, bool]:
        """What the server is told to copy and to leave; nobody gets a mail."""
        told = {name: part in self.parts for part, names in PARTS.items() for name in names}
        return {**told, "sendNotifications": False}


def template_of(told: Optional[Mapping[str, Any]]) -> Optional[Template]:
    """The template that the option ``template`` of a spec names, if any."""
    return None if not told else Template(str(told["project"]), tuple(told.get("copy", USUAL)))
