"""JSON Schemas of the options that the connection and the extractors take in a spec."""

from __future__ import annotations

from typing import Any, Mapping

_SWITCH = {"type": "boolean"}

CONNECTION: Mapping[str, Any] = {
    "required": ["url"],
    "properties": {
        "auth": {
            "description": "A bearer token alone, or a user with an API token or a password.",
            "type": "object",
            "additionalProperties": False,
            "examples": [{"token": "${secret:jira}"}],
            "properties": {
                "token": {
                    "description": "Personal access token (Server, Data Center), or with `user` an API token (Cloud).",
                    "type": "string",
                    "examples": ["${secret:jira}"],
                },
                "user": {
                    "description": "Login name on Server, mail address on Cloud; empty: the token is a bearer token.",
                    "type": "string",
                    "examples": ["${env:JIRA_USER:}"],
                },
                "type": {
                    "description": "either: whether the token is a bearer token or one of `user` is found out.",
                    "enum": ["either"],
                    "examples": ["either"],
                },
                "password": {
                    "description": "Password of `user`, on Server and Data Center alone.",
                    "type": "string",
                    "examples": ["${secret:jira}"],
                },
            },
        }
    },
}

EXTRACTORS: Mapping[str, Mapping[str, Any]] = {
    "jira.users": {
        "properties": {
            "inactive": {
                **_SWITCH,
                "description": "Whether deactivated accounts are read too.",
                "default": True,
                "examples": [False],
            }
        }
    },
    "jira.projects": {
        "properties": {
            "archived": {
                **_SWITCH,
                "description": "Whether archived projects are read without being named, with their members and "
                "versions. Their issues Jira does not give, which is told.",
                "default": False,
                "examples": [True],
            }
        }
    },
    "jira.issues": {
        "properties": {
            "history": {
                **_SWITCH,
                "description": "Whether the change history is read; former keys come from it.",
                "default": True,
                "examples": [False],
            },
            "watchers": {
                **_SWITCH,
                "description": "Whether watchers are read: one request per issue that has any.",
                "default": True,
                "examples": [False],
            },
            "comments": {
                **_SWITCH,
                "description": "Whether comments are read: one request per issue that has many.",
                "default": True,
                "examples": [False],
            },
            "worklogs": {
                **_SWITCH,
                "description": "Whether logged time is read: one request per issue with more than 20 entries.",
                "default": True,
                "examples": [False],
            },
            "voters": {
                **_SWITCH,
                "description": "Whether those who voted are read: one request per issue that has votes.",
                "default": False,
                "examples": [True],
            },
            "remote_links": {
                "description": "Of which issues links to the web, to wikis and to other Jiras are read, one request "
                "each: of all, since nothing else tells which have any; of those whose history notes one, which needs "
                "`history` and misses what other systems added without a note; or of none.",
                "enum": ["all", "noted", "none"],
                "default": "none",
                "examples": ["all"],
            },
            "slice_size": {
                "description": "Issues per slice: slices are read side by side, each with a checkpoint of its own. "
                "As many as `page_size`, where nothing is said.",
                "type": "integer",
                "minimum": 1,
                "maximum": 5000,
                "examples": [500],
            },
            "overlap": {
                "description": "Minutes by which a later run, which reads what was updated since the last complete "
                "reading began, goes back behind that moment.",
                "type": "integer",
                "minimum": 1,
                "maximum": 525600,
                "default": 10,
                "examples": [60],
            },
            "page_size": {
                "description": "Issues per request (at most 100 on Cloud).",
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "default": 100,
                "examples": [50],
            },
        }
    },
    "jira.filters": {
        "properties": {
            "ids": {
                "description": "Further filters by id: Server and Data Center list the account's favourites alone.",
                "type": "array",
                "items": {"type": ["integer", "string"]},
                "uniqueItems": True,
                "examples": [[10400, 10401]],
            }
        }
    },
    "jira.dashboards": {"properties": {}},
    "jira.groups": {"properties": {}},
    "jira.members": {"properties": {}},
    "jira.versions": {"properties": {}},
    "jira.sprints": {"properties": {}},
    "jira.boards": {"properties": {}},
    "jira.configuration": {"properties": {}},
}
