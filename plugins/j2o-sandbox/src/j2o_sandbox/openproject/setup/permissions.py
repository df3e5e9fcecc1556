"""What the roles of a fresh server may do, and which module each permission belongs to."""

from __future__ import annotations

from typing import Dict, Tuple

NON_MEMBER: Tuple[str, ...] = ("view_work_packages", "view_wiki_pages", "view_project_attributes", "view_news")
READER: Tuple[str, ...] = (*NON_MEMBER, "add_work_package_comments", "edit_own_work_package_comments")
MEMBER: Tuple[str, ...] = (
    *NON_MEMBER,
    "add_work_packages",
    "edit_work_packages",
    "move_work_packages",
    "copy_work_packages",
    "assign_versions",
    "work_package_assigned",
    "add_work_package_comments",
    "edit_own_work_package_comments",
    "add_work_package_attachments",
    "manage_work_package_relations",
    "manage_subtasks",
    "view_work_package_watchers",
    "add_work_package_watchers",
    "delete_work_package_watchers",
    "manage_news",
    "view_time_entries",
    "view_own_time_entries",
    "edit_own_time_entries",
    "view_members",
    "save_queries",
    "view_sprints",
    "show_board_views",
)
EVERY: Tuple[str, ...] = (
    *MEMBER,
    "edit_project",
    "add_subprojects",
    "copy_projects",
    "archive_project",
    "manage_members",
    "manage_versions",
    "manage_board_views",
    "manage_categories",
    "delete_work_packages",
    "edit_work_package_comments",
    "log_time",
    "log_own_time",
    "edit_time_entries",
    "change_work_package_status",
    "manage_public_queries",
)
WORK_PACKAGE_ROLES: Dict[str, Tuple[str, ...]] = {
    "Work package editor": ("view_work_packages", "edit_work_packages", "work_package_assigned"),
    "Work package commenter": ("view_work_packages", "work_package_assigned", "add_work_package_comments"),
    "Work package viewer": ("view_work_packages",),
}

# Permissions that are void where the module is off, even for admins.
MODULE_OF: Dict[str, str] = {
    "view_work_packages": "work_package_tracking",
    "add_work_packages": "work_package_tracking",
    "edit_work_packages": "work_package_tracking",
    "delete_work_packages": "work_package_tracking",
    "move_work_packages": "work_package_tracking",
    "assign_versions": "work_package_tracking",
    "add_work_package_comments": "work_package_tracking",
    "add_work_package_attachments": "work_package_tracking",
    "manage_work_package_relations": "work_package_tracking",
    "manage_subtasks": "work_package_tracking",
    "add_work_package_watchers": "work_package_tracking",
    "delete_work_package_watchers": "work_package_tracking",
    "view_work_package_watchers": "work_package_tracking",
    "save_queries": "work_package_tracking",
    "manage_public_queries": "work_package_tracking",
    "log_time": "costs",
    "log_own_time": "costs",
    "view_time_entries": "costs",
    "view_own_time_entries": "costs",
    "edit_time_entries": "costs",
    "edit_own_time_entries": "costs",
    "view_news": "news",
    "manage_news": "news",
    "view_sprints": "backlogs",
    "show_board_views": "board_view",
    "manage_board_views": "board_view",
}
