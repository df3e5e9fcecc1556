"""Joins OpenProject to j2o: the connector, a loader for each entity, the Markdown writer, schemas of their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from j2o_core.api import Registry, hookimpl

from .connector import OpenProjectConnector
from .inspection import OpenProjectInspector
from .loaders.attachments import Attachments
from .loaders.board_columns import BoardColumns
from .loaders.boards import AUTO, BASIC, Boards
from .loaders.comments import Comments
from .loaders.groups import Groups
from .loaders.memberships import Memberships
from .loaders.placeholder_users import PlaceholderUsers
from .loaders.projects import Projects
from .loaders.queries import Queries
from .loaders.query_views import QueryViews
from .loaders.relations import Relations
from .loaders.sprints import Sprints
from .loaders.time_entries import TimeEntries
from .loaders.users import Users
from .loaders.versions import Versions
from .loaders.watchers import Watchers
from .loaders.work_packages import WorkPackages
from .numbering import DEFAULT_GAPS
from .project_templates import PARTS, USUAL
from .richtext import write_markdown
from .survey import OpenProjectSurveyor
from .work_package_versions import PLACES, WHEN_FREE

if TYPE_CHECKING:
    from j2o_core.testing import Kit

LOADERS = (
    Users,
    PlaceholderUsers,
    Groups,
    Projects,
    Memberships,
    Versions,
    Sprints,
    WorkPackages,
    Attachments,
    Comments,
    Relations,
    Watchers,
    TimeEntries,
    BoardColumns,
    Boards,
    Queries,
    QueryViews,
)

_CONNECTION: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "auth": {
            "type": "object",
            "description": "Who writes: an administrator, best an account of its own.",
            "properties": {
                "api_key": {
                    "type": "string",
                    "description": "API token (My account > Access tokens).",
                    "examples": ["${secret:openproject}"],
                },
                "token": {
                    "type": "string",
                    "description": "OAuth or OpenID Connect access token instead.",
                    "examples": ["${secret:openproject}"],
                },
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "examples": [{"api_key": "${secret:openproject}"}],
        }
    },
    "required": ["url", "auth"],
}
_WORK_PACKAGES: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "origin_field": {
            "type": "string",
            "minLength": 1,
            "description": "Name of a text custom field that holds the origin mark as well.",
            "examples": ["Jira origin"],
        },
        "sprints": {
            "enum": list(PLACES),
            "default": WHEN_FREE,
            "description": "Where a sprint goes that is a version on the target: into the field of versions where the "
            "issue has no other, there before other versions (which are then told in words), or into words alone. "
            "Where work packages can have several versions, beside the others.",
            "examples": ["first"],
        },
        "reproduce_keys": {
            "type": "object",
            "description": "Give work packages the very keys of their issues, where the server counts them by project, "
            "the project is empty and its identifier is the key of the Jira project. They are then created one after "
            "the other. Elsewhere nothing changes: old keys are kept in the text.",
            "properties": {
                "gaps": {
                    "anyOf": [
                        {"type": "integer", "minimum": 0},
                        {"type": "string", "pattern": "^(100|[0-9]{1,2})(\\.[0-9]+)? ?%$", "examples": ["10%"]},
                    ],
                    "default": DEFAULT_GAPS,
                    "description": "So many numbers without an issue may be filled, by work packages that are created "
                    "and removed again; a number, or a share of all numbers up to the highest. Where there are more, "
                    "nothing is written.",
                    "examples": ["10%", 500],
                },
            },
            "additionalProperties": False,
            "examples": [{"gaps": "10%"}],
        },
    },
}
_PROJECTS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "template": {
            "type": "object",
            "description": "Make new projects as copies of one that an administrator has furnished. It is the only way "
            "to give them other types, modules, active custom fields and categories than every new project has. A copy "
            "takes no time of creation: that is kept in the text.",
            "properties": {
                "project": {
                    "type": "string",
                    "minLength": 1,
                    "description": "Identifier of the project to copy.",
                    "examples": ["jira-template"],
                },
                "copy": {
                    "type": "array",
                    "items": {"enum": list(PARTS)},
                    "uniqueItems": True,
                    "default": list(USUAL),
                    "description": "What stands in it and comes along; the rest stays there.",
                    "examples": [["categories", "overview", "boards", "wiki"]],
                },
            },
            "required": ["project"],
            "additionalProperties": False,
            "examples": [{"project": "jira-template"}],
        },
    },
}
_BOARDS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {
            "enum": [AUTO, BASIC],
            "default": AUTO,
            "description": "Whether boards on which a move changes the status are made where the edition offers them "
            "and each column is one status, or basic boards alone.",
            "examples": [BASIC],
        }
    },
}
_ATTACHMENTS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "oversized": {
            "enum": ["skip", "fail"],
            "default": "fail",
            "description": "What happens to files over the target's limit.",
            "examples": ["skip"],
        }
    },
}


@hookimpl
def j2o_register(registry: Registry) -> None:
    """The connector, loaders, writer and schemas of options."""
    registry.connector(OpenProjectConnector)
    for loader in LOADERS:
        registry.loader(loader)
    registry.target_surveyor(OpenProjectSurveyor)
    registry.inspector(OpenProjectInspector)
    registry.writer("markdown", write_markdown)
    registry.schema(OpenProjectConnector.name, _CONNECTION)
    registry.schema(WorkPackages.name, _WORK_PACKAGES)
    registry.schema(Projects.name, _PROJECTS)
    registry.schema(Boards.name, _BOARDS)
    registry.schema(Attachments.name, _ATTACHMENTS)


@hookimpl
def j2o_conformance(kit: Kit) -> None:
    """The OpenProject of the sandbox."""
    from .conformance import add_cases  # which brings what only tests need

    add_cases(kit)
