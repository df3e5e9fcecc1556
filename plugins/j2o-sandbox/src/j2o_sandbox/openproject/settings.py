"""The administrator's settings, with the values of a factory-fresh server."""

from __future__ import annotations

import dataclasses
from typing import Optional, Tuple

#: what a project can be since 17.0, in an Enterprise edition
WORKSPACES = ("project", "program", "portfolio")
MODULES = (
    "calendar",
    "board_view",
    "work_package_tracking",
    "gantt",
    "news",
    "costs",
    "wiki",
    "backlogs",
    "documents",
    "meetings",
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings that clients feel; names are those of the setup file."""

    instance_name: str = "OpenProject sandbox"
    language: str = "en"
    # what {{opSetting:host_name}} in texts becomes
    host_name: str = "openproject.example.org"
    # apiv3_write_readonly_attributes: an admin may write createdAt and author on create
    writable_history: bool = False
    semantic_identifiers: bool = False
    # maximumApiV3PageSize
    page_size: int = 1000
    per_page: int = 20
    # six form requests in three seconds
    rate_limit: bool = False
    attachment_limit: int = 5120  # KiB
    # files go to a storage beside the server
    direct_uploads: bool = False
    # file extensions that may be uploaded; empty: all
    attachment_extensions: Tuple[str, ...] = ()
    # the API keys of people are good for the API
    api_tokens: bool = True
    users_deletable_by_admins: bool = False
    password_min_length: int = 10
    # how many of lowercase, uppercase, numeric, special
    password_classes: int = 4
    start_date_is_today: bool = False
    # 1 is Monday
    non_working_days: Tuple[int, ...] = (6, 7)
    holidays: Tuple[str, ...] = ()
    cross_project_relations: bool = True
    # work or status
    progress: str = "work"
    complete_on_closed: bool = False
    journal_minutes: float = 5.0
    # 17.8: a work package may have several target versions, and `version` is gone
    multiple_versions: bool = False
    default_modules: Tuple[str, ...] = (
        "calendar",
        "board_view",
        "work_package_tracking",
        "gantt",
        "news",
        "costs",
        "wiki",
    )
    # 17.8: hours a person may log a day; months before which nothing may be logged (YYYY-MM-DD)
    time_per_day: Optional[float] = None
    time_not_before: Optional[str] = None
    # how much is done at once, 0 for any number: web threads that requests queue for (seconds), and connections to the
    # database that they wait for then (seconds); felt with a latency
    threads: int = 0
    queue_wait: float = 30.0
    # how many may queue for a web thread; the next one is answered 429
    queue_length: int = 0
    pool: int = 0
    pool_wait: float = 5.0
    # for how long a create, a change of parent or a delete holds the one lock of all trees
    tree_lock_ms: float = 0.0
    enterprise: bool = False
