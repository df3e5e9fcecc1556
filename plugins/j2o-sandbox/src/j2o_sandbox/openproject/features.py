"""What an OpenProject version can do and how it behaves, as far as clients see it."""

from __future__ import annotations

import dataclasses
from typing import Tuple


@dataclasses.dataclass(frozen=True)
class Features:
    """Behaviour that differs between versions; ``version`` as a tuple of numbers."""

    version: Tuple[int, int, int]
    writable_history: bool  # 14.0: createdAt and author, if the administrator allows it
    lag: bool  # 14.0: relations call it lag, before delay
    available_responsibles: bool  # gone in 14.0
    derived_progress: bool  # 14.0: work, remaining work and % complete must agree
    milliseconds: bool  # 14.0: times with milliseconds
    project_attributes: bool  # 14.0: attributes are active project by project
    manual_by_default: bool  # 15.4
    time_entity: bool  # 16.0: time entries have an entity; workPackage is the older name
    workspaces: bool  # 17.0
    unchecked_attributes: bool  # 17.0: people in attributes of new projects are checked where these are required
    bearer_tokens: bool  # 17.2
    sprints: bool  # 17.3
    display_id: bool  # 17.4
    semantic_identifiers: bool  # 17.5
    target_versions: bool  # 17.8
    exact_hours: bool  # 17.9: no truncation when hours are read back
    number_limits: bool  # 17.9: custom fields of numbers have a least and a greatest value
    custom_field_by_id: bool  # 18
    renders: bool  # gone in 18

    @property
    def text(self) -> str:
        """As ``coreVersion`` says it."""
        return ".".join(map(str, self.version))


def features_of(version: str) -> Features:
    """Features of a version like ``13``, ``16.2`` or ``17.8.1``."""
    numbers = [int(part) for part in version.split(".")]
    full = [*numbers, 0, 0, 0][:3]
    number = (full[0], full[1], full[2])
    return Features(
        version=number,
        writable_history=number >= (14, 0, 0),
        lag=number >= (14, 0, 0),
        available_responsibles=number < (14, 0, 0),
        derived_progress=number >= (14, 0, 0),
        milliseconds=number >= (14, 0, 0),
        project_attributes=number >= (14, 0, 0),
        manual_by_default=number >= (15, 4, 0),
        time_entity=number >= (16, 0, 0),
        workspaces=number >= (17, 0, 0),
        unchecked_attributes=number >= (17, 0, 0),
        bearer_tokens=number >= (17, 2, 0),
        sprints=number >= (17, 3, 0),
        display_id=number >= (17, 4, 0),
        semantic_identifiers=number >= (17, 5, 0),
        target_versions=number >= (17, 8, 0),
        exact_hours=number >= (17, 9, 0),
        number_limits=number >= (17, 9, 0),
        custom_field_by_id=number >= (18, 0, 0),
        renders=number < (18, 0, 0),
    )
