"""Data for the sandbox's Jira: any size, drawn from a seed, the same bytes every time."""

from __future__ import annotations

from j2o_sandbox.generate.everything import Everything
from j2o_sandbox.generate.tracker import GeneratedTracker

__all__ = ["Everything", "GeneratedTracker"]
