"""A search that Jira refuses."""

from __future__ import annotations

from j2o_core.api import Fatal, Refused


def refused(project: str, refusal: Refused) -> Fatal:
    """What to say of it: a wrong condition of the spec, or a right that is missing."""
    return Fatal(
        f"project {project}: Jira refuses the search: {refusal.message}",
        exit_code=2 if refusal.status == 400 else 3,
        code=refusal.code,
    )
