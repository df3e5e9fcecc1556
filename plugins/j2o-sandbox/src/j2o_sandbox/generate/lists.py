"""The fixed lists of a generated Jira: types, statuses, priorities, link types, fields and their options."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

from j2o_sandbox.jira.model import Context

Json = Dict[str, Any]

EPIC, STORY, TASK, BUG, IMPROVEMENT, SUBTASK = "10000", "10001", "10002", "10004", "10005", "10003"

ISSUE_TYPES: Tuple[Json, ...] = (
    {"id": EPIC, "name": "Epic", "description": "A big piece of work.", "subtask": False, "hierarchyLevel": 1},
    {"id": STORY, "name": "Story", "description": "A user's goal.", "subtask": False, "hierarchyLevel": 0},
    {"id": TASK, "name": "Task", "description": "A small piece of work.", "subtask": False, "hierarchyLevel": 0},
    {"id": SUBTASK, "name": "Sub-task", "description": "Part of an issue.", "subtask": True, "hierarchyLevel": -1},
    {"id": BUG, "name": "Bug", "description": "A problem or error.", "subtask": False, "hierarchyLevel": 0},
    {"id": IMPROVEMENT, "name": "Improvement", "description": "Better.", "subtask": False, "hierarchyLevel": 0},
)
TEAM_TYPES = {EPIC: "10100", STORY: "10101", TASK: "10102", SUBTASK: "10103", BUG: "10104", IMPROVEMENT: "10102"}

CATEGORIES: Tuple[Json, ...] = (
    {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"},
    {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
)

STATUSES: Tuple[Json, ...] = (
    {"id": "10010", "name": "To Do", "description": "", "statusCategory": CATEGORIES[1]},
    {"id": "3", "name": "In Progress", "description": "Being worked on.", "statusCategory": CATEGORIES[2]},
    {"id": "10011", "name": "In Review", "description": "", "statusCategory": CATEGORIES[2]},
    {"id": "10012", "name": "Blocked", "description": "", "statusCategory": CATEGORIES[2]},
    {"id": "10013", "name": "Done", "description": "", "statusCategory": CATEGORIES[3]},
    {"id": "10014", "name": "Won't do", "description": "", "statusCategory": CATEGORIES[3]},
)
TODO, PROGRESS, REVIEW, BLOCKED, DONE, WONT = range(6)
TEAM_STATUSES = ("10110", "10111", "10112", "10113", "10114", "10115")

PRIORITIES: Tuple[Json, ...] = (
    {"id": "1", "name": "Highest", "statusColor": "#d04437", "description": "Blocks progress."},
    {"id": "2", "name": "High", "statusColor": "#f15C75", "description": "Could block progress."},
    {"id": "3", "name": "Medium", "statusColor": "#f79232", "description": "Could affect progress."},
    {"id": "4", "name": "Low", "statusColor": "#707070", "description": "Easily worked around."},
    {"id": "5", "name": "Lowest", "statusColor": "#999999", "description": "Trivial."},
)
RESOLUTIONS: Tuple[Json, ...] = (
    {"id": "10000", "name": "Done", "description": "Work has been completed."},
    {"id": "10001", "name": "Won't Do", "description": "Will not be actioned."},
    {"id": "10002", "name": "Duplicate", "description": "A duplicate of an existing issue."},
    {"id": "10003", "name": "Cannot Reproduce", "description": "Not reproducible."},
)
RELATES, BLOCKS, DUPLICATE, CLONERS, CAUSES, GANTT = range(6)
LINK_TYPES: Tuple[Json, ...] = (
    {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"},
    {"id": "10000", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
    {"id": "10002", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"},
    {"id": "10001", "name": "Cloners", "inward": "is cloned by", "outward": "clones"},
    {"id": "10004", "name": "Causes", "inward": "is caused by", "outward": "causes"},
    {
        "id": "10005",
        "name": "Gantt: finish-start",
        "inward": "has to be done after",
        "outward": "has to be done before",
    },
)
ROLES: Tuple[Json, ...] = (
    {"id": 10002, "name": "Administrators", "description": "People who administer the project."},
    {"id": 10100, "name": "Developers", "description": "People who build."},
    {"id": 10101, "name": "Users", "description": "People who use the project."},
)
VISIBLE_LEVEL, HIDDEN_LEVEL = "10200", "10201"
SECURITY_LEVELS: Tuple[Json, ...] = (
    {"id": VISIBLE_LEVEL, "name": "Staff only", "description": "Developers and administrators."},
    {"id": HIDDEN_LEVEL, "name": "Board only", "description": "Nobody outside the board."},
)

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_AGILE = "com.pyxis.greenhopper.jira:"
_DEVELOPMENT = "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf"

EPIC_LINK, EPIC_NAME, SPRINT, RANK, STORY_POINTS = (
    "customfield_10101", "customfield_10102", "customfield_10104", "customfield_10105", "customfield_10106",
)  # fmt: skip
SEVERITY, PLATFORMS, CATEGORY, COST, START_DATE, CUSTOMER, NOTES, LINK, REVIEWER, TESTERS, TAGS, FOUND_IN, DEPLOYED = (
    f"customfield_{number}" for number in range(10200, 10213)
)
ACCEPTANCE, EPIC_STATUS, RISK = "customfield_10213", "customfield_10103", "customfield_10214"
ACCOUNT, DEVELOPMENT, OWNERS = "customfield_10215", "customfield_10216", "customfield_10217"


def custom_fields() -> Tuple[Json, ...]:
    """The custom fields as ``/field`` lists them."""
    return (
        _custom(EPIC_LINK, "Epic Link", "any", _AGILE + "gh-epic-link"),
        _custom(EPIC_NAME, "Epic Name", "string", _AGILE + "gh-epic-label"),
        _custom(EPIC_STATUS, "Epic Status", "option", _AGILE + "gh-epic-status"),
        _custom(SPRINT, "Sprint", "array", _AGILE + "gh-sprint", "json"),
        _custom(RANK, "Rank", "any", _AGILE + "gh-lexo-rank"),
        _custom(STORY_POINTS, "Story Points", "number", _TYPES + "float"),
        _custom(SEVERITY, "Severity", "option", _TYPES + "select"),
        _custom(PLATFORMS, "Platforms", "array", _TYPES + "multiselect", "option"),
        _custom(CATEGORY, "Area", "option-with-child", _TYPES + "cascadingselect"),
        _custom(COST, "Cost estimate", "number", _TYPES + "float"),
        _custom(START_DATE, "Start date", "date", _TYPES + "datepicker"),
        _custom(CUSTOMER, "Customer", "string", _TYPES + "textfield"),
        _custom(NOTES, "Release notes", "string", _TYPES + "textarea"),
        _custom(LINK, "Specification", "string", _TYPES + "url"),
        _custom(REVIEWER, "Reviewer", "user", _TYPES + "userpicker"),
        _custom(TESTERS, "Testers", "array", _TYPES + "multiuserpicker", "user"),
        _custom(TAGS, "Tags", "array", _TYPES + "labels", "string"),
        _custom(FOUND_IN, "Found in", "version", _TYPES + "version"),
        _custom(DEPLOYED, "Deployed at", "datetime", _TYPES + "datetime"),
        _custom(ACCEPTANCE, "Checklist", "array", _TYPES + "multicheckboxes", "option"),
        _custom(RISK, "Severity", "option", _TYPES + "radiobuttons"),
        _custom(ACCOUNT, "Account", "account", "com.tempoplugin.tempo-accounts:accounts.customfield"),
        _custom(DEVELOPMENT, "Development", "any", _DEVELOPMENT),
        _custom(OWNERS, "Owning group", "group", _TYPES + "grouppicker"),
    )


def _option(number: int, value: str, children: Tuple[str, ...] = ()) -> Json:
    entry: Json = {"id": str(number), "value": value, "disabled": False}
    if children:
        entry["children"] = [_option(number * 10 + place, child) for place, child in enumerate(children)]
    return entry


OPTIONS: Dict[str, Tuple[Json, ...]] = {
    SEVERITY: tuple(_option(10300 + n, v) for n, v in enumerate(("Critical", "Major", "Minor", "Other"))),
    RISK: tuple(_option(10310 + n, v) for n, v in enumerate(("None", "Low", "High", "Other"))),
    PLATFORMS: tuple(_option(10320 + n, v) for n, v in enumerate(("Web", "iOS", "Android", "Back office"))),
    ACCEPTANCE: tuple(_option(10330 + n, v) for n, v in enumerate(("Tests", "Docs", "Reviewed", "Released"))),
    EPIC_STATUS: tuple(_option(10340 + n, v) for n, v in enumerate(("To Do", "In Progress", "Done"))),
    CATEGORY: (
        _option(10350, "Front end", ("Cart", "Search", "Account")),
        _option(10351, "Back end", ("API", "Jobs", "Search")),
        _option(10352, "Infrastructure"),
    ),
}


def contexts(projects: Sequence[str]) -> Dict[str, Tuple[Context, ...]]:
    """The second of the projects (ids) knows one platform more than the others."""
    more = (*(str(entry["value"]) for entry in OPTIONS[PLATFORMS]), "Watch")
    options = tuple(_option(10360 + number, value) for number, value in enumerate(more))
    return {PLATFORMS: (Context("10900", "With watches", options, (projects[1],)),)} if len(projects) > 1 else {}


def system_fields() -> Tuple[Json, ...]:
    """The system fields as ``/field`` lists them; ``*navigable`` follows the ``navigable`` flags."""
    return tuple(_system(*entry) for entry in _SYSTEM)


_SYSTEM: List[Tuple[str, str, Optional[str], Optional[str], bool]] = [
    ("summary", "Summary", "string", None, True),
    ("issuetype", "Issue Type", "issuetype", None, True),
    ("project", "Project", "project", None, True),
    ("status", "Status", "status", None, True),
    ("priority", "Priority", "priority", None, True),
    ("resolution", "Resolution", "resolution", None, True),
    ("resolutiondate", "Resolved", "datetime", None, True),
    ("assignee", "Assignee", "user", None, True),
    ("reporter", "Reporter", "user", None, True),
    ("creator", "Creator", "user", None, True),
    ("created", "Created", "datetime", None, True),
    ("updated", "Updated", "datetime", None, True),
    ("lastViewed", "Last Viewed", "datetime", None, True),
    ("duedate", "Due Date", "date", None, True),
    ("description", "Description", "string", None, True),
    ("environment", "Environment", "string", None, True),
    ("labels", "Labels", "array", "string", True),
    ("components", "Component/s", "array", "component", True),
    ("versions", "Affects Version/s", "array", "version", True),
    ("fixVersions", "Fix Version/s", "array", "version", True),
    ("security", "Security Level", "securitylevel", None, True),
    ("subtasks", "Sub-Tasks", "array", "issuelinks", True),
    ("issuelinks", "Linked Issues", "array", "issuelinks", True),
    ("votes", "Votes", "votes", None, True),
    ("watches", "Watchers", "watches", None, True),
    ("timeoriginalestimate", "Original Estimate", "number", None, True),
    ("timeestimate", "Remaining Estimate", "number", None, True),
    ("timespent", "Time Spent", "number", None, True),
    ("aggregatetimespent", "\u03a3 Time Spent", "number", None, True),
    ("aggregatetimeestimate", "\u03a3 Remaining Estimate", "number", None, True),
    ("aggregatetimeoriginalestimate", "\u03a3 Original Estimate", "number", None, True),
    ("progress", "Progress", "progress", None, True),
    ("aggregateprogress", "\u03a3 Progress", "progress", None, True),
    ("workratio", "Work Ratio", "number", None, True),
    ("timetracking", "Time Tracking", "timetracking", None, False),
    ("comment", "Comment", "comments-page", None, False),
    ("worklog", "Log Work", "array", "worklog", False),
    ("attachment", "Attachment", "array", "attachment", False),
    ("issuekey", "Key", None, None, True),
    ("thumbnail", "Images", None, None, True),
    ("parent", "Parent", "issuelink", None, False),
]


def _system(id: str, name: str, kind: Optional[str], items: Optional[str], navigable: bool) -> Json:
    entry: Json = {
        "id": id, "key": id, "name": name, "custom": False, "orderable": kind is not None, "navigable": navigable,
        "searchable": True, "clauseNames": [id],
    }  # fmt: skip
    if kind is not None:
        entry["schema"] = (
            {"type": kind, "system": id} if items is None else {"type": kind, "items": items, "system": id}
        )
    return entry


def _custom(id: str, name: str, kind: str, custom: str, items: Optional[str] = None) -> Json:
    number = int(id.rsplit("_", 1)[1])
    schema: Json = {"type": kind, "custom": custom, "customId": number}
    if items is not None:
        schema["items"] = items
    return {
        "id": id, "key": id, "name": name, "custom": True, "orderable": True, "navigable": True, "searchable": True,
        "clauseNames": [f"cf[{number}]", name], "schema": schema,
    }  # fmt: skip
