"""What changed between two states of a work package, in words, for its journal."""

from __future__ import annotations

from typing import Any, List

_NAMES = {
    "project": "Project",
    "type": "Type",
    "status": "Status",
    "priority": "Priority",
    "assignee": "Assignee",
    "responsible": "Accountable",
    "category": "Category",
    "versions": "Version",
    "sprint": "Sprint",
    "story_points": "Story Points",
    "parent": "Parent",
    "subject": "Subject",
    "start": "Start date",
    "due": "Finish date",
    "duration": "Duration",
    "manual": "Manual scheduling",
    "ignore_days": "Ignore non working days",
    "estimated": "Work",
    "remaining": "Remaining work",
    "done": "% Complete",
    "derived_estimated": "Total work",
    "derived_remaining": "Total remaining work",
    "derived_done": "Total % complete",
}


def describe_changes(before: Any, after: Any) -> List[str]:
    """One sentence for each attribute that differs."""
    found = []
    for attribute, name in _NAMES.items():
        old, new = getattr(before, attribute), getattr(after, attribute)
        if old != new:
            if old in (None, ()):
                found.append(f"{name} set to {_text(new)}")
            elif new in (None, ()):
                found.append(f"{name} deleted ({_text(old)})")
            else:
                found.append(f"{name} changed from {_text(old)} to {_text(new)}")
    if (before.description or "") != (after.description or ""):
        found.append("Description changed")
    old_values, new_values = before.custom or {}, after.custom or {}
    for field in sorted({*old_values, *new_values}, key=int):
        if old_values.get(field) != new_values.get(field):
            found.append(f"Custom field {field} changed to {_text(new_values.get(field))}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value)
