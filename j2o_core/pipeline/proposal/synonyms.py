"""Words that trackers use for one thing: the stated table behind matches that no spelling gives.

Each group is words that mean the same, the usual one first; which product says which plays no part.
"""

from __future__ import annotations

from typing import Mapping

Groups = tuple[tuple[str, ...], ...]

_STATUSES: Groups = (
    ("New", "To do", "Open", "Backlog", "Reopened", "Selected for development", "Planning", "Not started", "Created"),
    ("Confirmed", "Accepted", "Triaged", "Acknowledged"),
    ("Scheduled", "Planned"),
    ("Specified", "Ready", "Ready for development"),
    ("In progress", "Doing", "In development", "Started", "Work in progress", "Implementing", "Active", "Ongoing"),
    ("In progress", "In review", "Under review", "Code review", "Review", "Under investigation", "Escalated"),
    ("Developed", "Implemented", "Ready for test", "Ready for testing"),
    ("In testing", "Testing", "In test", "QA", "In QA", "In QE test", "Under test", "Verifying"),
    ("Tested", "Verified", "Test passed"),
    ("On hold", "Blocked", "Waiting", "Pending", "Paused", "Impeded", "Suspended", "Waiting for customer"),
    ("On hold", "Waiting for approval", "Awaiting approval", "Waiting for support"),
    ("Closed", "Done", "Resolved", "Complete", "Completed", "Finished", "Fixed", "Released"),
    ("Rejected", "Declined", "Cancelled", "Canceled", "Won't do", "Won't fix", "Invalid", "Abandoned", "Discarded"),
)
_TYPES: Groups = (
    ("User story", "Story"),
    ("Task", "Sub-task", "Subtask", "Technical task", "Service request", "To-do", "Work item"),
    ("Bug", "Defect", "Error", "Incident", "Problem", "Fault"),
    ("Feature", "New feature", "Improvement", "Enhancement", "Change", "Change request", "Idea", "Requirement"),
    ("Epic", "Initiative", "Theme"),
)
_PRIORITIES: Groups = (
    ("Immediate", "Highest", "Blocker", "Critical", "Urgent", "Showstopper", "P0", "P1"),
    ("High", "Major", "Important", "P2"),
    ("Normal", "Medium", "Moderate", "Default", "Average", "None", "Undefined", "Unprioritized", "P3"),
    ("Low", "Minor", "Lowest", "Trivial", "P4", "P5"),
)
_ROLES: Groups = (
    ("Project admin", "Administrators", "Administrator", "Admin", "Project lead", "Project manager", "Owner"),
    ("Member", "Developers", "Developer", "Members", "Contributor", "Team", "Service desk team", "Agents"),
    ("Reader", "Users", "Viewer", "Viewers", "Observer", "Service desk customers", "Customers", "Guest"),
    ("Reader", "atlassian-addons-project-access"),
)
_LINKS: Groups = (
    ("relates", "relates to", "is related to", "related", "see also", "mentions"),
    ("relates", "is cloned from", "is cloned into", "is triggered by", "triggers", "is triggering"),
    ("relates", "clones", "is cloned by", "causes", "is caused by", "caused", "split to", "split from"),
    ("relates", "implements", "is implemented by", "resolves", "is resolved by", "reviews", "is reviewed by"),
    ("relates", "tests", "is tested by", "documents", "is documented by", "created", "created by", "merged into"),
    ("relates", "merged from", "has to be started together with", "has to be finished together with"),
    ("blocks",),
    ("blocked", "is blocked by"),
    ("duplicates",),
    ("duplicated", "is duplicated by"),
    ("precedes", "has to be done before", "is predecessor of", "is followed by", "earliest end is start of"),
    ("follows", "has to be done after", "is successor of", "is preceded by", "start is earliest end of"),
    ("requires", "depends on", "needs"),
    ("required", "is required by", "is depended on by", "is dependent of", "is needed by"),
    ("includes", "contains", "is parent of"),
    ("partof", "is part of", "is contained in", "is included by", "is included in", "is child of"),
)
_FIELDS: Groups = (
    ("Story points", "Story point estimate", "Estimate (points)", "SP"),
    ("Labels", "Tags", "Keywords"),
    ("Components", "Component/s", "Component"),
    ("Affects versions", "Affects Version/s", "Affected versions", "Observed in"),
    ("Resolution", "Outcome"),
    ("Resolved", "Resolution date", "Resolved at"),
    ("Last change", "Updated"),
    ("Sprint", "Iteration"),
    ("Request type", "Customer request type"),
    ("Team", "Teams", "Squad"),
    ("Customer", "Client"),
    ("Reviewer", "Reviewed by"),
    ("Testers", "Tester", "Tested by"),
    ("Approvers", "Approver", "Approved by"),
    ("Found in", "Found in version", "Detected in version"),
)
FIELDS = "fields"
#: by the names of tables, and for fields
SYNONYMS: Mapping[str, Groups] = {
    "statuses": _STATUSES,
    "types": _TYPES,
    "priorities": _PRIORITIES,
    "roles": _ROLES,
    "links": _LINKS,
    FIELDS: _FIELDS,
}
